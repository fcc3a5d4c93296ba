"""The alert record, an item whose attributes two functions write.

| attributes | written by |
|---|---|
| the transaction's facts, `expires_at` | the first writer |
| `mail_status`, `lease_until`, `message_id`, `sent_at`, score and reasons, `created_at` | the notifier |
| `grouped_with`, `grouped_at` | the notifier, for an alert in a summary |
| `verdict...`, `decided_...`, and `status` from the first verdict on | the verdicts function |

Both update the item and never replace it: a verdict may precede the alert record, and a message may be
redelivered after the verdict.

The table also has an item for each account with a group of alerts; see `group_key`.

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
"""Keys of the index of alert records. A group has no status, so that the index does not contain it."""

INDEXED: Final = (
    "account_id", "account", "amount", "country", "created_at", "currency", "decided_as", "decided_at",
    "decided_by", "device_id", "grouped_with", "merchant_category", "merchant_id", "note", "reasons",
    "rules_version", "score", "sent_at", "timestamp", "transaction_id", "verdict", "verdict_revision",
)  # fmt: skip
"""Projected attributes: those that a list of alerts shows, filters by or counts."""


class AlertStatus(StrEnum):
    """Status of an alert; the values are stored."""

    OPEN = "OPEN"
    CONFIRMED_FRAUD = "CONFIRMED_FRAUD"
    LEGITIMATE = "LEGITIMATE"


def group_key(account_id: str) -> str:
    """Return the key of an account's group, which no alert id can equal."""
    return f"group#{account_id}"


def transaction_facts(transaction: StoredTransaction) -> dict[str, Any]:
    """Return the transaction's attributes in a record, with which it can be judged after it has expired."""
    facts = {name: value for name, value in asdict(reduced(transaction)).items() if value is not None}
    del facts["trace_header"]
    return facts


def transaction_of_record(record: Mapping[str, Any]) -> StoredTransaction:
    """Return the transaction of a record (plain values), without its trace.

    Raises:
        EventError: The record lacks the facts of a transaction.
    """
    return read_transaction(Fields({"received_at": 0, **record, "trace_header": ""}, "record"))


def expires_at(now: int, time_to_live_days: int) -> int | None:
    """Return the expiry in epoch seconds of an item written at `now` (epoch milliseconds)."""
    return now // 1000 + time_to_live_days * _SECONDS_PER_DAY if time_to_live_days else None
