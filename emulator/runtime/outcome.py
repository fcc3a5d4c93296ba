"""What comes of an invocation, in the words of Lambda's Invoke API."""

import json
from dataclasses import dataclass


class TooManyRequestsError(Exception):
    """The function's reserved concurrency is used up; Lambda answers 429."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The payload of an invocation; `function_error` is empty, or ``Unhandled`` when the function failed.

    `duration_ms` counts the handler's time alone, without the wait for a worker and its start.
    """

    payload: bytes
    function_error: str = ""
    duration_ms: float = 0.0
    timed_out: bool = False

    @property
    def failed(self) -> bool:
        """Whether the function raised, ran out of time or died."""
        return bool(self.function_error)


def failure(error_type: str, message: str, *, duration_ms: float = 0.0, timed_out: bool = False) -> Outcome:
    """Return the outcome of an invocation that the function itself could not answer."""
    payload = json.dumps({"errorType": error_type, "errorMessage": message}).encode()
    return Outcome(payload, "Unhandled", duration_ms, timed_out)
