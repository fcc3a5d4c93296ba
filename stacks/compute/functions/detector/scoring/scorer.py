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

_Counted = tuple[Measure, float, Callable[[float], float]]
"""A quantity made ready: what measures it, up to which value it has no points, its points."""


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
        self._alerting = _in_mode(rules, Mode.ALERT)
        self._shadowing = _in_mode(rules, Mode.SHADOW)
        self._own = _counted(self._alerting.keys() - PLACE_QUANTITIES, self._alerting)
        self._place = _counted(self._alerting.keys() & PLACE_QUANTITIES, self._alerting)
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
        own = _add_points(rules.base, self._own, evidence)
        log_odds = _add_points(own, self._place, evidence)
        own_suspicion = probability_of(own)
        score = own_suspicion if log_odds == own else probability_of(log_odds)
        reasons: tuple[Reason, ...] = ()
        hard, shadow = hard_rules_hit(transaction, controls, rules.rules, usual)
        if score >= REASONS_FROM or hard:
            reasons = tuple(sorted((*hard, *_reasons(self._alerting, evidence)), key=_by_points))
            score = probability_of(rules.base + sum(reason.points for reason in reasons))
        if self._shadowing and score >= REASONS_FROM:
            shadow += _reasons(self._shadowing, evidence)
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


def _counted(names: Collection[str], curves: dict[str, Curve]) -> list[_Counted]:
    return [
        (MEASURES[name], curve.silent_to, curve.points_at) for name, curve in curves.items() if name in names
    ]


def _add_points(log_odds: float, counted: list[_Counted], evidence: Evidence) -> float:
    """Measure quantities, and add their points to the log-odds."""
    for measure, silent_to, points_at in counted:
        value = measure(evidence)
        if value is not None and value > silent_to:
            log_odds += points_at(value)
    return log_odds


def _reasons(curves: dict[str, Curve], evidence: Evidence) -> tuple[Reason, ...]:
    """Return the reasons of the quantities that have points here."""
    reasons = []
    for name, curve in curves.items():
        value = MEASURES[name](evidence)
        if value is None:
            continue
        points = round(curve.points_at(value), _DIGITS)
        if points:
            reasons.append(Reason(name, *explain(Finding(name, value, evidence)), points))
    return tuple(reasons)


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
