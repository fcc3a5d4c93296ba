"""Scores a transaction, and teaches its account's profile: the one piece of code that decides, everywhere."""

from typing import TYPE_CHECKING, Final

from stacks.compute.functions.detector.scoring.controls import NO_CONTROLS, PaymentControls, Standing
from stacks.compute.functions.detector.scoring.learning import learn, usual_ratio
from stacks.compute.functions.detector.scoring.lifetimes import RiskStatistics
from stacks.compute.functions.detector.scoring.population import Sample, View
from stacks.compute.functions.detector.scoring.profile import AccountProfile, MerchantProfile
from stacks.compute.functions.detector.scoring.reasons import Decision, Reason, combine
from stacks.compute.functions.detector.scoring.rules import Mode, Rules, RuleSet
from stacks.compute.functions.detector.scoring.sampling import is_sampled, sample_of
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_DAY, Transaction
from stacks.compute.functions.detector.scoring.typologies import amounts, novelty, pace
from stacks.compute.functions.detector.scoring.typologies.evaluator import Evaluator, Usual
from stacks.compute.functions.detector.scoring.typologies.places import (
    PLACES,
    account_at_risk,
    listed,
    merchant_at_risk,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_NOTHING_USUAL: Final = Usual(0, 0.0, 0.0, 0, 0.0)


class Scorer:
    """The rules, made ready. Holds settings only: what is known of accounts and merchants is given each time.

    Args:
        rules: The rules' settings.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._weight = rules.baseline.assumed_weight
        self._alerting = _evaluators(rules.rules, Mode.ALERT)
        self._shadowing = _evaluators(rules.rules, Mode.SHADOW)
        self._nothing = Decision(0.0, rules.alert_threshold <= 0, (), rules.alert_threshold, rules.version)

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
        found = [
            reason
            for evaluate in self._alerting
            if (reason := evaluate(transaction, account, merchant, population, usual)) is not None
        ]
        shadow = [
            reason
            for evaluate in self._shadowing
            if (reason := evaluate(transaction, account, merchant, population, usual)) is not None
        ]
        if controls is not NO_CONTROLS:
            found += listed(transaction, controls, self.rules.rules, Mode.ALERT)
            shadow += listed(transaction, controls, self.rules.rules, Mode.SHADOW)
        if not found and not shadow:
            return self._nothing
        suppressed = None
        score = combine(sorted([reason[5] for reason in found], reverse=True))
        suspicious = score >= self.rules.alert_threshold
        if suspicious and controls is not NO_CONTROLS:
            suppressed = _suppressed(transaction, controls)
        if len(found) > 1:
            found.sort(key=_by_contribution)
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
        known = account.amounts.get(transaction.currency)
        if known is None:
            return _NOTHING_USUAL
        mean, deviation = known.mean, known.deviation(population.spread, self._weight)
        category = transaction.merchant_category
        if category is None:
            return Usual(known.count, mean, deviation, 0, mean)
        in_category, ratio = usual_ratio(account, category, population)
        return Usual(known.count, mean * ratio, deviation * ratio, in_category, mean)


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


def _evaluators(rules: RuleSet, mode: Mode) -> tuple[Evaluator, ...]:
    """Return what looks for the patterns of the rules in a mode."""
    made: dict[str, Callable[[], Evaluator]] = {
        "amount_limit": lambda: amounts.amount_limit(rules.amount_limit),
        "amount_deviation": lambda: amounts.amount_deviation(
            rules.amount_deviation, rules.category_amount_deviation
        ),
        "category_amount_deviation": lambda: amounts.category_amount_deviation(
            rules.category_amount_deviation, rules.amount_deviation
        ),
        "extreme_amount": lambda: amounts.extreme_amount(rules.extreme_amount),
        "velocity": lambda: pace.velocity(rules.velocity),
        "card_testing": lambda: pace.card_testing(rules.card_testing),
        "structuring": lambda: pace.structuring(rules.structuring),
        "unusual_hour": lambda: novelty.unusual_hour(rules.unusual_hour),
        "new_merchant": lambda: novelty.new_merchant(rules.new_merchant),
        "new_merchant_category": lambda: novelty.new_merchant_category(rules.new_merchant_category),
        "new_country": lambda: novelty.new_country(rules.new_country),
        "new_device": lambda: novelty.new_device(rules.new_device),
        "improbable_travel": lambda: novelty.improbable_travel(rules.improbable_travel),
        "dormant_account": lambda: pace.dormant_account(rules.dormant_account),
        "merchant_at_risk": lambda: merchant_at_risk(rules.merchant_at_risk),
        "account_at_risk": lambda: account_at_risk(rules.account_at_risk),
    }
    return tuple(make() for code, make in made.items() if getattr(rules, code).mode is mode)
