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
)

SHARING_VERSION: Final = 1
_MANY: Final = 50
"""First uses, after which one in `_SAMPLED` is written."""

_SAMPLED: Final = 16
_LAYOUT: Final = Struct("<BQQff")


class Kind(StrEnum):
    """What accounts share."""

    MERCHANT = "merchant"
    DEVICE = "device"
    ADDRESS = "address"


_HOURS: Final = {Kind.MERCHANT: 6.0, Kind.DEVICE: 24.0, Kind.ADDRESS: 6.0}
"""Time constant in hours after which a first use counts a third."""


class Place(NamedTuple):
    """A merchant, device or address that an account uses for the first time."""

    kind: Kind
    name: str


class FirstUses:
    """First uses of one place by accounts.

    Attributes:
        lately: First uses, worn off with the kind's time constant until `last_at`.
        last_at: Epoch milliseconds of the latest.
        first_at: Epoch milliseconds of the first ever.
        total: All first uses.
    """

    __slots__ = ("first_at", "last_at", "lately", "total")

    def __init__(self) -> None:
        self.lately = self.total = 0.0
        self.last_at = self.first_at = 0

    def at(self, timestamp: int, kind: Kind) -> float:
        """Return the first uses of late at a time."""
        hours = max(0, timestamp - self.last_at) / MILLISECONDS_PER_HOUR
        return self.lately * exp(-hours / _HOURS[kind])

    def surplus(self, timestamp: int, kind: Kind) -> float:
        """Return how many more first uses there are than usual here, in standard deviations of a count.

        Square roots make the deviation of a count the same, whatever its mean (Anscombe, 1948).
        """
        if not self.total:
            return 0.0
        days = max(1.0, (timestamp - self.first_at) / MILLISECONDS_PER_DAY)
        usual = self.total / days * _HOURS[kind] / 24
        sampled = max(0.0, 1 - _MANY / self.total)
        noise = sqrt(1 + (_SAMPLED - 1) * sampled)
        return 2 * (sqrt(self.at(timestamp, kind) + 1) - sqrt(usual + 1)) / noise

    def learn(self, transaction_id: str, timestamp: int, kind: Kind) -> bool:
        """Count a first use, in place; tell whether it changed."""
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
        """Read what `to_state` gave.

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
    if not account.merchants.knows(transaction.merchant_id):
        places += (Place(Kind.MERCHANT, transaction.merchant_id),)
    device, network = transaction.device_id, transaction.network
    if device is not None and not account.devices.knows(device):
        places += (Place(Kind.DEVICE, device),)
    if network is not None and not account.networks.knows(network):
        places += (Place(Kind.ADDRESS, str(transaction.ip_address)),)
    return places
