"""The additive scorecard: points for each quantity, which with the base sum to the log-odds."""

from bisect import bisect_right
from math import exp, inf, log
from typing import Final, NamedTuple

from stacks.compute.functions.detector.scoring.setting_kinds import Mode

_LARGEST_LOG_ODDS: Final = 30.0
"""Odds of 10 to the 13th: nothing is shown as surer, and what is less likely as 0."""


class Curve(NamedTuple):
    """The points of one quantity: straight lines between values, level before the first and after the last.

    Attributes:
        mode: Whether its points count.
        at: Values of the quantity, rising.
        points: Log-odds at each of them.
    """

    mode: Mode
    at: tuple[float, ...]
    points: tuple[float, ...]

    @property
    def silent_to(self) -> float:
        """The value up to which there are no points, as for most payments."""
        return self.at[0] if self.points[0] == 0 else -inf

    def points_at(self, value: float) -> float:
        """Return the points of a value."""
        _, at, points = self
        place = bisect_right(at, value)
        if place == 0:
            return points[0]
        if place == len(at):
            return points[-1]
        low, high = at[place - 1], at[place]
        before, after = points[place - 1], points[place]
        return before + (after - before) * (value - low) / (high - low)


def probability_of(log_odds: float) -> float:
    """Return the probability of log-odds."""
    if log_odds < -_LARGEST_LOG_ODDS:
        return 0.0
    if log_odds > _LARGEST_LOG_ODDS:
        log_odds = _LARGEST_LOG_ODDS
    return 1.0 / (1.0 + exp(-log_odds))


def log_odds_of(probability: float) -> float:
    """Return the log-odds of a probability between 0 and 1."""
    return log(probability / (1.0 - probability))
