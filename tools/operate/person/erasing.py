"""Deletes what was found, and says what was deleted without saying what it was."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tools.operate.person.finding import Item, Table


def delete_items(dynamodb: Any, table: Table, items: Sequence[Item]) -> int:
    """Delete items by their keys, one by one; return how many.

    The right to BatchWriteItem would also be one to write whatever item somebody likes.
    """
    for item in items:
        dynamodb.delete_item(TableName=table.name, Key=table.key_of(item))
    return len(items)


@dataclass(frozen=True)
class Evidence:
    """That something was erased, and whose, for who knows the account already.

    Attributes:
        environment: Where.
        erased_at: When, ISO in UTC.
        salt: Random; with it the ids' hashes fit no table of hashes made beforehand.
        account_sha256: SHA-256 of salt and id of each account.
        erased: How many items and messages, by table and queue.
        left: How many were found by another look afterwards.
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
        """Make it now."""
        salt = secrets.token_hex(16)
        hashes = tuple(hashlib.sha256(f"{salt}{each}".encode()).hexdigest() for each in accounts)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(environment, now, salt, hashes, erased, left)
