"""The log of a function: one file to which each of its workers adds whole lines, and a log stream of each.

What a worker prints arrives in pieces (`print` writes a line and its end apart), so each worker writes
into a pipe of its own and its complete lines are appended from here in one piece.
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
    """Copies what one worker prints to the function's log file.

    Args:
        path: the log file, shared with the function's other workers.
        output: the reading end of the worker's standard output and error; closed when the worker has ended.
        name: names the thread that copies.
        stream: takes the lines too.
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
        """Copy every whole line that the worker has printed until now."""
        with self._lock:
            while not self._ended and (piece := self._read()) is not None:
                self._ended = not piece
                self._keep(piece)

    def write_line(self, line: str) -> None:
        """Add a line of Lambda's own, after what the worker has printed until now."""
        self.flush()
        self._append(line.encode() + b"\n")

    def tell(self, lines: Sequence[str]) -> None:
        """Add lines of Lambda's own to the stream alone: the file is what the function printed."""
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
        """Return what is in the pipe: None for nothing yet, empty bytes for its end."""
        try:
            return os.read(self._output.fileno(), _PIECE_BYTES)
        except BlockingIOError:
            return None

    def _keep(self, piece: bytes) -> None:
        lines, newline, self._unfinished = (self._unfinished + piece).rpartition(b"\n")
        if self._ended and self._unfinished:  # the worker ended in the middle of a line
            lines, newline, self._unfinished = lines + newline + self._unfinished, b"\n", b""
        self._append(lines + newline)

    def _append(self, lines: bytes) -> None:
        measure_lines(lines)
        if lines:
            with self._path.open("ab") as file:
                file.write(lines)
            self.tell(lines.decode("utf-8", "replace").splitlines())
