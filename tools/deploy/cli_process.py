"""Run the Pulumi CLI in the foreground: pass on terminal, signals and exit code."""

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
    """Run a command and return its exit code, or 128 plus the signal that it or this process received.

    `heard` is called with each line of standard error, which is also shown.

    The first interrupt cancels the CLI's update gracefully, a second one terminates it: each must arrive
    exactly once. Ctrl-C reaches the terminal's whole process group; without a terminal the CLI gets its own
    process group, so that only this process passes signals on.
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
        # After an interrupt, the exit code of the CLI does not matter.
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
    # Child processes may outlive the CLI and keep the pipe open.
    reader.join(_SECONDS_FOR_LAST_WORDS)


def _tee(stream: IO[str], heard: Callable[[str], object]) -> None:
    for line in stream:
        sys.stderr.write(line)
        sys.stderr.flush()
        heard(line)


class _Signals:
    """Forwards this process's signals to the CLI.

    Args:
        reached: Signals that the CLI receives directly.
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
        """Forward signals to this process, including those received before it started."""
        self._process = process  # first, so that a signal in between is forwarded once
        while self._early:
            process.send_signal(self._early.pop(0))


@contextmanager
def _signals_passed_on(reached: set[signal.Signals]) -> Iterator[_Signals]:
    """Forward signals to the process started in the block, from before its start to its end."""
    signals = _Signals(reached)
    with handled(signals.pass_on, (signal.SIGINT, signal.SIGTERM)):
        yield signals
