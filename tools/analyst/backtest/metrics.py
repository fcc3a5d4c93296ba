"""How good a ranking is: areas under curves, and what alerts at a rate find; equal scores are one step."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final, NamedTuple

ALERT_RATES: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)


class Step(NamedTuple):
    """Everything scored at a threshold or above.

    Attributes:
        threshold: The score.
        frauds: Frauds at it or above.
        genuine: Genuine transactions at it or above.
    """

    threshold: float
    frauds: int
    genuine: int


class Ranking:
    """Scores and labels, the highest score first.

    Args:
        scores: Of the transactions that have a label.
        labels: Whether each is fraud.
    """

    def __init__(self, scores: Sequence[float], labels: Sequence[int]) -> None:
        # Most scores are zero, and need no sorting.
        above = sorted(
            ((score, label) for score, label in zip(scores, labels, strict=True) if score), reverse=True
        )
        self.frauds = sum(labels)
        self.genuine = len(labels) - self.frauds
        self.steps: list[Step] = []
        frauds = genuine = 0
        for threshold, equal in groupby(above, key=lambda pair: pair[0]):
            marks = [label for _, label in equal]
            hits = sum(marks)
            frauds, genuine = frauds + hits, genuine + len(marks) - hits
            self.steps.append(Step(threshold, frauds, genuine))
        if len(above) < len(labels):
            self.steps.append(Step(0.0, self.frauds, self.genuine))

    def area(self) -> float | None:
        """Return the area under the ROC curve; None without both frauds and genuine transactions."""
        if not self.frauds or not self.genuine:
            return None
        area, before = 0.0, Step(0.0, 0, 0)
        for step in self.steps:
            area += (step.genuine - before.genuine) * (step.frauds + before.frauds) / 2
            before = step
        return area / (self.frauds * self.genuine)

    def average_precision(self) -> float | None:
        """Return the average precision; None without frauds."""
        if not self.frauds:
            return None
        total, before = 0.0, 0
        for step in self.steps:
            if step.frauds > before:
                total += (step.frauds - before) * step.frauds / (step.frauds + step.genuine)
                before = step.frauds
        return total / self.frauds

    def at_rate(self, rate: float) -> Step:
        """Return what the best-scored share of the transactions holds; of equal scores all or none."""
        most = rate * (self.frauds + self.genuine)
        best = Step(float("inf"), 0, 0)
        for step in self.steps:
            if step.frauds + step.genuine > most:
                break
            best = step
        return best

    def at_false_positives(self, rate: float) -> Step:
        """Return the step at which at most this share of the genuine transactions is flagged."""
        best = Step(float("inf"), 0, 0)
        for step in self.steps:
            if step.genuine > rate * self.genuine:
                break
            best = step
        return best

    def curve(self, points: int) -> list[Step]:
        """Return so many steps, spread evenly over the frauds found, for a plot."""
        wanted, chosen = 0.0, []
        for step in self.steps:
            if step.frauds >= wanted:
                chosen.append(step)
                wanted = step.frauds + self.frauds / points
        return chosen


def card_precision(by_day: Iterable[Iterable[tuple[float, int, str]]], accounts: int = 100) -> float | None:
    """Return the mean daily share of truly defrauded accounts among those scored highest.

    An account's score is its highest of the day, and once found it is left out of the following days.

    Args:
        by_day: For each day, score, label and account of its transactions.
        accounts: How many accounts are looked at in a day.
    """
    found: set[str] = set()
    daily = []
    for day in by_day:
        best: dict[str, tuple[float, int]] = {}
        for score, label, account in day:
            if account not in found:
                highest, fraud = best.get(account, (score, 0))
                best[account] = (max(highest, score), max(fraud, label))
        top = sorted(best.items(), key=lambda entry: -entry[1][0])[:accounts]
        hits = [account for account, (_, fraud) in top if fraud]
        found.update(hits)
        daily.append(len(hits) / accounts)
    return sum(daily) / len(daily) if daily else None
