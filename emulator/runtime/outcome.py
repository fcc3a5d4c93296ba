"""Outcomes of an invocation, as in Lambda's Invoke API."""

import json
from dataclasses import dataclass


class TooManyRequestsError(Exception):
    """The function's reserved concurrency is used up; Lambda answers 429."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The payload of an invocation; `function_error` is ``Unhandled`` if the function failed, or empty.

    `duration_ms` is the handler's time, without the wait for a worker and its start.
    """

    payload: bytes
    function_error: str = ""
    duration_ms: float = 0.0
    timed_out: bool = False

    @property
    def failed(self) -> bool:
        """Whether the function raised, timed out or crashed."""
        return bool(self.function_error)


def failure(error_type: str, message: str, *, duration_ms: float = 0.0, timed_out: bool = False) -> Outcome:
    """Return the outcome of an invocation that ended without a response from the function."""
    payload = json.dumps({"errorType": error_type, "errorMessage": message}).encode()
    return Outcome(payload, "Unhandled", duration_ms, timed_out)
