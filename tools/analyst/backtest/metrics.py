"""How good a ranking is: areas under curves, and what alerts at a rate find; equal scores are one step."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress
from math import inf
from operator import not_
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
        # Eight bytes a score: a history has millions of them.
        self._frauds = array("d", sorted(compress(scores, labels), reverse=True))
        self._genuine = array("d", sorted(compress(scores, map(not_, labels)), reverse=True))
        self.frauds, self.genuine = len(self._frauds), len(self._genuine)

    @property
    def steps(self) -> Iterator[Step]:
        """Yield a step for each score, the highest first."""
        ends = (-inf,)
        frauds, genuine = chain(self._frauds, ends), chain(self._genuine, ends)
        fraud, other, found, passed = next(frauds), next(genuine), 0, 0
        while (threshold := max(fraud, other)) > -inf:
            while fraud == threshold:
                fraud, found = next(frauds), found + 1
            while other == threshold:
                other, passed = next(genuine), passed + 1
            yield Step(threshold, found, passed)

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
