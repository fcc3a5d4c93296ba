"""The season: by how much all accounts' amounts exceed their usual level.

It follows the median of all accounts' amounts over their own usual, fast and slowly. Every payment moves
either by one step, however large it is, and every account teaches once a day: only most of the accounts
together make a season. Steps grow while all votes go one way, so that the first day of a season is not a day
of false alerts.
"""

from collections.abc import Sequence
from typing import Final, Self

from stacks.compute.functions.detector.scoring.state import rounded

_STEP: Final = 0.03
"""What one account a day moves the season by, in logarithms of its amounts: 3 %."""

_MEMORY: Final = 0.0002
"""What it moves the level by that seasons are measured from: by 1, that is 2.7 times, in 5,000 samples."""

_RUN: Final = 8
"""Samples one way after which steps grow: by chance one run in 256 is longer."""

_NO_SEASON: Final = 1.75
"""Logarithm over the usual level, 5.8 times, from which on a payment does not lengthen a run: so much is more
than any season, and thefts on some accounts within the hour would pass for one."""

_GROWTH: Final = 1.5
"""By how much each further one makes the step longer."""

_MOST_GROWTH: Final = 10.0
"""The longest step is so many times the shortest: 35 %."""

_NOTICED: Final = 0.4
"""Logarithm from which on a season is taken off, 50 %: what is less is the estimate's own noise."""

_MOST_SEASON: Final = 1.5
"""The greatest season, 4.5 times: more is no season, and whoever could make it would hide anything."""


class Season:
    """What one shard's samples, or all shards' together, say of it.

    Attributes:
        level: Logarithm of everybody's amounts over the accounts' own usual, followed slowly.
        above: Logarithm of the amounts of now over the level.
        run: Latest samples that were all above (positive) or all below (negative).
    """

    __slots__ = ("above", "level", "run")

    def __init__(self, level: float = 0.0, above: float = 0.0, run: int = 0) -> None:
        self.level, self.above, self.run = level, above, run

    def learn(self, residual: float) -> None:
        """Move by one sample: the logarithm of its amount over what is usual for its account."""
        self.level += _MEMORY if residual > self.level else -_MEMORY
        above = residual - self.level > self.above
        step = _STEP
        if residual - self.level <= _NO_SEASON:
            self.run = max(self.run, 0) + 1 if above else min(self.run, 0) - 1
            step *= min(_GROWTH ** max(0, abs(self.run) - _RUN), _MOST_GROWTH)
        self.above = max(-_MOST_SEASON, min(_MOST_SEASON, self.above + (step if above else -step)))

    def noticed(self) -> float:
        """Return the logarithm to take off amounts; 0 where it may be chance."""
        return 0.0 if abs(self.above) < _NOTICED else self.above

    def add(self, other: "Season", mine: int, its: int) -> None:
        """Average with another's by the samples behind each."""
        if both := mine + its:
            self.level = (self.level * mine + other.level * its) / both
            self.above = (self.above * mine + other.above * its) / both

    def to_state(self) -> list[float]:
        """Return it as plain JSON data."""
        return [rounded(self.level, 4), rounded(self.above, 4), self.run]

    @classmethod
    def from_state(cls, state: Sequence[float]) -> Self:
        """Read the result of `to_state`.

        Raises:
            TypeError: The state is damaged.
            ValueError: The state is damaged.
        """
        level, above, run = map(float, state)
        return cls(level, above, int(run))
