"""What the rules see of a transaction."""

import zlib
from hashlib import blake2b
from typing import NamedTuple

MILLISECONDS_PER_MINUTE = 60_000
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
    latitude: float | None = None
    longitude: float | None = None
    card_present: bool | None = None


def key_of(transaction_id: str) -> int:
    """Return 48 bits that stand for a transaction; with its time they tell it from the account's others."""
    return int.from_bytes(blake2b(transaction_id.encode(), digest_size=6).digest(), "little")


def short_key(name: str) -> int:
    """Return 32 bits that stand for a name whose mix-up costs at most one small reason."""
    return zlib.crc32(name.encode())
