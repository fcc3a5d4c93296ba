"""Scores a payment, and teaches its account's profile: the one piece of code that decides, everywhere."""

from collections.abc import Callable, Collection
from typing import Final, NamedTuple

from stacks.compute.functions.detector.scoring.account import AccountProfile
from stacks.compute.functions.detector.scoring.amounts import rate_amount
from stacks.compute.functions.detector.scoring.controls import NO_CONTROLS, PaymentControls, Standing
from stacks.compute.functions.detector.scoring.evidence import NOTHING_MEASURED, Evidence, Quantities
from stacks.compute.functions.detector.scoring.explanation import Finding, explain
from stacks.compute.functions.detector.scoring.hard_rules import hard_rules_hit
from stacks.compute.functions.detector.scoring.learning import HELD_BACK, learn
from stacks.compute.functions.detector.scoring.lifetimes import RiskStatistics
from stacks.compute.functions.detector.scoring.merchant import MerchantProfile
from stacks.compute.functions.detector.scoring.population import Sample, View
from stacks.compute.functions.detector.scoring.quantities import (
    MEASURES,
    PLACE_QUANTITIES,
    RAW,
    SHARING_QUANTITIES,
    Measure,
)
from stacks.compute.functions.detector.scoring.reasons import Decision, Reason
from stacks.compute.functions.detector.scoring.rules import Rules
from stacks.compute.functions.detector.scoring.sampling import (
    HELD_BACK_OF_ALL,
    is_in_share,
    may_be_sampled,
    sample_of,
)
from stacks.compute.functions.detector.scoring.scorecard import Curve, probability_of
from stacks.compute.functions.detector.scoring.setting_kinds import Mode
from stacks.compute.functions.detector.scoring.sharing import Sharing
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_DAY, Transaction
from stacks.compute.functions.detector.scoring.usual import Usual, usual_of
from stacks.compute.functions.detector.scoring.value import DOLLARS_PER_UNIT
from stacks.compute.functions.detector.scoring.ways import brought

REASONS_FROM: Final = 0.02
"""A payment of a lower probability of fraud gets no reasons: nobody asks for them, and they take time."""

_DIGITS: Final = 4
"""Decimal places of points: the rounded points that a reason shows sum to the score's log-odds."""

_NO_SHARING: Final[Sharing] = {}


class _Counted(NamedTuple):
    """A quantity that the rules read."""

    name: str
    measure: Measure
    silent_to: float
    points_at: Callable[[float], float]


class _Found(NamedTuple):
    """A quantity that has points."""

    name: str
    value: float
    points: float


class Assessment(NamedTuple):
    """A decision, and what it was made from, which learning needs again.

    Attributes:
        decision: The outcome.
        evidence: What it was made from. Valid until the account learns the payment.
        quantities: Those that the scorer was told to measure for others.
    """

    decision: Decision
    evidence: Evidence
    quantities: Quantities

    @property
    def usual(self) -> Usual:
        """What the account usually pays."""
        return self.evidence.usual

    @property
    def raw(self) -> dict[str, float]:
        """Raw values of the quantities that are rarities, whatever the rules read."""
        values = {name: raw_of(self.evidence) for name, raw_of in RAW.items()}
        return {name: value for name, value in values.items() if value is not None}


class Scorer:
    """The rules, made ready. Holds settings only: what is known of accounts and merchants is given each time.

    Args:
        rules: The rules' settings.
        measured: Quantities that an assessment is to show, whether the rules read them or not.
    """

    def __init__(self, rules: Rules, measured: Collection[str] = ()) -> None:
        self.rules = rules
        alerting, shadowing = _in_mode(rules, Mode.ALERT), _in_mode(rules, Mode.SHADOW)
        self._shadowing = _counted(shadowing, shadowing)
        self._own = _counted(alerting, alerting.keys() - PLACE_QUANTITIES)
        self._own_unshared = _counted(alerting, alerting.keys() - PLACE_QUANTITIES - SHARING_QUANTITIES)
        self._place = _counted(alerting, alerting.keys() & PLACE_QUANTITIES)
        self._measured = {name: MEASURES[name] for name in measured}

    def unknown_population(self) -> View:
        """Return the view of an unknown population."""
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
            population: The population.
            sharing: The counters of its `new_places`.
            controls: The controls of its account and its merchant.
        """
        rules = self.rules
        usual = usual_of(transaction, account, population)
        evidence = Evidence(transaction, account, merchant, sharing, population, usual)
        rate_amount(evidence)
        found = _found(self._own if sharing else self._own_unshared, evidence)
        own_suspicion = score = probability_of(_log_odds(rules.base, found))
        if place := _found(self._place, evidence):
            found += place
            score = probability_of(_log_odds(rules.base, found))
        reasons: tuple[Reason, ...] = ()
        hard, shadow = hard_rules_hit(transaction, controls, rules.rules, usual)
        if score >= REASONS_FROM or hard:
            reasons = tuple(sorted((*hard, *_reasons(found, evidence)), key=_by_points))
            score = probability_of(rules.base + sum(reason.points for reason in reasons))
        if self._shadowing and score >= REASONS_FROM:
            shadow += _reasons(_found(self._shadowing, evidence), evidence)
        suspicious, suppressed = score >= rules.alert_threshold, None
        if suspicious and controls is not NO_CONTROLS:
            suppressed = _suppressed(transaction, controls)
        decision = Decision(
            score,
            suspicious and suppressed is None,
            rules.base,
            reasons,
            rules.alert_threshold,
            rules.version,
            shadow,
            suppressed,
            own_suspicion,
        )
        return Assessment(decision, evidence, self._measure(evidence) if self._measured else NOTHING_MEASURED)

    def _measure(self, evidence: Evidence) -> Quantities:
        return Quantities({name: measure(evidence) for name, measure in self._measured.items()})

    def update(self, account: AccountProfile, transaction: Transaction, assessment: Assessment) -> bool:
        """Teach the account's profile a payment, in place; return whether it changed.

        A duplicate, or a payment older than all that are remembered, changes nothing.
        """
        own_suspicion = assessment.decision.own_suspicion
        return learn(
            account,
            transaction,
            assessment.evidence,
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
        if not may_be_sampled(transaction, account):
            return None
        held_back = decision.score >= HELD_BACK_OF_ALL or decision.own_suspicion >= HELD_BACK_OF_ALL
        if not held_back and not is_in_share(transaction, population):
            return None
        account.sampled_on = transaction.timestamp // MILLISECONDS_PER_DAY
        return sample_of(
            transaction,
            account,
            assessment.usual,
            {} if held_back else assessment.raw,
            {} if held_back else brought(transaction, account),
            season=population.season,
            held_back=held_back,
        )


def _in_mode(rules: Rules, mode: Mode) -> dict[str, Curve]:
    return {name: curve for name, curve in rules.scorecard.items() if curve.mode is mode}


def _counted(curves: dict[str, Curve], names: Collection[str]) -> list[_Counted]:
    return [
        _Counted(name, MEASURES[name], curve.silent_to, curve.points_at)
        for name, curve in curves.items()
        if name in names
    ]


def _found(counted: list[_Counted], evidence: Evidence) -> list[_Found]:
    """Return the quantities that have points for the payment."""
    found = []
    for name, measure, silent_to, points_at in counted:
        value = measure(evidence)
        if value is not None and value > silent_to:
            found.append(_Found(name, value, points_at(value)))
    return found


def _log_odds(base: float, found: list[_Found]) -> float:
    for each in found:
        base += each.points
    return base


def _reasons(found: list[_Found], evidence: Evidence) -> tuple[Reason, ...]:
    """Return the reasons of quantities, but of those whose points round to nothing."""
    rounded = [(name, value, round(points, _DIGITS)) for name, value, points in found]
    return tuple(
        Reason(name, *explain(Finding(name, value, evidence)), points)
        for name, value, points in rounded
        if points
    )


def _by_points(reason: Reason) -> tuple[float, str]:
    return -reason.points, reason.code


def _suppressed(transaction: Transaction, controls: PaymentControls) -> str | None:
    at = transaction.timestamp
    if Standing.DENY in controls.standings(at):
        return None
    dollars = transaction.amount * DOLLARS_PER_UNIT.get(transaction.currency, 1.0)
    if controls.account.allows_at(at, dollars) or controls.merchant.allows_at(at, dollars):
        return "allow"
    return "snooze" if controls.account.snoozes_at(at, dollars) else None
