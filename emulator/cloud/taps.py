"""Notify the data plane of what happens in moto, without polling.

Listeners run in the thread that did the work, which may hold moto's lock: they must only record the event and
return.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Happening = TypeVar("Happening")


class Tap(Generic[Happening]):
    """One kind of event and its listeners."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Happening], None]] = []

    def listen(self, listener: Callable[[Happening], None]) -> None:
        """Add a listener."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[Happening], None]) -> None:
        """Remove a listener, if it is registered."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    @property
    def heard(self) -> bool:
        """Whether there are listeners."""
        return bool(self._listeners)

    def tell(self, happening: Happening) -> None:
        """Call every listener."""
        for listener in list(self._listeners):
            listener(happening)


@dataclass(frozen=True, slots=True)
class PublishedMail:
    """A message of a topic for an e-mail subscriber; `published_at` in epoch seconds."""

    topic_arn: str
    topic_name: str
    address: str
    subscription_arn: str
    subject: str | None
    message: str
    message_id: str
    published_at: float


@dataclass(frozen=True, slots=True)
class BusEvent:
    """An event that a bus has accepted, in the shape that rules match."""

    bus_name: str
    event: dict[str, Any]
    trace_header: str = ""


@dataclass(frozen=True, slots=True)
class ControlCall:
    """An AWS API call that may have changed a deployed resource."""

    service: str
    operation: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The evaluation of one permission; `refusal` is the reason for a denial, empty if allowed."""

    principal_arn: str
    action: str
    resource: str
    context: tuple[tuple[str, tuple[str, ...]], ...]
    refusal: str


@dataclass(frozen=True, slots=True)
class Datum:
    """A metric data point; `at` in epoch seconds."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    value: float
    at: float


stream_written: Tap[str] = Tap()
"""A record was written to the stream of a table (by name)."""

message_added: Tap[str] = Tap()
"""A message became visible in a queue (by name)."""

mail_published: Tap[PublishedMail] = Tap()
event_accepted: Tap[BusEvent] = Tap()
control_called: Tap[ControlCall] = Tap()
right_evaluated: Tap[Evaluation] = Tap()
measured: Tap[Datum] = Tap()
crash_ordered: Tap[str] = Tap()
"""The process that uses this access key must be killed at once."""


def measure(namespace: str, name: str, dimensions: Mapping[str, str], value: float = 1) -> None:
    """Publish a data point with the current time."""
    if measured.heard:
        measured.tell(Datum(namespace, name, dimensions, value, time.time()))
