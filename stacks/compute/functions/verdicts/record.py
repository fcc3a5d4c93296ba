"""What a verdict adds to the alert's record, and what the caller is told of it. Pure."""

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
    """Return how many verdicts the record has seen, 0 for none."""
    return int((record or {}).get("verdict_revision", 0))


def says_the_same(record: Mapping[str, Any] | None, request: VerdictRequest) -> bool:
    """Tell whether the record holds this very verdict: a request that is sent again changes nothing."""
    asked = (request.verdict, request.decided_by, request.note or None)
    return record is not None and asked == tuple(
        record.get(name) or None for name in ("verdict", "decided_by", "note")
    )


def verdict_values(
    request: VerdictRequest, record: Mapping[str, Any] | None, *, now: int, time_to_live_days: int
) -> dict[str, Any]:
    """Return the attributes that the verdict sets; the one before it, if any, joins the earlier ones.

    Args:
        request: The verdict.
        record: The record before it.
        now: Epoch milliseconds.
        time_to_live_days: How long the record outlives this verdict; 0 for ever.
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
        # Set even if empty, or the note of the verdict before it would stay.
        "note": request.note or "",
        "earlier_verdicts": earlier[-REMEMBERED_VERDICTS:],
        "status": STATUSES[request.verdict],
        "expires_at": expires_at(now, time_to_live_days),
    }


def history_entry(
    request: VerdictRequest, transaction: StoredTransaction, revision: int, now: int
) -> dict[str, Any]:
    """Return the entry of the history about a verdict; attributes that are None are left out.

    Args:
        request: The verdict.
        transaction: What it is about.
        revision: Which verdict on it this is, from 1.
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
    """Return what the answer says of a record's verdict."""
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
