"""Answers of a function behind API Gateway's proxy integration."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field of a request, in words that never repeat the value."""

    field: str
    reason: str


def answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return a proxy integration response with a JSON body."""
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store", **(headers or {})},
        "body": json.dumps(body, separators=(",", ":")),
        "isBase64Encoded": False,
    }


class Refused(Exception):  # noqa: N818
    """A request that is not served, with the answer that says why.

    Attributes:
        status: HTTP status.
        error: A code for programs, in snake case.
        message: A sentence for people.
        fields: What is wrong, field by field.
        retry_after_seconds: When the same request may succeed, where that is known.
    """

    def __init__(
        self,
        status: int,
        error: str,
        message: str,
        *,
        fields: Sequence[FieldProblem] = (),
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message
        self.fields = tuple(fields)
        self.retry_after_seconds = retry_after_seconds

    def answer(self, trace_id: str) -> dict[str, Any]:
        """Return the answer: `{"error", "message", "fields": [{"field", "reason"}], "trace_id"}`."""
        body = {
            "error": self.error,
            "message": self.message,
            "fields": [asdict(field) for field in self.fields],
            "trace_id": trace_id,
        }
        retry = {} if self.retry_after_seconds is None else {"Retry-After": str(self.retry_after_seconds)}
        return answer(self.status, body, retry)
