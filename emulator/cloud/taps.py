"""Where the data plane hears what happens in moto, without polling.

A listener is called in the thread that did the work and may hold moto's lock: it notes what happened and
returns.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Happening = TypeVar("Happening")


class Tap(Generic[Happening]):
    """One kind of happening and who listens to it."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Happening], None]] = []

    def listen(self, listener: Callable[[Happening], None]) -> None:
        """Call `listener` for everything that happens from now on."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[Happening], None]) -> None:
        """End `listen`; nothing happens when it was not listening."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    @property
    def heard(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    def tell(self, happening: Happening) -> None:
        """Call every listener."""
        for listener in list(self._listeners):
            listener(happening)


@dataclass(frozen=True, slots=True)
class PublishedMail:
    """A topic's message on its way to a mailbox; `published_at` in seconds since the epoch."""

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
    """An event that a bus has accepted, in the shape that rules see."""

    bus_name: str
    event: dict[str, Any]
    trace_header: str = ""


@dataclass(frozen=True, slots=True)
class ControlCall:
    """A call of the AWS APIs that may have changed what is deployed."""

    service: str
    operation: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A decision about one right of a role; `refusal` says why not, and is empty where it is allowed."""

    principal_arn: str
    action: str
    resource: str
    context: tuple[tuple[str, tuple[str, ...]], ...]
    refusal: str


@dataclass(frozen=True, slots=True)
class Datum:
    """A measurement as CloudWatch takes it; `at` in seconds since the epoch."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    value: float
    at: float


stream_written: Tap[str] = Tap()
"""A record was written to the stream of the table with this name."""

message_added: Tap[str] = Tap()
"""A message came (or came back) into the queue with this name."""

mail_published: Tap[PublishedMail] = Tap()
event_accepted: Tap[BusEvent] = Tap()
control_called: Tap[ControlCall] = Tap()
right_evaluated: Tap[Evaluation] = Tap()
measured: Tap[Datum] = Tap()
crash_ordered: Tap[str] = Tap()
"""The process that calls with this access key is to die at once, in the middle of what it does."""


def measure(namespace: str, name: str, dimensions: Mapping[str, str], value: float = 1) -> None:
    """Tell a measurement of this moment."""
    if measured.heard:
        measured.tell(Datum(namespace, name, dimensions, value, time.time()))
