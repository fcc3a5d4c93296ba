"""X-Ray: trace headers, the daemon that functions send segments to, and the segments of AWS's own services.

Every segment document is one line of ``traces.jsonl``. Sources: "Tracing header" and "X-Ray segment
documents" in the X-Ray developer guide; the daemon's UDP protocol is that of aws-xray-daemon's README.
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
    """Return a fresh segment id: 16 hexadecimal digits."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class TraceHeader:
    """The value of ``X-Amzn-Trace-Id``: the trace, the segment above, and whether the trace is recorded."""

    root: str
    parent: str = ""
    sampled: bool = True

    def render(self) -> str:
        """Return the header's text."""
        parent = f";Parent={self.parent}" if self.parent else ""
        return f"Root={self.root}{parent};Sampled={int(self.sampled)}"

    def under(self, segment_id: str) -> "TraceHeader":
        """Return the header for what is called from a segment."""
        return TraceHeader(self.root, segment_id, self.sampled)


def continue_trace(header: str) -> TraceHeader:
    """Return the trace of an incoming header; a new one where there is none.

    AWS samples one new trace a second and 5 % of the others; here all are recorded. A caller's
    ``Sampled=0`` is kept.
    """
    parts = dict(part.strip().split("=", 1) for part in header.split(";") if "=" in part)
    root = parts.get("Root", "")
    if not root.startswith("1-"):
        return TraceHeader(f"1-{int(time.time()):08x}-{secrets.token_hex(12)}")
    return TraceHeader(root, parts.get("Parent", ""), parts.get("Sampled", "1") != "0")


class Traces:
    """Collects segments into a file, from this process and, over UDP, from the functions.

    Args:
        path: the file, one segment document a line.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        threading.Thread(target=self._receive, name="tracing", daemon=True).start()

    @property
    def address(self) -> str:
        """Where the daemon listens, for ``AWS_XRAY_DAEMON_ADDRESS``."""
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def record(self, segment: dict[str, Any]) -> None:
        """Write one segment document."""
        line = json.dumps(segment, separators=(",", ":"))
        with self._lock:
            if not self._file.closed:
                self._file.write(f"{line}\n")
                self._file.flush()

    def stop(self) -> None:
        """Close the daemon's port and the file."""
        port = self._socket.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", port))  # closing a socket does not wake the thread that reads it
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
