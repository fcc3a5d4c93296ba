"""Deletes what was found, and says what was deleted without saying what it was."""

import hashlib
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tools.deploy.outputs import OperatorError
from tools.operate.person.finding import Item, Table

MOST_DELETES: Final = 25  # of one BatchWriteItem
ATTEMPTS: Final = 8
_FIRST_PAUSE_SECONDS: Final = 0.1


class NotErasedError(OperatorError):
    """DynamoDB did not delete everything; says how to go on."""


def delete_items(dynamodb: Any, table: Table, items: Sequence[Item]) -> int:
    """Delete items by their keys; return how many.

    Raises:
        NotErasedError: Some are left after the last attempt.
    """
    for batch in _batches([table.key_of(item) for item in items]):
        left: Any = {table.name: [{"DeleteRequest": {"Key": key}} for key in batch]}
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
            left = dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems")
            if not left:
                break
        else:
            raise NotErasedError(
                f"{len(left[table.name])} items of {table.name} are still there: DynamoDB is busy. "
                "Run the same command again, it goes on with what is left"
            )
    return len(items)


def _batches(keys: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(keys), MOST_DELETES):
        yield keys[start : start + MOST_DELETES]


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
