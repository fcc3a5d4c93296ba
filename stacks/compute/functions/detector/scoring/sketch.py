"""A histogram of magnitudes: how great a value only few exceed, whatever the unit; bounded and additive."""

from math import floor, log2
from struct import Struct
from typing import Any, Final, Self

from stacks.compute.functions.detector.scoring.state import ProfileError, pack, unpack

_PER_OCTAVE: Final = 8
_BINS: Final = 48
_FULL: Final = 32_768
_NEAR: Final = 0.05
_FAR: Final = 0.015
_ENOUGH: Final = 3.0
_LAYOUT: Final = Struct("<hH")


class Sketch:
    """Counts of positive values by class, each class a ninth greater than the one below.

    Beyond 48 classes the lowest two become one: only the upper end is asked for. Where 32,768 values are
    counted all counts are halved, so that old values weigh less.
    """

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.total = 0
        self.counts: dict[int, int] = {}

    def learn(self, value: float) -> None:
        """Count a positive value."""
        place = floor(_PER_OCTAVE * log2(value))
        counts = self.counts
        counts[place] = counts.get(place, 0) + 1
        self.total += 1
        if len(counts) > _BINS:
            lowest, next_lowest = sorted(counts)[:2]
            counts[next_lowest] += counts.pop(lowest)
        if self.total >= _FULL:
            # An odd one is kept in every other class, or the thin tail would wear away.
            halved = {each: (count + (each & 1)) // 2 for each, count in counts.items()}
            self.counts = {each: count for each, count in halved.items() if count}
            self.total = sum(self.counts.values())

    def add(self, other: "Sketch") -> None:
        """Add another's counts."""
        for place, count in other.counts.items():
            self.counts[place] = self.counts.get(place, 0) + count
        self.total += other.total

    def exceeded_by(self, share: float) -> float:
        """Return the value that about this share of values exceeds; there must be values.

        The lesser of what the far tail shows and of what the tail before it lets expect: frauds sit in the
        far tail, and a population that has many of them would hide them behind themselves.
        """
        near, far = self._from_top(_NEAR), self._from_top(_FAR)
        if share >= _FAR:
            return float(2.0 ** self._from_top(share))
        steps = log2(_NEAR / share) / log2(_NEAR / _FAR)
        expected = near + (far - near) * steps
        if share * self.total >= _ENOUGH:
            expected = min(expected, self._from_top(share))
        return float(2.0**expected)

    def _from_top(self, share: float) -> float:
        """Return the binary logarithm of the value that a share exceeds."""
        wanted = share * self.total
        seen = 0.0
        for place in sorted(self.counts, reverse=True):
            count = self.counts[place]
            if seen + count >= wanted:
                return (place + 1 - (wanted - seen) / count) / _PER_OCTAVE
            seen += count
        return min(self.counts) / _PER_OCTAVE

    def to_state(self) -> str:
        """Return the counts as text, at most 256 characters."""
        return pack(_LAYOUT, sorted(self.counts.items()))

    @classmethod
    def from_state(cls, state: Any) -> Self:
        """Read what `to_state` gave.

        Raises:
            ProfileError: It is damaged.
        """
        if not isinstance(state, str):
            raise ProfileError("a stored sketch is not text")
        sketch = cls()
        sketch.counts = dict(unpack(_LAYOUT, state))
        sketch.total = sum(sketch.counts.values())
        return sketch
