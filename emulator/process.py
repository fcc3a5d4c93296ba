"""Starts the emulator as a process of its own, surely ends it, and finds what it started."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from emulator import address

_ABOVE_THE_PACKAGE = Path(__file__).resolve().parents[1]
"""From here `python -m emulator` finds this very package."""
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
        options: Further options of ``python -m emulator``.
    """

    def __init__(self, run_directory: Path, *options: str) -> None:
        self.run_directory = run_directory
        self._options = options
        self.log = run_directory / "emulator.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, without waiting until it answers."""
        # Keys, mails and logs are the user's own; a folder that is there already keeps its mode.
        self.run_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Its standard input ends with us, even if we are killed, and it with that.
        options = ["--run-directory", str(self.run_directory), "--stop-with-input", *self._options]
        command = [sys.executable, "-m", "emulator", *options]
        with self.log.open("wb") as log, interrupts_deferred():
            self._process = subprocess.Popen(
                command,
                cwd=_ABOVE_THE_PACKAGE,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
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
        end(self._process)
        if self._process.stdin is not None:
            self._process.stdin.close()
        deadline = time.monotonic() + SECONDS_TO_FOLLOW
        while (left := alive(family)) and time.monotonic() < deadline:
            time.sleep(0.05)
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while left and alive(left) and time.monotonic() < deadline + SECONDS_TO_FOLLOW:
            time.sleep(0.05)
        self._process = None
        return left

    def last_lines(self) -> str:
        """Return the end of its output."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-LINES_OF_A_FAILURE:])


@contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Let an interrupt wait until the block has ended, so that whoever ends what it starts knows of it.

    Only where a signal has a handler that may raise: one that is ignored, or ends this process, stays so.
    """
    arrived: list[int] = []
    handlers = {each: signal.getsignal(each) for each in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)}
    raising = {each: handler for each, handler in handlers.items() if callable(handler)}
    if threading.current_thread() is not threading.main_thread():
        raising.clear()  # signals are handled in the main thread alone
    try:
        for each in raising:
            signal.signal(each, lambda number, _frame: arrived.append(number))
        yield
    finally:
        for each, handler in raising.items():
            signal.signal(each, handler)
    for number in arrived:
        signal.raise_signal(number)


def end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    """Ask a process to end, and after a while force it."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


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
        # Not by a pattern: it looks at each folder itself, and fails where a process ends meanwhile.
        running = (each / "stat" for each in Path("/proc").iterdir() if each.name.isdigit())
        return [row for each in running if (row := _stat(each)) is not None]
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
