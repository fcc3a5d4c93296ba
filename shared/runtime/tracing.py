"""X-Ray without an SDK: trace headers, and segments sent over UDP to Lambda's daemon.

The stream between table and bus loses the trace context. Therefore ingest stores the header in the item, the
detector continues the trace and passes it on in the message, and each function sends a segment to the
original trace. Tracing never fails a function: segments that cannot be sent are dropped.
"""

import json
import os
import re
import secrets
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Final, Self

HEADER_VARIABLE: Final = "_X_AMZN_TRACE_ID"
DAEMON_VARIABLE: Final = "AWS_XRAY_DAEMON_ADDRESS"

_PROTOCOL_LINE: Final = b'{"format": "json", "version": 1}\n'
_MAXIMUM_DATAGRAM: Final = 64_000
_TRACE_ID: Final = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
_SEGMENT_ID: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class TraceContext:
    """A trace context: trace id, parent segment id and sampling decision."""

    trace_id: str
    parent_id: str | None
    sampled: bool

    @property
    def header(self) -> str:
        """The context as a trace header, for example `Root=1-67...;Parent=53...;Sampled=1`."""
        parent = f"Parent={self.parent_id};" if self.parent_id else ""
        return f"Root={self.trace_id};{parent}Sampled={int(self.sampled)}"

    def child(self, segment_id: str) -> "TraceContext":
        """Return the context for work below a segment."""
        return replace(self, parent_id=segment_id)


def parse_header(header: str) -> TraceContext | None:
    """Parse a trace header; return None without a valid trace id. Unknown keys (Lineage) are ignored."""
    pairs = dict(part.strip().partition("=")[::2] for part in header.split(";"))
    trace_id, parent_id = pairs.get("Root", ""), pairs.get("Parent", "")
    if not _TRACE_ID.fullmatch(trace_id):
        return None
    return TraceContext(
        trace_id=trace_id,
        parent_id=parent_id if _SEGMENT_ID.fullmatch(parent_id) else None,
        sampled=pairs.get("Sampled") == "1",
    )


def continue_trace(header: str) -> TraceContext:
    """Continue the trace of a header, or begin an unsampled one."""
    return parse_header(header) or TraceContext(_new_trace_id(), None, sampled=False)


def invocation_trace() -> TraceContext:
    """Return Lambda's trace context of the current invocation."""
    return continue_trace(os.environ.get(HEADER_VARIABLE, ""))


class Segment:
    """A segment that times a `with` block and is sent at its end.

    Args:
        name: Name on the service map.
        context: Trace and parent segment.
        own_trace: Whether `context` is Lambda's trace of this invocation: the document is then a subsegment
            of the function's segment, or else a segment in another trace.
    """

    def __init__(self, name: str, context: TraceContext, *, own_trace: bool = False) -> None:
        self.id = secrets.token_hex(8)
        self._context = context
        self._subsegments: list[dict[str, Any]] = []
        self._annotations: dict[str, str | int | float | bool] = {}
        self._document: dict[str, Any] = {"name": name, "id": self.id, "trace_id": context.trace_id}
        if own_trace:
            self._document["type"] = "subsegment"
        if context.parent_id:
            self._document["parent_id"] = context.parent_id

    @property
    def context(self) -> TraceContext:
        """The trace context for downstream calls."""
        return self._context.child(self.id)

    def keep(self) -> None:
        """Sample this segment and later ones, overriding the trace's decision."""
        self._context = replace(self._context, sampled=True)

    def annotate(self, **annotations: str | float | bool) -> None:
        """Add indexed values for searches; never personal data."""
        self._annotations.update(annotations)

    @contextmanager
    def call(self, service: str, operation: str, **details: str) -> Iterator[None]:
        """Time an AWS call as a subsegment."""
        document: dict[str, Any] = {
            "name": service,
            "id": secrets.token_hex(8),
            "namespace": "aws",
            "start_time": time.time(),
            "aws": {"operation": operation, **details},
        }
        self._subsegments.append(document)
        try:
            yield
        except Exception:
            document["fault"] = True
            raise
        finally:
            document["end_time"] = time.time()

    def __enter__(self) -> Self:
        self._document["start_time"] = time.time()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._document["end_time"] = time.time()
        if kind is not None:
            self._document["fault"] = True
        if self._annotations:
            self._document["annotations"] = self._annotations
        if self._subsegments:
            self._document["subsegments"] = self._subsegments
        if self._context.sampled:
            _send(self._document)


def _send(document: Mapping[str, Any]) -> None:
    address = _daemon_address(os.environ.get(DAEMON_VARIABLE, ""))
    datagram = _PROTOCOL_LINE + json.dumps(document, separators=(",", ":")).encode()
    if address is not None and len(datagram) <= _MAXIMUM_DATAGRAM:
        _send_datagram(datagram, address)


def _send_datagram(datagram: bytes, address: tuple[str, int]) -> None:
    # Tracing is optional: continue without a daemon.
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(datagram, address)


def _daemon_address(value: str) -> tuple[str, int] | None:
    """Parse `host:port` or `tcp:host:port udp:host:port`."""
    for part in value.split():
        host, _, port = part.removeprefix("udp:").rpartition(":")
        if host and port.isdecimal() and not part.startswith("tcp:"):
            return host, int(port)
    return None


def _new_trace_id() -> str:
    return f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
