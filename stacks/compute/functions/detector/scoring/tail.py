"""How rare a value is in the population, in decades: 3 means that one payment in a thousand has as much.

Rarity makes quantities of different worlds comparable: twice the usual amount is rare where amounts hardly
vary and common where they vary much. It is read off three quantiles (the median, and what 5 % and 1.5 % of
the payments exceed) and continued beyond them on a logarithmic scale: frauds sit in the far tail, and a
population that has many of them would hide them behind themselves.
"""

from math import floor, log10
from struct import Struct
from typing import Final, NamedTuple, Self

_PER_UNIT: Final = 10
"""Classes of a sketch per unit of its quantity: a class of a logarithm is a tenth wide."""

_LARGEST_CLASS: Final = 400
_FULL: Final = 32_768.0
"""Where so many values are counted, all counts are halved, so that old values weigh less."""

_MEDIAN, _SHARE, _FAR_SHARE, _FARTHEST_SHARE = 0.5, 0.05, 0.015, 0.003
_DECADES_AT_MEDIAN: Final = -log10(_MEDIAN)
_DECADES_AT_SHARE: Final = -log10(_SHARE)
_DECADES_BETWEEN: Final = log10(_SHARE / _FAR_SHARE)
_DECADES_TO_FARTHEST: Final = log10(_SHARE / _FARTHEST_SHARE)
_PRIOR_VALUES: Final = 100.0
"""What is assumed of a quantity weighs as much as so many values."""

_FARTHEST_FROM: Final = 1000
"""With fewer values their farthest quantile is three of them."""

MOST_DECADES: Final = 8.0
_LAYOUT: Final = Struct("<hH")


class Quantiles(NamedTuple):
    """A quantity's median, and what 5 % and 1.5 % of the payments exceed."""

    median: float
    share: float
    far_share: float


class Tail:
    """A population's quantiles, made ready to read rarities off.

    Args:
        quantiles: What is known.
    """

    __slots__ = ("_from_median", "_from_share", "_median", "_share")

    def __init__(self, quantiles: Quantiles) -> None:
        self._median = quantiles.median
        self._share = max(quantiles.share, quantiles.median + 0.05)
        far_share = max(quantiles.far_share, self._share + 0.02)
        self._from_median = (_DECADES_AT_SHARE - _DECADES_AT_MEDIAN) / (self._share - self._median)
        self._from_share = _DECADES_BETWEEN / (far_share - self._share)

    def rarity(self, value: float) -> float:
        """Return how rare a value is, in decades from 0 to `MOST_DECADES`."""
        beyond = value - self._share
        if beyond > 0:
            rarity = _DECADES_AT_SHARE + beyond * self._from_share
            return min(MOST_DECADES, rarity)
        rarity = _DECADES_AT_MEDIAN + (value - self._median) * self._from_median
        return rarity if rarity > 0 else 0.0


class Sketch:
    """Counts of values by class; bounded, and additive."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.total = 0.0
        self.counts: dict[int, float] = {}

    def learn(self, value: float) -> None:
        """Count a value."""
        place = min(max(floor(value * _PER_UNIT), -_LARGEST_CLASS), _LARGEST_CLASS)
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
        """Return the tail, drawn toward what is assumed where few values are known."""
        if not self.total:
            return Tail(assumed)
        farthest, far_share, share, median = self._exceeded_by(_FARTHEST_SHARE, _FAR_SHARE, _SHARE, _MEDIAN)
        known = self.total / (self.total + _PRIOR_VALUES)
        median, share, far_share = (
            known * seen + (1 - known) * prior
            for seen, prior in zip((median, share, far_share), assumed, strict=True)
        )
        if self.total > _FARTHEST_FROM:
            # The nearer of the two: frauds among 1.5 % of the payments must not stretch the scale.
            steepest = share + (farthest - share) * _DECADES_BETWEEN / _DECADES_TO_FARTHEST
            far_share = min(far_share, steepest)
        return Tail(Quantiles(median, share, far_share))

    def median(self) -> float:
        """Return the median; there must be values."""
        return self._exceeded_by(_MEDIAN)[0]

    def _exceeded_by(self, *shares: float) -> list[float]:
        """Return the values that shares of all values exceed; the shares in rising order."""
        places = sorted(self.counts, reverse=True)
        found, index, seen = [], 0, 0.0
        for share in shares:
            wanted = share * self.total
            while index < len(places) - 1 and seen + self.counts[places[index]] < wanted:
                seen += self.counts[places[index]]
                index += 1
            place = places[index]
            found.append((place + 1 - min(1.0, (wanted - seen) / self.counts[place])) / _PER_UNIT)
        return found

    def pack(self) -> bytes:
        """Return the counts as bytes, four for each class."""
        return b"".join(_LAYOUT.pack(place, round(count)) for place, count in sorted(self.counts.items()))

    @classmethod
    def unpack(cls, state: bytes) -> Self:
        """Read what `pack` gave. Raises `struct.error` where it is damaged."""
        sketch = cls()
        sketch.counts = {place: float(count) for place, count in _LAYOUT.iter_unpack(state) if count}
        sketch.total = sum(sketch.counts.values())
        return sketch
