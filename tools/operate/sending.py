"""Send batches to a bus or queue at a limited rate, with retries of failed entries."""

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from shared.runtime.events import TRACE_HEADER_ATTRIBUTE, SuspiciousTransaction
from tools.deploy.outputs import OperatorError

MOST_ENTRIES: Final = 10
"""Of one PutEvents or SendMessageBatch."""
ATTEMPTS: Final = 6
_FIRST_PAUSE_SECONDS: Final = 0.2

Failed = Sequence[tuple[int, str]]
"""Which entries of a batch were not taken, and the code of the error."""


class NotTakenError(OperatorError):
    """Entries failed at the last attempt; the message says how many and why."""


class Pace:
    """A rate limiter.

    Args:
        per_second: Maximum rate.
        clock: Returns the time in seconds.
        sleep: Waits for a number of seconds.
    """

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._seconds_each = 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._free_at = clock()

    def wait(self, count: int) -> None:
        """Wait until `count` more entries are allowed."""
        now = self._clock()
        if self._free_at > now:
            self._sleep(self._free_at - now)
        self._free_at = max(now, self._free_at) + count * self._seconds_each

    def pause(self, attempt: int) -> None:
        """Wait after attempt number `attempt`, counted from 1."""
        longest = _FIRST_PAUSE_SECONDS * 2**attempt
        self._sleep(random.uniform(longest / 2, longest))  # noqa: S311 - no secret


class Bus:
    """Puts events on a bus.

    Args:
        client: EventBridge client.
        name: Name of the bus.
        pace: Rate limiter.
    """

    def __init__(self, client: Any, name: str, pace: Pace) -> None:
        self._client = client
        self._name = name
        self._pace = pace

    def put(self, events: Sequence[Mapping[str, Any]]) -> int:
        """Put events as the pipe does; return their number.

        Raises:
            NotTakenError: Some entries failed; the others were sent.
        """
        entries = [self._entry(event) for event in events]
        return _send_all(entries, self._put, self._pace, f"the bus {self._name}")

    def _entry(self, event: Mapping[str, Any]) -> Mapping[str, str]:
        return {
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Detail": json.dumps(event["detail"]),
            "EventBusName": self._name,
        }

    def _put(self, batch: Sequence[Mapping[str, str]]) -> Failed:
        answer = self._client.put_events(Entries=batch)
        codes = (entry.get("ErrorCode") for entry in answer["Entries"])
        return [(place, code) for place, code in enumerate(codes) if code]


class Queue:
    """Sends messages to a queue.

    Args:
        client: SQS client.
        url: URL of the queue.
        pace: Rate limiter.
    """

    def __init__(self, client: Any, url: str, pace: Pace) -> None:
        self._client = client
        self._url = url
        self._pace = pace

    def send(self, messages: Sequence[tuple[str, str]]) -> int:
        """Send bodies, each with the trace header that X-Ray follows ("" for none); return how many.

        Raises:
            NotTakenError: Some entries failed; the others were sent.
        """
        entries = [_entry_of(body, header) for body, header in messages]
        return _send_all(entries, self._send, self._pace, f"the queue {self._url.rpartition('/')[2]}")

    def tell(self, alerts: Sequence[SuspiciousTransaction]) -> int:
        """Send alerts to the notifier; see `send`."""
        return self.send([(alert.to_json(), alert.trace_header) for alert in alerts])

    def _send(self, batch: Sequence[Mapping[str, Any]]) -> Failed:
        named = [{"Id": str(place), **entry} for place, entry in enumerate(batch)]
        failed = self._client.send_message_batch(QueueUrl=self._url, Entries=named).get("Failed", [])
        return [(int(each["Id"]), each["Code"]) for each in failed]


def _entry_of(body: str, header: str) -> Mapping[str, Any]:
    if not header:
        return {"MessageBody": body}
    attribute = {TRACE_HEADER_ATTRIBUTE: {"DataType": "String", "StringValue": header}}
    return {"MessageBody": body, "MessageSystemAttributes": attribute}


def _send_all(
    entries: Sequence[Any], send: Callable[[Sequence[Any]], Failed], pace: Pace, whereto: str
) -> int:
    """Send entries in batches, with retries; return their number."""
    for start in range(0, len(entries), MOST_ENTRIES):
        _persist(entries[start : start + MOST_ENTRIES], send, pace, whereto)
    return len(entries)


def _persist(batch: Sequence[Any], send: Callable[[Sequence[Any]], Failed], pace: Pace, whereto: str) -> None:
    """Send a batch, and retry its failed entries."""
    left: Sequence[Any] = batch
    failed: Failed = ()
    for attempt in range(ATTEMPTS):
        if attempt:
            pace.pause(attempt)
        pace.wait(len(left))
        failed = send(left)
        left = [left[place] for place, _ in failed]
        if not left:
            return
    codes = ", ".join(sorted({code for _, code in failed}))
    raise NotTakenError(
        f"{whereto} did not accept {len(left)} of {len(batch)} in {ATTEMPTS} attempts: {codes}. "
        "The rest were accepted; run the command again, it repeats no decision and no mail"
    )
