"""What the scorer sees of a transaction."""

import zlib
from hashlib import blake2b
from typing import NamedTuple

from tools.analyst.challenger.value import DOLLARS_PER_UNIT

MILLISECONDS_PER_HOUR = 3_600_000
MILLISECONDS_PER_DAY = 86_400_000


class Transaction(NamedTuple):
    """A payment. Time in epoch milliseconds, position in degrees."""

    transaction_id: str
    timestamp: int
    account_id: str
    merchant_id: str
    amount: float
    currency: str
    merchant_category: str | None = None
    country: str | None = None
    channel: str | None = None
    device_id: str | None = None
    ip_address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    card_present: bool | None = None

    @property
    def value(self) -> float:
        """The amount in approximate US dollars, at least a cent."""
        return max(self.amount * DOLLARS_PER_UNIT.get(self.currency, 1.0), 0.01)

    @property
    def network(self) -> str | None:
        """The network of the address: /24 of IPv4, /48 of IPv6, which a phone changes less often."""
        address = self.ip_address
        if address is None:
            return None
        return address.rpartition(".")[0] if "." in address else ":".join(address.split(":")[:3])


def key_of(transaction_id: str) -> int:
    """Return 48 bits that stand for a transaction; with its time they tell it from the account's others."""
    return int.from_bytes(blake2b(transaction_id.encode(), digest_size=6).digest(), "little")


def short_key(name: str) -> int:
    """Return 32 bits that stand for a name whose mix-up costs at most one small reason."""
    return zlib.crc32(name.encode())
