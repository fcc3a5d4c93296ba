"""Runs the Pulumi CLI as if it stood in our place: its terminal, its signals, its exit code."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from tools.deploy.signals import handled

_SECONDS_FOR_LAST_WORDS = 2


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    directory: Path | None = None,
    *,
    heard: Callable[[str], object] | None = None,
) -> int:
    """Run a command to its end; returns its exit code, or 128 and the signal that ended it or that we got.

    `heard` is told each line that it writes to standard error, which the person sees all the same.

    An interruption lets the CLI end its update in order, and a second one makes it give up at once: each
    must arrive exactly once. Ctrl-C reaches the whole group of a terminal; away from one the CLI gets a group
    of its own, so that nothing but us can pass a signal on.
    """
    sys.stdout.flush()
    at_terminal = sys.stdin is not None and sys.stdin.isatty()
    with _signals_passed_on({signal.SIGINT} if at_terminal else set()) as signals:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=directory,
            stderr=None if heard is None else subprocess.PIPE,
            text=True,
            process_group=None if at_terminal else 0,
        )
        signals.go_to(process)
        with _heard(process.stderr, heard):
            code = process.wait()
    if signals.received:
        # What the CLI ends with then is its own affair: whoever asked to stop wants no next step.
        return 128 + signals.received[0]
    return code if code >= 0 else 128 - code


@contextmanager
def _heard(stream: IO[str] | None, heard: Callable[[str], object] | None) -> Iterator[None]:
    if stream is None or heard is None:
        yield
        return
    reader = threading.Thread(target=_tee, args=(stream, heard), daemon=True)
    reader.start()
    yield
    # What the CLI started may outlive it and hold the pipe open.
    reader.join(_SECONDS_FOR_LAST_WORDS)


def _tee(stream: IO[str], heard: Callable[[str], object]) -> None:
    for line in stream:
        sys.stderr.write(line)
        sys.stderr.flush()
        heard(line)


class _Signals:
    """Signals that arrive for us and are the CLI's.

    Args:
        reached: Those that reach the CLI themselves.
    """

    def __init__(self, reached: set[signal.Signals]) -> None:
        self._reached = reached
        self._process: subprocess.Popen[str] | None = None
        self._early: list[int] = []
        self.received: list[int] = []

    def pass_on(self, number: int, _frame: FrameType | None) -> None:
        self.received.append(number)
        if self._process is None:
            self._early.append(number)
        elif number not in self._reached:
            self._process.send_signal(number)

    def go_to(self, process: "subprocess.Popen[str]") -> None:
        """Pass on to this process; what came before it had started as well, which nothing else tells it."""
        self._process = process  # first: what comes between the two is passed on, once
        while self._early:
            process.send_signal(self._early.pop(0))


@contextmanager
def _signals_passed_on(reached: set[signal.Signals]) -> Iterator[_Signals]:
    """Take signals for a process that the block starts, from before its start to its end."""
    signals = _Signals(reached)
    with handled(signals.pass_on, (signal.SIGINT, signal.SIGTERM)):
        yield signals
