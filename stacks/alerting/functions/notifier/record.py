"""The alert record: decision, reasons, rules version and trace. Pure."""

from dataclasses import asdict
from typing import Any

from shared.runtime.alerts import expires_at, transaction_facts
from shared.runtime.events import SuspiciousTransaction


def alert_record(
    suspicious: SuspiciousTransaction, *, account: str, trace_id: str, now: int, time_to_live_days: int
) -> dict[str, Any]:
    """Return the record of an alert, without the mail status; None values are not stored.

    Args:
        suspicious: The message.
        account: The account's pseudonym in mails and logs.
        trace_id: Id of the trace of the POST.
        now: Epoch milliseconds.
        time_to_live_days: Time to live of the record; 0 for no expiry.
    """
    return {
        "alert_id": suspicious.transaction.alert_id,
        **transaction_facts(suspicious.transaction),
        "account": account,
        "score": suspicious.score,
        "base": suspicious.base,
        "score_threshold": suspicious.score_threshold,
        "reasons": [asdict(reason) for reason in suspicious.reasons],
        "rules_version": suspicious.rules_version,
        "trace_id": trace_id,
        "created_at": now,
        "expires_at": expires_at(now, time_to_live_days),
    }
