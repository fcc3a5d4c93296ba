"""Which values of a field an account has used, and since when: bounded, and learnt in constant time."""

from struct import Struct
from typing import Any, Final, Self

from stacks.compute.functions.detector.scoring.state import ProfileError, pack, unpack
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_HOUR

_WINDOW: Final = 64
_KEYED: Final = Struct("<II")


class Uses:
    """The values used last, the latest last; names, or the short keys of names.

    Attributes:
        count: Transactions that carried the field; halved together with `fresh` when it reaches 64.
        fresh: First uses among them.
        first_hours: Value -> hour since 1970 of its first use, in order of last use.
    """

    __slots__ = ("count", "first_hours", "fresh")

    def __init__(self) -> None:
        self.count = 0
        self.fresh = 0
        self.first_hours: dict[str | int, int] = {}

    def learn(self, value: str | int, timestamp: int, remembered: int) -> None:
        """Add one transaction's value, and forget the value not used for longest beyond `remembered`."""
        hours = self.first_hours
        hour = timestamp // MILLISECONDS_PER_HOUR
        first = hours.pop(value, None)
        if first is None:
            self.fresh += 1
            if len(hours) >= remembered:
                del hours[next(iter(hours))]
        elif first < hour:
            hour = first
        hours[value] = hour
        self.count += 1
        if self.count >= _WINDOW:
            self.count //= 2
            self.fresh //= 2

    def forget(self, value: str | int, since: int) -> bool:
        """Forget a value first used at a time or later; tell whether it was known."""
        if self.first_hours.get(value, -1) < since // MILLISECONDS_PER_HOUR:
            return False
        del self.first_hours[value]
        return True

    def fresh_share(self) -> float:
        """Return the share of first uses among the transactions."""
        return self.fresh / self.count if self.count else 1.0

    def latest(self, number: int) -> list[str]:
        """Return the values used last, the latest first."""
        return [str(value) for value in list(self.first_hours)[: -number - 1 : -1]]

    def to_state(self, *, keyed: bool) -> list[Any]:
        """Return plain JSON data; the short keys of names are packed."""
        entries = list(self.first_hours.items())
        values = pack(_KEYED, entries) if keyed else [part for entry in entries for part in entry]
        return [self.count, self.fresh, values]

    @classmethod
    def from_state(cls, state: Any) -> Self:
        """Read what `to_state` gave.

        Raises:
            ProfileError: It is damaged.
        """
        uses = cls()
        try:
            count, fresh, values = state
            uses.count, uses.fresh = int(count), int(fresh)
            pairs = (
                unpack(_KEYED, values)
                if isinstance(values, str)
                else list(zip(values[::2], values[1::2], strict=True))
            )
            uses.first_hours = {value: int(hour) for value, hour in pairs}
        except (TypeError, ValueError) as error:
            raise ProfileError(f"the stored profile is damaged: {type(error).__name__}") from None
        return uses
