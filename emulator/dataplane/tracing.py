"""X-Ray: trace headers, the daemon for function segments, and the segments of AWS services.

Each segment document is a line in ``traces.jsonl``. Sources: "Tracing header" and "X-Ray segment documents"
in the X-Ray developer guide; the README of aws-xray-daemon for its UDP protocol.
"""

import json
import logging
import secrets
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

TRACES_FILE = "traces.jsonl"
_MAXIMUM_DATAGRAM = 64 * 1024


def new_segment_id() -> str:
    """Return a new segment id (16 hexadecimal digits)."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class TraceHeader:
    """An ``X-Amzn-Trace-Id`` header: trace id, parent segment id and sampling decision."""

    root: str
    parent: str = ""
    sampled: bool = True

    def render(self) -> str:
        """Return the header's value."""
        parent = f";Parent={self.parent}" if self.parent else ""
        return f"Root={self.root}{parent};Sampled={int(self.sampled)}"

    def under(self, segment_id: str) -> "TraceHeader":
        """Return the header for calls made from a segment."""
        return TraceHeader(self.root, segment_id, self.sampled)


def continue_trace(header: str) -> TraceHeader:
    """Return the trace of an incoming header, or a new one.

    AWS samples the first request each second and 5 % of the others; the emulator samples all, but honours
    ``Sampled=0`` from the caller.
    """
    parts = dict(part.strip().split("=", 1) for part in header.split(";") if "=" in part)
    root = parts.get("Root", "")
    if not root.startswith("1-"):
        return TraceHeader(f"1-{int(time.time()):08x}-{secrets.token_hex(12)}")
    return TraceHeader(root, parts.get("Parent", ""), parts.get("Sampled", "1") != "0")


class Traces:
    """Writes segments of this process and, over UDP, of functions to a file.

    Args:
        path: Path of the file, with one segment document per line.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        threading.Thread(target=self._receive, name="tracing", daemon=True).start()

    @property
    def address(self) -> str:
        """The daemon's address, for ``AWS_XRAY_DAEMON_ADDRESS``."""
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def record(self, segment: dict[str, Any]) -> None:
        """Write a segment document."""
        line = json.dumps(segment, separators=(",", ":"))
        with self._lock:
            if not self._file.closed:
                self._file.write(f"{line}\n")
                self._file.flush()

    def stop(self) -> None:
        """Close the daemon's port and the file."""
        port = self._socket.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", port))  # closing a socket does not wake its reader
        with self._lock:
            self._file.close()

    def _receive(self) -> None:
        with self._socket:
            while datagram := self._socket.recv(_MAXIMUM_DATAGRAM):
                header, _, document = datagram.partition(b"\n")
                try:
                    known = json.loads(header) == {"format": "json", "version": 1}
                    segment = json.loads(document)
                except ValueError:
                    known = False
                if known:
                    self.record(segment)
                else:
                    log.warning("tracing: a datagram is no segment: %s", datagram[:100])
