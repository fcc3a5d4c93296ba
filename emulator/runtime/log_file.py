"""A function's log file, to which its workers append complete lines, and a log stream per worker.

`print` writes a line and its end separately, so each worker writes to its own pipe, and its complete lines
are appended from here in one write.
"""

import os
import select
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from emulator.cloud.monitoring.sources import measure_lines
from emulator.runtime.log_stream import LogStream

_PIECE_BYTES = 64 * 1024


class FunctionLog:
    """Copies a worker's output to the function's log file.

    Args:
        path: Path of the log file, shared by the function's workers.
        output: Read end of the worker's standard output and error; closed at the worker's end.
        name: Name of the copying thread.
        stream: Log stream that also receives the lines.
    """

    def __init__(self, path: Path, output: IO[bytes], name: str, stream: LogStream | None = None) -> None:
        self._path = path
        self._stream = stream
        self._output = output
        self._lock = threading.Lock()
        self._unfinished = b""
        self._ended = False
        os.set_blocking(output.fileno(), False)
        threading.Thread(target=self._follow, name=f"log-{name}", daemon=True).start()

    def flush(self) -> None:
        """Copy all complete lines that the worker has printed."""
        with self._lock:
            while not self._ended and (piece := self._read()) is not None:
                self._ended = not piece
                self._keep(piece)

    def write_line(self, line: str) -> None:
        """Append a platform line after the worker's output so far."""
        self.flush()
        self._append(line.encode() + b"\n")

    def tell(self, lines: Sequence[str]) -> None:
        """Append platform lines to the log stream only: the file holds what the function printed."""
        if self._stream is not None:
            self._stream.add(lines)

    def _follow(self) -> None:
        ready = select.poll()
        ready.register(self._output, select.POLLIN)
        while not self._ended:
            ready.poll()
            self.flush()
        with self._lock:
            self._output.close()

    def _read(self) -> bytes | None:
        """Return the available output: None if there is none yet, empty bytes at the end."""
        try:
            return os.read(self._output.fileno(), _PIECE_BYTES)
        except BlockingIOError:
            return None

    def _keep(self, piece: bytes) -> None:
        lines, newline, self._unfinished = (self._unfinished + piece).rpartition(b"\n")
        if self._ended and self._unfinished:  # the worker ended within a line
            lines, newline, self._unfinished = lines + newline + self._unfinished, b"\n", b""
        self._append(lines + newline)

    def _append(self, lines: bytes) -> None:
        measure_lines(lines)
        if lines:
            with self._path.open("ab") as file:
                file.write(lines)
            self.tell(lines.decode("utf-8", "replace").splitlines())
