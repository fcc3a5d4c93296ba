"""Runs commands of this project beside us, and surely ends them."""

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from emulator.process import LINES_OF_A_FAILURE, ProcessError, end, interrupts_deferred
from tools.deploy.project import ROOT


class Command:
    """A command of this project that runs beside us once it is started; its output comes line by line.

    Args:
        arguments: What follows ``python -m``.
        on_line: Called with each line, from a thread.
    """

    def __init__(self, arguments: Sequence[str], on_line: Callable[[str], None] = lambda _line: None) -> None:
        self._arguments, self._on_line = arguments, on_line
        self._last_lines: deque[str] = deque(maxlen=LINES_OF_A_FAILURE)
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def start(self) -> None:
        """Start it. Whoever does must be ready to stop it: an interrupt may come at once."""
        with interrupts_deferred():
            self._process = subprocess.Popen(
                [sys.executable, "-m", *self._arguments],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
            if self._process.stdout is not None:
                self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
                self._reader.start()

    def _read(self, output: Iterable[str]) -> None:
        for line in output:
            self._last_lines.append(line.rstrip())
            self._on_line(line.rstrip())

    def wait(self) -> None:
        """Wait for its end, once it was started.

        Raises:
            ProcessError: It failed.
        """
        if self._process is None:
            return
        code = self._process.wait()
        self._join_reader()
        if code:
            lines = "\n".join(self._last_lines)
            raise ProcessError(f"`python -m {' '.join(self._arguments)}` failed ({code}):\n{lines}")

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End it, whatever it is doing."""
        if self._process is not None:
            end(self._process)
            _kill_group(self._process.pid)
            self._join_reader()

    def _join_reader(self) -> None:
        if self._reader is not None:
            self._reader.join()


def run(arguments: Sequence[str], on_line: Callable[[str], None] = lambda _line: None) -> None:
    """Run a command of this project to its end; ends it when we are interrupted.

    Raises:
        ProcessError: It failed.
    """
    command = Command(arguments, on_line)
    try:
        command.start()
        command.wait()
    except BaseException:
        command.stop()
        raise


def _kill_group(group: int) -> None:
    # It led a session of its own, so that its group can hold nothing but what it started.
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
