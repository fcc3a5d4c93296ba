"""An account's profile: bounded, updated in constant time, less than 1 KB as stored.

Memory is in time, not in payments: counters decay with a time constant, so that a burst of payments
neither evicts what was known nor becomes a habit. The latest payments are remembered one by one, which makes
two things exact: a duplicate is recognised, because what is no longer remembered is older than everything
remembered; and so late an arrival is not learnt at all.
"""

import struct
from bisect import bisect_left
from collections.abc import Mapping
from struct import Struct
from typing import Any, Final, NamedTuple, Self

from stacks.compute.functions.detector.scoring.keys import key_of
from stacks.compute.functions.detector.scoring.migration import carried_over
from stacks.compute.functions.detector.scoring.payees import Payees, pack_payees, unpack_payees
from stacks.compute.functions.detector.scoring.risk import RiskHistory
from stacks.compute.functions.detector.scoring.state import ProfileError
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_HOUR, Transaction
from stacks.compute.functions.detector.scoring.uses import Uses

PROFILE_VERSION: Final = 6
HOURS: Final = 24
"""Hours in a day."""

REMEMBERED_PAYMENTS: Final = 16
"""Latest payments kept one by one, at 17 bytes each. One older than them all is not learnt."""

SUSPICION_STEPS: Final = 255
"""Steps from no suspicion to certainty: what one byte holds."""

HOUR_CONSTANT: Final = 1.0
DAY_CONSTANT: Final = 24.0
WEEK_CONSTANT: Final = 7 * 24.0
HABIT_CONSTANT: Final = 45 * 24.0
"""Time constants of the counters, in hours: a payment so long ago counts a third."""

USES: Final = {
    "merchants": "merchant_id", "categories": "merchant_category", "countries": "country",
    "devices": "device_id", "networks": "network", "channels": "channel", "currencies": "currency",
}  # fmt: skip
"""Attribute of a profile that remembers values -> attribute of a transaction that has one."""

_COUNTERS: Final = (
    "hour_count", "day_count", "week_count", "habit_count",
    "hour_spend", "day_spend", "week_spend", "small_count", "under_limit_count", "rarity_sum",
    "learnt", "mean", "squares", "record", "usual_rarity", "fastest_pace",
)  # fmt: skip
_HEAD: Final = Struct(f"<BIQQH{len(_COUNTERS)}f")
_HEADS: Final = {
    PROFILE_VERSION: _HEAD,
    5: _HEAD,
    4: Struct(f"<BIQQH{len(_COUNTERS) - 1}f"),
    3: Struct(f"<BIQQH{len(_COUNTERS) - 2}f"),
}
"""Profile version -> how it begins: version 4 brought `usual_rarity`, 5 `fastest_pace`, 6 the payees."""

_WITH_PAYEES: Final = 6
_POSITION: Final = Struct("<Bqff")
_CATEGORY: Final = Struct("<HBf")
_REMEMBERED: Final = Struct("<QIBf")
_LOW_BITS: Final = 0xFFFFFFFF


class Position(NamedTuple):
    """Last position at which an account's card was present."""

    timestamp: int
    latitude: float
    longitude: float


class Remembered(NamedTuple):
    """One of an account's latest payments.

    Attributes:
        timestamp: Epoch milliseconds.
        key: 48 bits of a hash of the transaction's id.
        value: Approximate US dollars, to 24 bits.
        suspicion: What the account's own behaviour said against it in 255ths, which a verdict makes all or
            none.
    """

    timestamp: int
    key: int
    value: float
    suspicion: int


class CategoryHabit(NamedTuple):
    """An account's amounts in a merchant category.

    Attributes:
        payments: Payments in it, at most 64.
        logarithm: Mean of the logarithm of their value over what the account and the category let expect.
    """

    payments: int
    logarithm: float


class AccountProfile:
    """What an account usually does. Counts and sums are as of `last_at`, each with its time constant.

    Attributes:
        count: Payments learnt.
        first_at: Time of the earliest, 0 before the first.
        last_at: Time of the latest.
        hour_count: Payments, time constant of an hour; `day_count`, `week_count`, `habit_count` likewise.
        hour_spend: Their value in dollars, time constant of an hour; `day_spend`, `week_spend` likewise.
        small_count: Payments far below the usual value, time constant of an hour.
        under_limit_count: Large payments just under a round amount, time constant of three days.
        rarity_sum: How rare the payments of the last day were.
        usual_rarity: How rare the account's payments are on average.
        fastest_pace: At the end of its fastest run, in standard deviations; decays over months.
        learnt: Weight of the payments in the mean, at most its memory.
        mean: Mean value of a payment in dollars, as it would be outside its merchant category.
        squares: Sum of the squared distances from the mean.
        record: Largest value of a payment that was not suspicious; decays over months.
        hours: Payments by hour of the day (UTC).
        hours_sum: Their sum.
        category_habits: Key of a merchant category -> what the account pays in it.
        payees: Merchants that it paid far more than usual.
        position: Where the card was last present.
        sampled_on: Epoch day on which it last taught the population.
        recent: The latest payments, in order of time.
        risk: Verdicts on its payments.
    """

    __slots__ = (
        *_COUNTERS, *USES, "category_habits", "count", "first_at", "hours", "hours_sum", "last_at",
        "payees", "position", "recent", "risk", "sampled_on",
    )  # fmt: skip

    def __init__(self) -> None:
        self.count = self.first_at = self.last_at = self.sampled_on = 0
        self.hour_count = self.day_count = self.week_count = self.habit_count = 0.0
        self.hour_spend = self.day_spend = self.week_spend = 0.0
        self.small_count = self.under_limit_count = self.rarity_sum = 0.0
        self.learnt = self.mean = self.squares = self.record = self.usual_rarity = self.fastest_pace = 0.0
        self.hours = [0.0] * HOURS
        self.hours_sum = 0.0
        self.merchants, self.categories, self.countries, self.devices = Uses(), Uses(), Uses(), Uses()
        self.networks, self.channels, self.currencies = Uses(), Uses(), Uses()
        self.category_habits: dict[int, CategoryHabit] = {}
        self.payees: Payees = {}
        self.position: Position | None = None
        self.recent: list[Remembered] = []
        self.risk = RiskHistory()

    def knows(self, transaction: Transaction) -> bool:
        """Return whether this very transaction was learnt, as far back as is remembered."""
        recent, timestamp = self.recent, transaction.timestamp
        if not recent or recent[-1].timestamp < timestamp:
            return False
        return self.find(timestamp, key_of(transaction.transaction_id)) >= 0

    def find(self, timestamp: int, key: int) -> int:
        """Return where a payment is remembered, -1 where it is not."""
        place = bisect_left(self.recent, (timestamp, key))
        found = place < len(self.recent) and self.recent[place][:2] == (timestamp, key)
        return place if found else -1

    def to_state(self) -> bytes:
        """Return the profile as less than 1 KB of bytes."""
        last_hour = self.last_at // MILLISECONDS_PER_HOUR
        position = self.position
        counters = [getattr(self, name) for name in _COUNTERS]
        busiest = max(1.0, max(self.hours) / SUSPICION_STEPS)
        parts = [
            _HEAD.pack(PROFILE_VERSION, self.count, self.first_at, self.last_at, self.sampled_on, *counters),
            bytes(min(SUSPICION_STEPS, round(each / busiest)) for each in self.hours),
            *(getattr(self, name).pack(last_hour) for name in USES),
            _POSITION.pack(1, *position) if position else bytes(1),
            bytes([len(self.category_habits)]),
            *(_CATEGORY.pack(key, *habit) for key, habit in self.category_habits.items()),
            pack_payees(self.payees, last_hour),
            bytes([len(self.recent)]),
            *(self._packed(each) for each in self.recent),
            self.risk.to_state().encode() if self.risk else b"",
        ]
        return b"".join(parts)

    def _packed(self, payment: Remembered) -> bytes:
        before = max(self.last_at - payment.timestamp, 0)
        return _REMEMBERED.pack(
            payment.key << 8 | payment.suspicion, before & _LOW_BITS, min(before >> 32, 255), payment.value
        )

    @classmethod
    def from_state(cls, state: Any) -> Self:
        """Read the result of `to_state`, or the JSON data of a version before.

        Raises:
            ProfileError: The state is of a later version or damaged.
        """
        profile = cls()
        try:
            if isinstance(state, Mapping):
                profile._take_over(carried_over(state))
            else:
                profile._read(memoryview(state).tobytes())
        except ProfileError:
            raise
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, struct.error) as error:
            raise ProfileError(f"the stored profile is damaged: {type(error).__name__}") from None
        return profile

    def _take_over(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            setattr(self, name, value)
        self.hours_sum = sum(self.hours)
        self.category_habits = {key: CategoryHabit(*each) for key, each in self.category_habits.items()}
        self.recent = [Remembered(*each) for each in self.recent]

    def _read(self, state: bytes) -> None:
        head = _HEADS.get(state[0]) if state else None
        if head is None:
            raise ProfileError(f"profile version {state[0] if state else None} is not {PROFILE_VERSION}")
        _, self.count, self.first_at, self.last_at, self.sampled_on, *counters = head.unpack_from(state)
        for name, value in zip(_COUNTERS, counters, strict=False):
            setattr(self, name, value)
        start = head.size
        self.hours = [float(each) for each in state[start : start + HOURS]]
        self.hours_sum = sum(self.hours)
        start += HOURS
        last_hour = self.last_at // MILLISECONDS_PER_HOUR
        for name in USES:
            uses, start = Uses.unpack(state, start, last_hour)
            setattr(self, name, uses)
        start = self._read_position(state, start)
        number, start = state[start], start + 1
        for _ in range(number):
            key, count, logarithm = _CATEGORY.unpack_from(state, start)
            self.category_habits[key] = CategoryHabit(count, logarithm)
            start += _CATEGORY.size
        if state[0] >= _WITH_PAYEES:
            self.payees, start = unpack_payees(state, start, last_hour)
        start = self._read_recent(state, start)
        if start < len(state):
            self.risk = RiskHistory.from_state(state[start:].decode())

    def _read_position(self, state: bytes, start: int) -> int:
        if not state[start]:
            return start + 1
        _, *position = _POSITION.unpack_from(state, start)
        self.position = Position(*position)
        return start + _POSITION.size

    def _read_recent(self, state: bytes, start: int) -> int:
        number, start = state[start], start + 1
        for _ in range(number):
            bits, low, high, value = _REMEMBERED.unpack_from(state, start)
            self.recent.append(
                Remembered(self.last_at - (high << 32 | low), bits >> 8, value, bits & SUSPICION_STEPS)
            )
            start += _REMEMBERED.size
        return start
