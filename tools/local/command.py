"""Runs commands of this project beside us, and surely ends them."""

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence

from emulator.process import LINES_OF_A_FAILURE, ProcessError, end
from tools.deploy.project import ROOT


class Command:
    """A command of this project that runs beside us; its output comes line by line.

    Args:
        arguments: What follows ``python -m``.
        on_line: Called with each line, from a thread.
    """

    def __init__(self, arguments: Sequence[str], on_line: Callable[[str], None] = lambda _line: None) -> None:
        self._arguments = arguments
        self._last_lines: deque[str] = deque(maxlen=LINES_OF_A_FAILURE)
        self._process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self._reader = threading.Thread(target=self._read, args=(on_line,), daemon=True)
        self._reader.start()

    def _read(self, on_line: Callable[[str], None]) -> None:
        if self._process.stdout is None:
            return
        for line in self._process.stdout:
            self._last_lines.append(line.rstrip())
            on_line(line.rstrip())

    def wait(self) -> None:
        """Wait for its end; ends it when we are interrupted.

        Raises:
            ProcessError: It failed.
        """
        try:
            code = self._process.wait()
        except BaseException:
            self.stop()
            raise
        self._reader.join()
        if code:
            lines = "\n".join(self._last_lines)
            raise ProcessError(f"`python -m {' '.join(self._arguments)}` failed ({code}):\n{lines}")

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it, whatever it is doing."""
        end(self._process)
        _kill_group(self._process.pid)
        self._reader.join()


def run(arguments: Sequence[str], on_line: Callable[[str], None] = lambda _line: None) -> None:
    """Run a command of this project to its end.

    Raises:
        ProcessError: It failed.
    """
    Command(arguments, on_line).wait()


def _kill_group(group: int) -> None:
    # It led a session of its own, so that its group can hold nothing but what it started.
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
