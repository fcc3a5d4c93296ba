"""Mean and spread of an account's amounts, robust to the frauds among them."""

from math import sqrt
from typing import Any, Final

from stacks.compute.functions.detector.scoring.rules import Baseline

_YOUNG: Final = 2.0
"""The mean of n amounts is uncertain: the spread is taken as 1 + 2/n times what was seen."""


class AmountStatistics:
    """An account's amounts in one currency, by Welford's method with a bounded memory.

    Attributes:
        count: How many amounts were learnt.
        mean: Their mean, each capped at what was plausible when it came.
        squares: Sum of the squared distances from the mean.
        last_at: Epoch milliseconds of the latest.
    """

    __slots__ = ("count", "last_at", "mean", "squares")

    def __init__(self, count: int = 0, mean: float = 0.0, squares: float = 0.0, last_at: int = 0) -> None:
        self.count = count
        self.mean = mean
        self.squares = squares
        self.last_at = last_at

    def deviation(self, spread: float, weight: float) -> float:
        """Return the standard deviation, drawn toward a share of the mean by so many transactions' weight."""
        assumed = spread * self.mean
        count = self.count
        seen = sqrt((weight * assumed * assumed + self.squares) / (weight + count))
        return seen * (1.0 + _YOUNG / (count + 1))

    def learn(self, amount: float, timestamp: int, baseline: Baseline, spread: float) -> None:
        """Add an amount, capped so that one fraud does not make the next one look usual."""
        count, mean = self.count, self.mean
        if count:
            cap = mean + baseline.cap_deviations * self.deviation(spread, baseline.assumed_weight)
            amount = min(amount, cap)
            if count >= baseline.memory:
                self.squares -= self.squares / count
                count -= 1
        count += 1
        distance = amount - mean
        self.mean = mean = mean + distance / count
        self.squares += distance * (amount - mean)
        self.count = count
        self.last_at = max(self.last_at, timestamp)

    def to_state(self) -> list[Any]:
        """Return plain JSON data."""
        return [self.count, self.mean, self.squares, self.last_at]
