"""The alert record: what was decided, why, by which rules, and under which trace. Pure."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from shared.runtime.events import SuspiciousTransaction

_SECONDS_PER_DAY: Final = int(timedelta(days=1).total_seconds())


def alert_record(
    suspicious: SuspiciousTransaction, *, trace_id: str, now: int, time_to_live_days: int
) -> dict[str, Any]:
    """Return the record of an alert, still without status.

    Args:
        suspicious: The message.
        trace_id: The trace that began with the POST.
        now: Epoch milliseconds.
        time_to_live_days: When DynamoDB may delete the record; 0 for never.
    """
    transaction = suspicious.transaction
    record = {
        "alert_id": transaction.alert_id,
        "transaction_id": transaction.transaction_id,
        "timestamp": transaction.timestamp,
        "account_id": transaction.account_id,
        "merchant_id": transaction.merchant_id,
        "amount": transaction.amount,
        "currency": transaction.currency,
        "score": suspicious.score,
        "score_threshold": suspicious.score_threshold,
        "reasons": [asdict(reason) for reason in suspicious.reasons],
        "rules_version": suspicious.rules_version,
        "trace_id": trace_id,
        "created_at": now,
    }
    if time_to_live_days:
        record["expires_at"] = now // 1000 + time_to_live_days * _SECONDS_PER_DAY
    return record
