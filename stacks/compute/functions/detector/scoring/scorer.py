"""Scores a payment, and teaches its account's profile: the one piece of code that decides, everywhere."""

from typing import Final, NamedTuple

from stacks.compute.functions.detector.scoring.account import AccountProfile
from stacks.compute.functions.detector.scoring.controls import NO_CONTROLS, PaymentControls, Standing
from stacks.compute.functions.detector.scoring.explanation import Evidence, explain
from stacks.compute.functions.detector.scoring.hard_rules import hard_rules_hit
from stacks.compute.functions.detector.scoring.learning import (
    HELD_BACK,
    HELD_BACK_OF_ALL,
    is_in_share,
    learn,
    may_be_sampled,
    sample_of,
)
from stacks.compute.functions.detector.scoring.lifetimes import RiskStatistics
from stacks.compute.functions.detector.scoring.merchant import MerchantProfile
from stacks.compute.functions.detector.scoring.population import Sample, View
from stacks.compute.functions.detector.scoring.quantities import PLACE_QUANTITIES, Quantities, measure
from stacks.compute.functions.detector.scoring.reasons import Decision, Reason
from stacks.compute.functions.detector.scoring.rules import Rules
from stacks.compute.functions.detector.scoring.scorecard import Curve, probability_of
from stacks.compute.functions.detector.scoring.setting_kinds import Mode
from stacks.compute.functions.detector.scoring.sharing import Sharing
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_DAY, Transaction
from stacks.compute.functions.detector.scoring.usual import Usual, usual_of

REASONS_FROM: Final = 0.02
"""A payment of a lower probability of fraud gets no reasons: nobody asks for them, and they take time."""

_DIGITS: Final = 4
"""Decimal places of points: the rounded points that a reason shows sum to the score's log-odds."""

_NO_SHARING: Final[Sharing] = {}


class Assessment(NamedTuple):
    """A decision, and what it was made from, which learning needs again.

    Attributes:
        decision: The outcome.
        quantities: What was measured.
        raw: Raw values of the quantities that are rarities.
        usual: What the account usually pays.
    """

    decision: Decision
    quantities: Quantities
    raw: dict[str, float]
    usual: Usual


class Scorer:
    """The rules, made ready. Holds settings only: what is known of accounts and merchants is given each time.

    Args:
        rules: The rules' settings.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        alerting = {name: curve for name, curve in rules.scorecard.items() if curve.mode is Mode.ALERT}
        self._own = [
            (name, curve.silent_to, curve.points_at)
            for name, curve in alerting.items()
            if name not in PLACE_QUANTITIES
        ]
        self._place = [
            (name, curve.points_at) for name, curve in alerting.items() if name in PLACE_QUANTITIES
        ]
        self._alerting = alerting
        self._shadowing = {
            name: curve for name, curve in rules.scorecard.items() if curve.mode is Mode.SHADOW
        }

    def unknown_population(self) -> View:
        """Return the view of a population of which nothing is known yet."""
        return View(self.rules.assumed_spread, RiskStatistics(), RiskStatistics())

    def assess(  # noqa: PLR0913 - what a score comes from, each named
        self,
        transaction: Transaction,
        account: AccountProfile,
        merchant: MerchantProfile,
        population: View,
        *,
        sharing: Sharing = _NO_SHARING,
        controls: PaymentControls = NO_CONTROLS,
    ) -> Assessment:
        """Decide about a payment by what was known before it. Pure.

        Args:
            transaction: The payment.
            account: Its account's profile.
            merchant: Its merchant's.
            population: What is usual for everybody.
            sharing: The counters of its `new_places`.
            controls: What people decided of its account and its merchant.
        """
        usual = usual_of(transaction, account, population)
        quantities, raw = measure(transaction, account, merchant, sharing, population, usual)
        own = self.rules.base
        for name, silent_to, points_at in self._own:
            value = getattr(quantities, name)
            if value is not None and value > silent_to:
                own += points_at(value)
        log_odds = own
        for name, points_at in self._place:
            value = getattr(quantities, name)
            if value is not None:
                log_odds += points_at(value)
        hard, shadow_hard = hard_rules_hit(transaction, controls, self.rules.rules, usual)
        score = probability_of(log_odds)
        reasons: tuple[Reason, ...] = ()
        if score >= REASONS_FROM or hard:
            evidence = Evidence(transaction, account, merchant, population, usual, quantities, raw)
            reasons = tuple(sorted((*hard, *_reasons(self._alerting, evidence)), key=_by_points))
            score = probability_of(self.rules.base + sum(reason.points for reason in reasons))
        shadow = tuple(shadow_hard)
        if self._shadowing and score >= REASONS_FROM:
            evidence = Evidence(transaction, account, merchant, population, usual, quantities, raw)
            shadow += tuple(_reasons(self._shadowing, evidence))
        suspicious, suppressed = score >= self.rules.alert_threshold, None
        if suspicious and controls is not NO_CONTROLS:
            suppressed = _suppressed(transaction, controls)
        decision = Decision(
            score,
            suspicious and suppressed is None,
            self.rules.base,
            reasons,
            self.rules.alert_threshold,
            self.rules.version,
            shadow,
            suppressed,
            probability_of(own),
        )
        return Assessment(decision, quantities, raw, usual)

    def update(self, account: AccountProfile, transaction: Transaction, assessment: Assessment) -> bool:
        """Teach the account's profile a payment, in place; tell whether it changed.

        A duplicate, or a payment older than all that are remembered, changes nothing.
        """
        own_suspicion = assessment.decision.own_suspicion
        return learn(
            account,
            transaction,
            assessment.quantities,
            assessment.usual,
            own_suspicion=own_suspicion,
            suspicious=own_suspicion >= HELD_BACK,
        )

    def sample(
        self, transaction: Transaction, account: AccountProfile, assessment: Assessment, population: View
    ) -> Sample | None:
        """Return what a payment teaches the population, None for most; to be asked before `update`.

        Where it teaches, the account's profile remembers that it did today.
        """
        decision = assessment.decision
        held_back = max(decision.score, decision.own_suspicion) >= HELD_BACK_OF_ALL
        if not (held_back or is_in_share(transaction, population)) or not may_be_sampled(
            transaction, account
        ):
            return None
        account.sampled_on = transaction.timestamp // MILLISECONDS_PER_DAY
        return sample_of(
            transaction,
            account,
            assessment.usual,
            {} if held_back else assessment.raw,
            season=population.season,
            held_back=held_back,
        )


def _reasons(curves: dict[str, Curve], evidence: Evidence) -> list[Reason]:
    """Return the reasons of the quantities that have points here."""
    reasons = []
    for name, curve in curves.items():
        value = getattr(evidence.quantities, name)
        if value is None:
            continue
        points = round(curve.points_at(value), _DIGITS)
        if points:
            reasons.append(Reason(name, *explain(name, evidence), points))
    return reasons


def _by_points(reason: Reason) -> tuple[float, str]:
    return -reason.points, reason.code


def _suppressed(transaction: Transaction, controls: PaymentControls) -> str | None:
    standings = controls.standings(transaction.timestamp)
    if Standing.DENY in standings:
        return None
    if Standing.ALLOW in standings:
        return "allow"
    return "snooze" if transaction.timestamp < controls.account.snoozed_until else None
