"""What a decision says: the points of each quantity and rule, and the probability that they make."""

from typing import NamedTuple

from stacks.compute.functions.detector.scoring.scorecard import probability_of


class Reason(NamedTuple):
    """What one quantity or rule contributes.

    Attributes:
        code: The quantity's or the rule's name in the rules file.
        observed: What the payment shows.
        baseline: What is usual for the account.
        threshold: How rare that is, or the limit of a rule.
        unit: What the numbers among the three count.
        points: Its share in the log-odds of the score; below 0 where it speaks for the payment.
    """

    code: str
    observed: float | str
    baseline: float | str
    threshold: float | str
    unit: str
    points: float


class Decision(NamedTuple):
    """The outcome for one payment.

    Attributes:
        score: Probability of fraud.
        suspicious: The score reaches the threshold, and no control allows or snoozes it.
        base: Log-odds before any points; with the points of the reasons they sum to the score's log-odds.
        reasons: What counts, the most points first; empty for a payment that is not worth a reason.
        alert_threshold: The score from which on a payment is suspicious.
        rules_version: Of the rules that decided.
        shadow: Reasons in mode `shadow`; they count for nothing.
        suppressed: Why a score that reaches the threshold is not suspicious: `allow` or `snooze`; else None.
        own_suspicion: What the account's own behaviour alone makes of the score.
    """

    score: float
    suspicious: bool
    base: float
    reasons: tuple[Reason, ...]
    alert_threshold: float
    rules_version: str
    shadow: tuple[Reason, ...] = ()
    suppressed: str | None = None
    own_suspicion: float = 0.0

    def score_without(self, reason: Reason) -> float:
        """Return the score that the other reasons alone would make."""
        return probability_of(self.base + sum(each.points for each in self.reasons) - reason.points)
