"""The alert record, which two functions write, each its own attributes of one item.

| attributes | written by |
|---|---|
| the transaction's facts, `expires_at` | whoever comes first |
| `mail_status`, `lease_until`, `message_id`, `sent_at`, score and reasons, `created_at` | the notifier |
| `grouped_with`, `grouped_at` | the notifier, where a summary tells of the alert |
| `verdict...`, `decided_...`, and `status` from the first verdict on | the verdicts function |

Both update, neither replaces the item: a verdict may come before the alert is recorded, a message again after
the verdict, and nothing of the other's is lost.

Among the records stands one item for each account that has a group of alerts; see `group_key`.

An index lists the records by `status` and time; see `INDEX_KEYS`.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from shared.runtime.events import StoredTransaction, read_transaction
from shared.runtime.fields import Fields
from shared.runtime.reduction import reduced

_SECONDS_PER_DAY: Final = int(timedelta(days=1).total_seconds())


INDEX_KEYS: Final = ("status", "received_at")
"""Keys of the index of alert records: every record has both, a group has no status and is not in it."""

INDEXED: Final = (
    "account_id", "account", "amount", "country", "created_at", "currency", "decided_as", "decided_at",
    "decided_by", "device_id", "grouped_with", "merchant_category", "merchant_id", "note", "reasons",
    "rules_version", "score", "sent_at", "timestamp", "transaction_id", "verdict", "verdict_revision",
)  # fmt: skip
"""What else the index holds of a record: what a list of alerts shows, filters by, or counts."""


class AlertStatus(StrEnum):
    """What people know of an alert; its values are stored."""

    OPEN = "OPEN"
    CONFIRMED_FRAUD = "CONFIRMED_FRAUD"
    LEGITIMATE = "LEGITIMATE"


def group_key(account_id: str) -> str:
    """Return the key under which the notifier keeps an account's group; no alert's id looks like it."""
    return f"group#{account_id}"


def transaction_facts(transaction: StoredTransaction) -> dict[str, Any]:
    """Return what a record keeps of its transaction: enough to judge it when the transaction has expired."""
    facts = {name: value for name, value in asdict(reduced(transaction)).items() if value is not None}
    del facts["trace_header"]
    return facts


def transaction_of_record(record: Mapping[str, Any]) -> StoredTransaction:
    """Return the transaction of a record of plain values; its trace is not known any more.

    Raises:
        EventError: The record has not the facts of a transaction.
    """
    return read_transaction(Fields({"received_at": 0, **record, "trace_header": ""}, "record"))


def expires_at(now: int, time_to_live_days: int) -> int | None:
    """Return the epoch seconds at which DynamoDB may delete an item written now (in milliseconds)."""
    return now // 1000 + time_to_live_days * _SECONDS_PER_DAY if time_to_live_days else None
