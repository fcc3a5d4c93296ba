"""Start the emulator as a process, and end it with all its child processes."""

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
"""Working directory in which `python -m emulator` finds this package."""
SECONDS_TO_START = 60.0
SECONDS_TO_STOP = 15.0
SECONDS_TO_FOLLOW = 2.0
LINES_OF_A_FAILURE = 15


class ProcessError(Exception):
    """The emulator process failed; the message ends with its last output lines."""


class EmulatorProcess:
    """An emulator process, shielded from the terminal's Ctrl-C.

    Args:
        run_directory: Holds all files of the run; the process's output goes to ``emulator.log`` there.
        options: More options of ``python -m emulator``.
    """

    def __init__(self, run_directory: Path, *options: str) -> None:
        self.run_directory = run_directory
        self._options = options
        self.log = run_directory / "emulator.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process without waiting until it is ready."""
        # Only this user may read keys, mails and logs; an existing folder keeps its mode.
        self.run_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The emulator ends at the end of its standard input, also when this process is killed.
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
        """Return the emulator's address once it is ready.

        Raises:
            ProcessError: The process ended, or was not ready in time.
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
        # The address file may be that of an earlier run.
        return emulator if self._process is not None and emulator.pid == self._process.pid else None

    @property
    def running(self) -> bool:
        """Whether the process is running."""
        return self._process is not None and self._process.poll() is None

    def require_running(self) -> None:
        """Check that the process is running.

        Raises:
            ProcessError: The process has ended; with its exit status and last output lines.
        """
        code = None if self._process is None else self._process.poll()
        if code is not None:
            how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended by itself ({code})"
            raise ProcessError(f"the embedded AWS {how}; the end of {self.log}:\n{self.last_lines()}")

    def stop(self) -> list[int]:
        """Stop the process and its remaining children; return the ids of those children."""
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
        """Return the last output lines."""
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-LINES_OF_A_FAILURE:])


@contextmanager
def interrupts_deferred() -> Iterator[None]:
    """Defer interrupts until the end of the block, so that a process started in it can be recorded and ended.

    Only signals whose handler may raise are deferred, not those that are ignored or end this process.
    """
    arrived: list[int] = []
    handlers = {each: signal.getsignal(each) for each in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)}
    raising = {each: handler for each, handler in handlers.items() if callable(handler)}
    if threading.current_thread() is not threading.main_thread():
        raising.clear()  # only the main thread handles signals
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
    """Terminate a process, and kill it after a timeout."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def descendants(pid: int) -> set[int]:
    """Return the ids of all descendants of ``pid``."""
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
    """Return the ids of the processes that are running; zombies are not."""
    wanted = set(pids)
    return sorted(pid for pid, _, state in _processes() if pid in wanted and not state.startswith("Z"))


def _processes() -> list[tuple[int, int, str]]:
    """Yield id, parent id and state of all processes."""
    if Path("/proc/self/stat").exists():
        # Not Path.glob: it fails if a process ends meanwhile.
        running = (each / "stat" for each in Path("/proc").iterdir() if each.name.isdigit())
        return [row for each in running if (row := _stat(each)) is not None]
    table = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], check=True, capture_output=True, text=True
    ).stdout
    return [(int(pid), int(parent), state) for pid, parent, state in map(str.split, table.splitlines())]


def _stat(path: Path) -> tuple[int, int, str] | None:
    try:
        # The command name, in parentheses, may contain any character: parse after the last one.
        before, _, after = path.read_text("utf-8", "replace").rpartition(")")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, parent = after.split()[:2]
    return int(before.split()[0]), int(parent), state
