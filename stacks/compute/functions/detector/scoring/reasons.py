"""What a rule says of a transaction, and how reasons make one score.

A rule that measures contributes `weight * r^p / (1 + r^p)`, r being the observed value in units of its
threshold: half the weight at the threshold, little below it, nearly all far above. The score is
1 - product of (1 - contribution), as if the reasons were independent causes of fraud: they support each
other, none is counted beyond certainty, and the reasons alone give the score again (`combine`).
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

MINIMUM_CONTRIBUTION: Final = 0.001
"""What would contribute less is not a reason."""

_DIGITS: Final = 6
_FAR_ABOVE: Final = 1e6


class Reason(NamedTuple):
    """One rule that was hit.

    Attributes:
        code: The rule's name in the rules file.
        observed: What the transaction shows.
        baseline: What is usual for the account.
        threshold: Where the rule gives half its weight, or is hit at all where it knows only yes or no.
        unit: What the numbers among the three count.
        contribution: Share in the score, from 0 to the rule's weight.
    """

    code: str
    observed: float | str
    baseline: float | str
    threshold: float | str
    unit: str
    contribution: float


class Decision(NamedTuple):
    """The outcome for one transaction.

    Attributes:
        score: From 0 (nothing speaks against it) to 1: `combine` of the reasons' contributions.
        suspicious: The score reaches the threshold, and nobody allowed or snoozed it.
        reasons: Rules in mode `alert` that were hit, the greatest contribution first.
        alert_threshold: The score from which on a transaction is suspicious.
        rules_version: Of the rules that decided.
        shadow: Rules in mode `shadow` that were hit; they count for nothing.
        suppressed: Why a score that reaches the threshold is not suspicious: `allow` or `snooze`; else None.
        own_suspicion: What the account's own behaviour alone makes of the score.
    """

    score: float
    suspicious: bool
    reasons: tuple[Reason, ...]
    alert_threshold: float
    rules_version: str
    shadow: tuple[Reason, ...] = ()
    suppressed: str | None = None
    own_suspicion: float = 0.0


def combine(contributions: Iterable[float]) -> float:
    """Return the score that contributions make together."""
    remaining = 1.0
    for contribution in contributions:
        remaining *= 1.0 - contribution
    return 1.0 - remaining


def graded(weight: float, ratio: float, power: float) -> float:
    """Return the contribution of a value in units of its threshold; 0 where too small to be a reason."""
    if ratio > _FAR_ABOVE:
        return weight
    raised = ratio**power
    contribution = weight * raised / (1.0 + raised)
    return 0.0 if contribution < MINIMUM_CONTRIBUTION else round(contribution, _DIGITS)


def full(weight: float) -> float:
    """Return the contribution of a rule that knows only yes or no; 0 where it is too small to be a reason."""
    return 0.0 if weight < MINIMUM_CONTRIBUTION else round(weight, _DIGITS)
