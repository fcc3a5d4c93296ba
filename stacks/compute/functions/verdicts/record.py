"""A verdict's attributes in the alert record and the response. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from shared.runtime.alerts import AlertStatus, expires_at
from shared.runtime.changes import VERDICT_PREFIX, Changed, history_key
from shared.runtime.events import StoredTransaction
from stacks.compute.functions.profiles.items import account_key
from stacks.compute.functions.verdicts.request import VerdictRequest

STATUSES: Final[Mapping[str, AlertStatus]] = {
    "confirmed_fraud": AlertStatus.CONFIRMED_FRAUD,
    "legitimate": AlertStatus.LEGITIMATE,
}
REMEMBERED_VERDICTS: Final = 20

_OF_A_VERDICT: Final = ("verdict", "decided_by", "decided_at", "decided_as", "note")


def revision_of(record: Mapping[str, Any] | None) -> int:
    """Return the number of verdicts in a record."""
    return int((record or {}).get("verdict_revision", 0))


def says_the_same(record: Mapping[str, Any] | None, request: VerdictRequest) -> bool:
    """Return whether the record has this verdict already, so that a repeated request changes nothing."""
    asked = (request.verdict, request.decided_by, request.note or None)
    return record is not None and asked == tuple(
        record.get(name) or None for name in ("verdict", "decided_by", "note")
    )


def verdict_values(
    request: VerdictRequest, record: Mapping[str, Any] | None, *, now: int, time_to_live_days: int
) -> dict[str, Any]:
    """Return the attributes that the verdict sets; a previous one is added to the earlier ones.

    Args:
        request: The verdict.
        record: The record before the verdict.
        now: Epoch milliseconds.
        time_to_live_days: Time to live of the record from this verdict on; 0 for no expiry.
    """
    earlier = list((record or {}).get("earlier_verdicts", ()))
    if record is not None and "verdict" in record:
        earlier.append({name: record[name] for name in _OF_A_VERDICT if record.get(name)})
    return {
        "verdict": request.verdict,
        "verdict_revision": revision_of(record) + 1,
        "decided_by": request.decided_by,
        "decided_at": now,
        "decided_as": request.caller,
        # Set even if empty, to overwrite the previous verdict's note.
        "note": request.note or "",
        "earlier_verdicts": earlier[-REMEMBERED_VERDICTS:],
        "status": STATUSES[request.verdict],
        "expires_at": expires_at(now, time_to_live_days),
    }


def history_entry(
    request: VerdictRequest, transaction: StoredTransaction, revision: int, now: int
) -> dict[str, Any]:
    """Return the history entry of a verdict, without None values.

    Args:
        request: The verdict.
        transaction: The transaction.
        revision: Number of the verdict, from 1.
        now: Epoch milliseconds.
    """
    return {
        "profile_id": history_key(f"{VERDICT_PREFIX}{transaction.alert_id}", revision),
        "changed": Changed.HISTORY,
        "changes": account_key(transaction.account_id),
        "asked": {"transaction_id": transaction.transaction_id, "merchant_id": transaction.merchant_id},
        "verdict": request.verdict,
        "by": request.decided_by,
        "identity": request.caller,
        "note": request.note,
        "at": now,
        "revision": revision,
    }


def told(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the response about a record's verdict."""
    return {
        "transaction_id": record["transaction_id"],
        "timestamp": int(record["timestamp"]),
        "alert_id": record["alert_id"],
        "status": record["status"],
        "verdict": record["verdict"],
        "decided_by": record["decided_by"],
        "decided_at": int(record["decided_at"]),
        "note": record["note"] or None,
        "revision": int(record["verdict_revision"]),
    }
