"""Responses for transactions and arrays. Pure.

The response to a single transaction is its result. The response to an array has the results in order, and the
status that all of them share, or else 207.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from shared.runtime.responses import Refused, answer

MIXED: Final = 207
"""Multi-Status (RFC 4918)."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A stored transaction: by this request or an identical earlier one."""

    transaction_id: str
    timestamp: int
    is_new: bool

    @property
    def status(self) -> int:
        """HTTP status: 201 or 200."""
        return 201 if self.is_new else 200


Result = Accepted | Refused


def answer_one(result: Result, trace_id: str) -> dict[str, Any]:
    """Return the response to a single transaction."""
    if isinstance(result, Refused):
        return result.answer(trace_id)
    return answer(result.status, {**_accepted(result), "trace_id": trace_id})


def answer_batch(results: Sequence[Result], trace_id: str) -> dict[str, Any]:
    """Return the response to an array, with a result for each transaction in order."""
    statuses = {result.status for result in results}
    told = [
        {"status_code": each.status, **(_refused(each) if isinstance(each, Refused) else _accepted(each))}
        for each in results
    ]
    pauses = [each.retry_after_seconds or 0 for each in results if isinstance(each, Refused)]
    headers = {"Retry-After": str(max(pauses))} if any(pauses) else {}
    status = statuses.pop() if len(statuses) == 1 else MIXED
    return answer(status, {"results": told, "trace_id": trace_id}, headers)


def _accepted(result: Accepted) -> dict[str, Any]:
    return {"transaction_id": result.transaction_id, "timestamp": result.timestamp, "status": "stored"}


def _refused(refused: Refused) -> dict[str, Any]:
    pause = refused.retry_after_seconds
    return {
        "error": refused.error,
        "message": refused.message,
        "fields": [asdict(field) for field in refused.fields],
        **({} if pause is None else {"retry_after_seconds": pause}),
    }
