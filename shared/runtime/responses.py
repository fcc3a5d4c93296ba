"""Responses for API Gateway's proxy integration."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A problem with a field of a request; the text never repeats the value."""

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
    """A refused request, with its error response.

    Attributes:
        status: HTTP status.
        error: Error code in snake case.
        message: Message for people.
        fields: Problems by field.
        retry_after_seconds: Delay after which a retry may succeed, if known.
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
        """Return the response: `{"error", "message", "fields": [{"field", "reason"}], "trace_id"}`."""
        body = {
            "error": self.error,
            "message": self.message,
            "fields": [asdict(field) for field in self.fields],
            "trace_id": trace_id,
        }
        retry = {} if self.retry_after_seconds is None else {"Retry-After": str(self.retry_after_seconds)}
        return answer(self.status, body, retry)
