"""The rules' settings, typed: the scorecard, and the hard rules that people put beside it."""

from collections.abc import Mapping
from dataclasses import dataclass

from stacks.compute.functions.detector.scoring.scorecard import Curve
from stacks.compute.functions.detector.scoring.setting_kinds import Mode


@dataclass(frozen=True, slots=True)
class HardRule:
    """A rule set by operators.

    Attributes:
        mode: Whether its points count, are only reported, or are not sought.
        points: What it adds to the log-odds where it is hit.
    """

    mode: Mode
    points: float


@dataclass(frozen=True, slots=True)
class AmountLimit(HardRule):
    """An amount from which on a payment is suspicious, whoever makes it.

    Attributes:
        limits: Limit by currency; a currency without one has none.
    """

    limits: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Every hard rule; the field's name is the rule's code.

    Attributes:
        amount_limit: An amount over a limit.
        watched_merchant: A merchant on watch.
        watched_account: An account on watch.
        denied: An account or a merchant on the deny list.
    """

    amount_limit: AmountLimit
    watched_merchant: HardRule
    watched_account: HardRule
    denied: HardRule


@dataclass(frozen=True, slots=True)
class Rules:
    """All settings of the scoring core.

    Attributes:
        version: The file's version and the first digits of its SHA-256: "3+0a1b2c3d".
        alert_threshold: A payment with this probability of fraud or more is suspicious.
        base: Log-odds of an unknown payment.
        assumed_spread: Standard deviation of an account's amounts as a share of their mean, until learnt.
        scorecard: Quantity -> its points.
        rules: The hard rules.
    """

    version: str
    alert_threshold: float
    base: float
    assumed_spread: float
    scorecard: Mapping[str, Curve]
    rules: RuleSet
