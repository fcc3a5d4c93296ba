"""Delete an account's items, with evidence that contains no personal data."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tools.operate.person.finding import Item, Table


def delete_items(dynamodb: Any, table: Table, items: Sequence[Item]) -> int:
    """Delete items by key, one by one; return their number.

    The permission for BatchWriteItem would also allow writing arbitrary items.
    """
    for item in items:
        dynamodb.delete_item(TableName=table.name, Key=table.key_of(item))
    return len(items)


@dataclass(frozen=True)
class Evidence:
    """Evidence of an erasure, verifiable only with the account id.

    Attributes:
        environment: The environment.
        erased_at: Time of the erasure, ISO 8601 in UTC.
        salt: Random salt against precomputed hashes.
        account_sha256: SHA-256 of salt and id of each account.
        erased: Table or queue -> number of erased items or messages.
        left: Table or queue -> number found by a second search.
    """

    environment: str
    erased_at: str
    salt: str
    account_sha256: tuple[str, ...]
    erased: dict[str, int]
    left: dict[str, int]

    @classmethod
    def of(
        cls, environment: str, accounts: Sequence[str], erased: dict[str, int], left: dict[str, int]
    ) -> "Evidence":
        """Create the evidence with the current time."""
        salt = secrets.token_hex(16)
        hashes = tuple(hashlib.sha256(f"{salt}{each}".encode()).hexdigest() for each in accounts)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(environment, now, salt, hashes, erased, left)
