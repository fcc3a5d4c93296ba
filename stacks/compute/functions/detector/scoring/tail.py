"""How rare a value is in the population, in decades: 3 means that one payment in a thousand has as much.

Rarity makes quantities of different worlds comparable: twice the usual amount is rare where amounts hardly
vary and common where they vary much. It is counted: the share of the sampled payments with such a value or a
greater one. Where few are sampled, or none is so great, what is assumed of the quantity goes on from there.
"""

from functools import lru_cache
from itertools import accumulate
from math import floor, log10
from struct import Struct
from typing import Final, NamedTuple, Self

PER_UNIT: Final = 10
"""Classes of a sketch per unit of its quantity: a class of a logarithm is a tenth wide."""

FINE_PER_UNIT: Final = 40
"""The same of a quantity whose values end abruptly, as amounts do at a limit."""

_LARGEST_CLASS: Final = 4_000
"""Values further out are counted here: 100 in fine classes, beyond the logarithm of any amount."""

_FULL: Final = 32_768.0
"""Where so many values are counted, all counts are halved, so that old values weigh less."""

_MEDIAN, _SHARE, _FAR_SHARE = 0.5, 0.05, 0.015
"""Shares of the payments beyond the three values that `Quantiles` has."""

_DECADES_AT_MEDIAN: Final = -log10(_MEDIAN)
_DECADES_AT_SHARE: Final = -log10(_SHARE)
_DECADES_FROM_MEDIAN: Final = _DECADES_AT_SHARE - _DECADES_AT_MEDIAN
_DECADES_BETWEEN: Final = log10(_SHARE / _FAR_SHARE)
_PRIOR_VALUES: Final = 100.0
_PRIOR_FADES: Final = 1_000.0
"""What is assumed of a quantity weighs as much as 100 values at first, and half as much after 1,000."""

COUNTED_DECADES: Final = 4.5
"""What a sketch knows: it counts about 30,000 payments."""

MOST_DECADES: Final = 6.5
"""Beyond what is counted, what is assumed of the quantity still tells so far values apart."""

_LAYOUT: Final = Struct("<hH")


class Quantiles(NamedTuple):
    """A quantity's median, and what 5 % and 1.5 % of the payments exceed."""

    median: float
    share: float
    far_share: float

    def rarity(self, value: float) -> float:
        """Return how rare a value is by these quantiles, in decades, continued beyond them in a line."""
        median, share, far_share = self
        if value > share:
            return _DECADES_AT_SHARE + (value - share) * _DECADES_BETWEEN / (far_share - share)
        decades = _DECADES_AT_MEDIAN + (value - median) * (_DECADES_FROM_MEDIAN / (share - median))
        return decades if decades > 0.0 else 0.0


@lru_cache(maxsize=64)
def _exceeding(assumed: Quantiles, per_unit: int, first: int, end: int) -> tuple[float, ...]:
    """Return which share of the payments is assumed to reach each class from `end` down to `first`."""
    return tuple(10 ** -assumed.rarity(place / per_unit) for place in range(end, first - 1, -1))


class Tail:
    """What a sketch counted, made ready to read rarities off.

    Args:
        assumed: What is assumed of the quantity.
        per_unit: Classes of the sketch per unit of the quantity.
        counts: Values counted by class.
    """

    __slots__ = ("_assumed", "_beyond", "_first", "_last", "_per_unit", "_rarities")

    def __init__(self, assumed: Quantiles, per_unit: int, counts: dict[int, float]) -> None:
        total = sum(counts.values())
        prior = _PRIOR_VALUES * _PRIOR_FADES / (_PRIOR_FADES + total)
        self._assumed, self._per_unit = assumed, per_unit
        self._beyond = log10((total + prior) / prior)
        self._first, end = min(counts, default=0), max(counts, default=0) + 1
        reached = accumulate(counts.get(place, 0.0) for place in range(end, self._first - 1, -1))
        whole = total + prior
        rarities = [
            -log10((above + prior * share) / whole)
            for above, share in zip(reached, _exceeding(assumed, per_unit, self._first, end), strict=True)
        ]
        self._rarities = rarities[::-1]
        self._last = len(rarities) - 1

    def rarity(self, value: float) -> float:
        """Return how rare a value is, in decades from 0 to `MOST_DECADES`."""
        place = value * self._per_unit - self._first
        if place >= self._last:
            decades = self._assumed.rarity(value) + self._beyond
            return decades if decades < MOST_DECADES else MOST_DECADES
        if place <= 0:
            return 0.0
        index = int(place)
        low = self._rarities[index]
        return low + (place - index) * (self._rarities[index + 1] - low)


class Sketch:
    """Counts of values by class; bounded, and additive.

    Args:
        per_unit: Classes per unit of the quantity.
    """

    __slots__ = ("_per_unit", "counts", "total")

    def __init__(self, per_unit: int = PER_UNIT) -> None:
        self._per_unit = per_unit
        self.total = 0.0
        self.counts: dict[int, float] = {}

    def learn(self, value: float) -> None:
        """Count a value."""
        place = min(max(floor(value * self._per_unit), -_LARGEST_CLASS), _LARGEST_CLASS)
        self.counts[place] = self.counts.get(place, 0.0) + 1
        self.total += 1
        if self.total >= _FULL:
            self.counts = {each: count / 2 for each, count in self.counts.items() if count > 0.5}
            self.total = sum(self.counts.values())

    def add(self, other: "Sketch") -> None:
        """Add another's counts."""
        for place, count in other.counts.items():
            self.counts[place] = self.counts.get(place, 0.0) + count
        self.total += other.total

    def tail(self, assumed: Quantiles) -> Tail:
        """Return the tail, made of what is counted and what is assumed."""
        return Tail(assumed, self._per_unit, self.counts)

    def median(self) -> float:
        """Return the median; there must be values."""
        above = 0.0
        for place in sorted(self.counts, reverse=True):
            count = self.counts[place]
            if above + count >= _MEDIAN * self.total:
                return (place + 1 - (_MEDIAN * self.total - above) / count) / self._per_unit
            above += count
        raise ValueError("a sketch without values has no median")

    def pack(self) -> bytes:
        """Return the counts as bytes, four for each class."""
        return b"".join(_LAYOUT.pack(place, round(count)) for place, count in sorted(self.counts.items()))

    @classmethod
    def unpack(cls, state: bytes, per_unit: int) -> Self:
        """Read the result of `pack`. Raises `struct.error` where it is damaged."""
        sketch = cls(per_unit)
        sketch.counts = {place: float(count) for place, count in _LAYOUT.iter_unpack(state) if count}
        sketch.total = sum(sketch.counts.values())
        return sketch
