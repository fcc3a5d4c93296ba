"""Other people's payments: how many accounts began to use a device, an address or a merchant lately.

One counter for each such place. It is read and written on first uses only, which are a small share of
payments: an account that pays where it always pays touches none. Once many accounts have used a place, one
in sixteen of its first uses is written and counts for sixteen, so that a busy merchant is no hot item.
"""

import struct
from enum import StrEnum
from math import exp, sqrt
from struct import Struct
from typing import Any, Final, NamedTuple, Self

from stacks.compute.functions.detector.scoring.account import AccountProfile
from stacks.compute.functions.detector.scoring.keys import short_key
from stacks.compute.functions.detector.scoring.state import ProfileError
from stacks.compute.functions.detector.scoring.transaction import (
    MILLISECONDS_PER_DAY,
    MILLISECONDS_PER_HOUR,
    Transaction,
    network_of,
)

SHARING_VERSION: Final = 1
_MANY: Final = 50
"""First uses, after which one in `_SAMPLED` is written."""

_SAMPLED: Final = 16
"""One in so many is written: a merchant with a thousand new customers a minute costs one write a second."""

_LAYOUT: Final = Struct("<BQQff")


class Kind(StrEnum):
    """What accounts share."""

    MERCHANT = "merchant"
    DEVICE = "device"
    ADDRESS = "address"

    __hash__ = str.__hash__  # that of Enum hashes the member's name in Python

    @property
    def hours(self) -> float:
        """Time constant in hours after which a first use counts a third."""
        return _HOURS[self]


_HOURS: Final = {Kind.MERCHANT: 6.0, Kind.DEVICE: 24.0, Kind.ADDRESS: 6.0}
"""A burst at a merchant or from an address is over within hours; a device passes from one stolen account to
the next within a day."""


class Place(NamedTuple):
    """A merchant, device or address that an account uses for the first time."""

    kind: Kind
    name: str


class FirstUses:
    """First uses of one place by accounts.

    Attributes:
        lately: First uses, decayed with the kind's time constant until `last_at`.
        last_at: Epoch milliseconds of the latest.
        first_at: Epoch milliseconds of the first ever.
        total: All first uses.
    """

    __slots__ = ("first_at", "last_at", "lately", "total")

    def __init__(self) -> None:
        self.lately = self.total = 0.0
        self.last_at = self.first_at = 0

    def at(self, timestamp: int, kind: Kind) -> float:
        """Return the recent first uses, decayed to a time."""
        if timestamp <= self.last_at:
            return self.lately
        hours = (timestamp - self.last_at) / MILLISECONDS_PER_HOUR
        return self.lately * exp(-hours / kind.hours)

    def surplus(self, timestamp: int, kind: Kind) -> float:
        """Return how many more first uses there are than usual here, in standard deviations of a count.

        Square roots make the deviation of a count the same, whatever its mean (Anscombe, 1948).
        """
        if not self.total:
            return 0.0
        days = max(1.0, (timestamp - self.first_at) / MILLISECONDS_PER_DAY)
        usual = self.total / days * kind.hours / 24
        surplus = 2 * (sqrt(self.at(timestamp, kind) + 1) - sqrt(usual + 1))
        if self.total <= _MANY:
            return surplus
        return surplus / sqrt(1 + (_SAMPLED - 1) * (1 - _MANY / self.total))

    def learn(self, transaction_id: str, timestamp: int, kind: Kind) -> bool:
        """Count a first use, in place; return whether it changed."""
        weight = 1
        if self.total > _MANY:
            if short_key(transaction_id) % _SAMPLED:
                return False
            weight = _SAMPLED
        self.lately = self.at(timestamp, kind) + weight
        self.last_at = max(self.last_at, timestamp)
        self.first_at = min(self.first_at or timestamp, timestamp)
        self.total += weight
        return True

    def to_state(self) -> bytes:
        """Return the counter as 25 bytes."""
        return _LAYOUT.pack(SHARING_VERSION, self.first_at, self.last_at, self.lately, self.total)

    @classmethod
    def from_state(cls, state: Any) -> Self:
        """Read the result of `to_state`.

        Raises:
            ProfileError: The state is of another version or damaged.
        """
        counter = cls()
        try:
            version, counter.first_at, counter.last_at, counter.lately, counter.total = _LAYOUT.unpack(state)
        except (TypeError, struct.error) as error:
            raise ProfileError(f"the counter of first uses is damaged: {type(error).__name__}") from None
        if version != SHARING_VERSION:
            raise ProfileError(f"the counter of first uses is not of version {SHARING_VERSION}")
        return counter


Sharing = dict[Place, FirstUses]
"""The counters of a payment's new places; empty for most payments."""


def new_places(transaction: Transaction, account: AccountProfile) -> tuple[Place, ...]:
    """Return the places that the account has not used before, and whose counters a score needs."""
    places: tuple[Place, ...] = ()
    merchant, device, address = transaction.merchant_id, transaction.device_id, transaction.ip_address
    if not account.merchants.knows(merchant):
        places = (Place(Kind.MERCHANT, merchant),)
    if device is not None and not account.devices.knows(device):
        places += (Place(Kind.DEVICE, device),)
    if address is not None and not account.networks.knows(network_of(address)):
        places += (Place(Kind.ADDRESS, address),)
    return places
