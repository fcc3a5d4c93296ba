"""Scores a transaction, and teaches its account's profile: the one piece of code that decides, everywhere."""

from typing import Final

from stacks.compute.functions.detector.scoring.controls import NO_CONTROLS, PaymentControls, Standing
from stacks.compute.functions.detector.scoring.learning import learn, usual_ratio
from stacks.compute.functions.detector.scoring.lifetimes import RiskStatistics
from stacks.compute.functions.detector.scoring.population import Sample, View
from stacks.compute.functions.detector.scoring.profile import AccountProfile, MerchantProfile
from stacks.compute.functions.detector.scoring.reasons import Decision, Reason, combine
from stacks.compute.functions.detector.scoring.rules import Mode, Rules
from stacks.compute.functions.detector.scoring.sampling import is_sampled, sample_of
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_DAY, Transaction
from stacks.compute.functions.detector.scoring.typologies.evaluator import Usual
from stacks.compute.functions.detector.scoring.typologies.places import PLACES, listed
from stacks.compute.functions.detector.scoring.typologies.selection import (
    Typologies,
    longest_window,
    shows,
)

_NOTHING_USUAL: Final = Usual(0, 0.0, 0.0, 0, 0.0)
_TYPICAL_WEIGHT: Final = 2.0
_create: Final = tuple.__new__


class Scorer:
    """The rules, made ready. Holds settings only: what is known of accounts and merchants is given each time.

    Args:
        rules: The rules' settings.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._window = longest_window(rules.rules)
        self._weight = rules.baseline.assumed_weight
        self._alerting = Typologies(rules.rules, Mode.ALERT)
        self._shadowing = Typologies(rules.rules, Mode.SHADOW)
        self._nothing = Decision(0.0, False, (), rules.alert_threshold, rules.version)

    def unknown_population(self) -> View:
        """Return the view of a population of which nothing is known yet."""
        return View(self.rules, RiskStatistics(), RiskStatistics())

    def score(
        self,
        transaction: Transaction,
        account: AccountProfile,
        merchant: MerchantProfile,
        population: View,
        controls: PaymentControls = NO_CONTROLS,
    ) -> Decision:
        """Score a transaction from 0 (nothing speaks against it) to 1, by what was known before it. Pure."""
        usual = self.usual(transaction, account, population)
        shown = shows(transaction, account, merchant, usual, self._window)
        found = [
            reason
            for evaluate in self._alerting.worth_trying(shown)
            if (reason := evaluate(transaction, account, merchant, population, usual)) is not None
        ]
        shadow = [
            reason
            for evaluate in self._shadowing.worth_trying(shown)
            if (reason := evaluate(transaction, account, merchant, population, usual)) is not None
        ]
        if controls is not NO_CONTROLS:
            found += listed(transaction, controls, self.rules.rules, Mode.ALERT)
            shadow += listed(transaction, controls, self.rules.rules, Mode.SHADOW)
        if not found and not shadow:
            return self._nothing
        if len(found) > 1:
            found.sort(key=_by_contribution)
        score = combine([reason[5] for reason in found])
        suspicious, suppressed = score >= self.rules.alert_threshold, None
        if suspicious and controls is not NO_CONTROLS:
            suppressed = _suppressed(transaction, controls)
        return Decision(
            score,
            suspicious and suppressed is None,
            tuple(found),
            self.rules.alert_threshold,
            self.rules.version,
            tuple(shadow),
            suppressed,
            own_suspicion(found),
        )

    def update(
        self, account: AccountProfile, transaction: Transaction, decision: Decision, population: View
    ) -> bool:
        """Teach the account's profile a transaction, in place; tell whether it changed.

        A duplicate, or a transaction older than all that are remembered, changes nothing.
        """
        return learn(account, transaction, decision.own_suspicion, self.rules, population)

    def sample(
        self, transaction: Transaction, account: AccountProfile, decision: Decision, population: View
    ) -> Sample | None:
        """Return what a payment teaches the population, None for most; to be asked before `update`.

        Where it teaches, the account's profile remembers that it did today.
        """
        if not is_sampled(transaction, account, population):
            return None
        account.sampled_on = transaction.timestamp // MILLISECONDS_PER_DAY
        usual = self.usual(transaction, account, population)
        return sample_of(transaction, decision, usual, self.rules, population)

    def usual(self, transaction: Transaction, account: AccountProfile, population: View) -> Usual:
        """Return what the account usually pays in the transaction's currency and category."""
        known = account.amounts.get(transaction[5])
        if known is None:
            return _NOTHING_USUAL
        count, mean = known.count, known.mean
        deviation = known.deviation(population.spread, self._weight)
        typical = population.typical.get(transaction[5])
        if typical is not None:
            # The mean of few amounts says little; the population's stands in for a payment or two.
            drawn = (count * mean + _TYPICAL_WEIGHT * typical) / (count + _TYPICAL_WEIGHT)
            mean, deviation = drawn, deviation * drawn / mean if mean else drawn * population.spread
        category = transaction[6]
        if category is None:
            return _create(Usual, (count, mean, deviation, 0, mean))
        in_category, ratio = usual_ratio(account, category, population)
        varied = deviation * ratio * population.variations.get(category, 1.0)
        return Usual(count, mean * ratio, varied, in_category, mean)


def own_suspicion(reasons: "list[Reason] | tuple[Reason, ...]") -> float:
    """Return what the account's own behaviour makes of a score: the reasons that do not lie in a place."""
    return combine([reason[5] for reason in reasons if reason[0] not in PLACES])


def _by_contribution(reason: Reason) -> tuple[float, str]:
    return -reason.contribution, reason.code


def _suppressed(transaction: Transaction, controls: PaymentControls) -> str | None:
    standings = controls.standings(transaction.timestamp)
    if Standing.DENY in standings:
        return None
    if Standing.ALLOW in standings:
        return "allow"
    return "snooze" if transaction.timestamp < controls.account.snoozed_until else None
