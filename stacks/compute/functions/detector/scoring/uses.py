"""Which values of a field an account has used, and since when: bounded, and learnt in constant time."""

from math import log10
from struct import Struct
from typing import Final, Self

from stacks.compute.functions.detector.scoring.keys import value_key

WINDOW: Final = 64
"""Payments after which both counts are halved, so that an account may change its ways."""

NEW_FOR_HOURS: Final = 24
"""So long after its first use a value still counts as new: a thief's second payment is no habit."""

_MINIMUM_COUNT: Final = 3
"""Payments that carried the field, below which nothing is a novelty."""

_EXPECTED_WEIGHT: Final = 20.0
"""What everybody does weighs as much as so many of the account's own payments."""

_LONGEST_HOURS: Final = 0xFFFF
_HEAD: Final = Struct("<BBB")
_ENTRY: Final = Struct("<HH")


class Uses:
    """The values used last, the latest last, by 16 bits of a hash: one of 1,600 new ones passes for known.

    Attributes:
        count: Payments that carried the field; halved together with `fresh` at `WINDOW`.
        fresh: First uses among them.
        first_hours: Key -> hour since 1970 of its first use, in order of last use.
    """

    __slots__ = ("count", "first_hours", "fresh")

    def __init__(self) -> None:
        self.count = 0
        self.fresh = 0
        self.first_hours: dict[int, int] = {}

    @property
    def are_known(self) -> bool:
        """Whether there are payments enough for anything to be a novelty."""
        return self.count >= _MINIMUM_COUNT

    def knows(self, name: str) -> bool:
        """Return whether a value was used before."""
        return value_key(name) in self.first_hours

    def novelty(self, name: str, hour: int, first_hour: int, expected: float) -> float | None:
        """Return how rare a first use is for the account, in decades: 2 is one payment in a hundred.

        Args:
            name: The value.
            hour: Of the payment, since 1970.
            first_hour: Of the account's first payment: within its first day everything is new.
            expected: Share of everybody's payments that are a first use.

        Returns:
            0 for a value that is not new, None where too little is known.
        """
        first = self.first_hours.get(value_key(name))
        if first is not None and (hour - first >= NEW_FOR_HOURS or first < first_hour + NEW_FOR_HOURS):
            return 0.0
        if self.count < _MINIMUM_COUNT:
            return None
        # The very first use of all says nothing of how often the account does something new.
        seen = max(self.fresh - 1, 0) + _EXPECTED_WEIGHT * expected
        return -log10(seen / (self.count - 1 + _EXPECTED_WEIGHT))

    def learn(self, name: str, hour: int, most: int) -> None:
        """Add one payment's value, and forget the value not used for longest beyond `most`."""
        hours, key = self.first_hours, value_key(name)
        first = hours.pop(key, None)
        if first is None:
            self.fresh += 1
            first = hour
            if len(hours) >= most:
                del hours[next(iter(hours))]
        hours[key] = first
        self.count += 1
        if self.count >= WINDOW:
            self.count //= 2
            self.fresh //= 2

    def forget(self, name: str, since_hour: int) -> bool:
        """Forget a value first used in an hour or later; return whether it was known."""
        key = value_key(name)
        if self.first_hours.get(key, -1) < since_hour:
            return False
        del self.first_hours[key]
        return True

    def pack(self, last_hour: int) -> bytes:
        """Return the uses as bytes: three, and four for each value."""
        entries = b"".join(
            _ENTRY.pack(key, min(max(last_hour - first, 0), _LONGEST_HOURS))
            for key, first in self.first_hours.items()
        )
        return _HEAD.pack(len(self.first_hours), self.count, self.fresh) + entries

    @classmethod
    def unpack(cls, state: bytes, start: int, last_hour: int) -> tuple[Self, int]:
        """Read the result of `pack`; return it and the place after it."""
        uses = cls()
        number, uses.count, uses.fresh = _HEAD.unpack_from(state, start)
        start += _HEAD.size
        for _ in range(number):
            key, age = _ENTRY.unpack_from(state, start)
            uses.first_hours[key] = last_hour - age
            start += _ENTRY.size
        return uses, start
