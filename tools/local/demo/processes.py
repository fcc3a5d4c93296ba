"""Starts and surely ends the processes of a run: the emulator, and one command after another beside it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from emulator.cloud import address

PROJECT = Path(__file__).resolve().parents[3]
SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 15.0
SECONDS_TO_FOLLOW = 2.0
LINES_OF_A_FAILURE = 15


class ProcessError(Exception):
    """A process did not do what it was started for; the message ends with its last lines."""


class EmulatorProcess:
    """The emulator as a process of its own, away from the terminal's Ctrl-C.

    Args:
        run_directory: Everything that it writes; its own output goes to ``emulator.log`` there.
    """

    def __init__(self, run_directory: Path) -> None:
        self.run_directory = run_directory
        self.log = run_directory / "emulator.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, without waiting until it answers."""
        self.run_directory.mkdir(parents=True, exist_ok=True)
        # Its standard input ends with us, even if we are killed, and it with that.
        options = ["--run-directory", str(self.run_directory), "--stop-with-input"]
        command = [sys.executable, "-m", "emulator.cloud", *options]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
            )

    def wait_until_ready(self) -> address.Emulator:
        """Return its address as soon as it answers.

        Raises:
            ProcessError: It ended, or was not ready in time.
        """
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline:
            self.require_running()
            if (emulator := self._ready()) is not None:
                return emulator
            time.sleep(0.05)
        raise ProcessError(
            f"the embedded AWS was not ready in {SECONDS_TO_START:.0f} s:\n{self.last_lines()}"
        )

    def _ready(self) -> address.Emulator | None:
        try:
            emulator = address.read(self.run_directory)
        except address.NoEmulatorError:
            return None
        # An older run's file may still lie there.
        return emulator if self._process is not None and emulator.pid == self._process.pid else None

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def require_running(self) -> None:
        """Check that it has not ended.

        Raises:
            ProcessError: It has, with how and its last lines.
        """
        code = None if self._process is None else self._process.poll()
        if code is not None:
            how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended by itself ({code})"
            raise ProcessError(f"the embedded AWS {how}; the end of {self.log}:\n{self.last_lines()}")

    def stop(self) -> list[int]:
        """Stop it, and return the ids of processes that it started and left behind (ended by now, too)."""
        if self._process is None:
            return []
        family = descendants(self._process.pid)
        _end(self._process)
        if self._process.stdin is not None:
            self._process.stdin.close()
        deadline = time.monotonic() + SECONDS_TO_FOLLOW
        while (left := alive(family)) and time.monotonic() < deadline:
            time.sleep(0.05)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        self._process = None
        return left

    def last_lines(self) -> str:
        """Return the end of its output."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-LINES_OF_A_FAILURE:])


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
            cwd=PROJECT,
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
        _end(self._process)
        _kill_group(self._process.pid)
        self._reader.join()


def run(arguments: Sequence[str], on_line: Callable[[str], None] = lambda _line: None) -> None:
    """Run a command of this project to its end.

    Raises:
        ProcessError: It failed.
    """
    Command(arguments, on_line).wait()


def _end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """Ask a process to end, and after a while force it."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _kill_group(group: int) -> None:
    # It led a session of its own, so that its group can hold nothing but what it started.
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def descendants(pid: int) -> set[int]:
    """Return the ids of all processes below ``pid``."""
    children: dict[int, list[int]] = {}
    for child, parent, _ in _processes():
        children.setdefault(parent, []).append(child)
    found: set[int] = set()
    waiting = list(children.get(pid, ()))
    while waiting:
        child = waiting.pop()
        found.add(child)
        waiting.extend(children.get(child, ()))
    return found


def alive(pids: Iterable[int]) -> list[int]:
    """Return those of the processes that still run; one that has ended and waits to be collected does not."""
    wanted = set(pids)
    return sorted(pid for pid, _, state in _processes() if pid in wanted and not state.startswith("Z"))


def _processes() -> list[tuple[int, int, str]]:
    """Process id, parent's id and state of everything that runs."""
    if Path("/proc/self/stat").exists():
        return [row for entry in Path("/proc").glob("[0-9]*/stat") if (row := _stat(entry)) is not None]
    table = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], check=True, capture_output=True, text=True
    ).stdout
    return [(int(pid), int(parent), state) for pid, parent, state in map(str.split, table.splitlines())]


def _stat(path: Path) -> tuple[int, int, str] | None:
    try:
        # The command's name, in brackets, may hold anything: what follows the last one is regular.
        before, _, after = path.read_text("utf-8", "replace").rpartition(")")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, parent = after.split()[:2]
    return int(before.split()[0]), int(parent), state
