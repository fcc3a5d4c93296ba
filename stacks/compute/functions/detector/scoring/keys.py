"""Short hash keys of long names."""

import zlib
from functools import lru_cache
from hashlib import blake2b


def key_of(transaction_id: str) -> int:
    """Return a 48-bit key of a transaction; with its time they tell it from the account's others."""
    return int.from_bytes(blake2b(transaction_id.encode(), digest_size=6).digest(), "little")


def short_key(name: str) -> int:
    """Return a 32-bit key of a name whose collision costs at most one small reason."""
    return zlib.crc32(name.encode())


@lru_cache(maxsize=16_384)
def value_key(value: str) -> int:
    """Return 16 bits that stand for a value of a field, such as a merchant: one comes again and again."""
    return zlib.crc32(value.encode()) & 0xFFFF
