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
    process = subprocess.Popen(
        command,
        env=dict(environment),
        cwd=directory,
        stderr=None if heard is None else subprocess.PIPE,
        text=True,
        process_group=None if at_terminal else 0,
    )
    with (
        _heard(process.stderr, heard),
        _signals_passed_on(process, {signal.SIGINT} if at_terminal else set()) as received,
    ):
        code = process.wait()
    if received:
        # What the CLI ends with then is its own affair: whoever asked to stop wants no next step.
        return 128 + received[0]
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


@contextmanager
def _signals_passed_on(process: subprocess.Popen[str], arrived: set[signal.Signals]) -> Iterator[list[int]]:
    """Pass signals on to a process, except for those that have reached it themselves; yields all of them."""
    received: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        if number not in arrived:
            process.send_signal(number)

    with handled(pass_on, (signal.SIGINT, signal.SIGTERM)):
        yield received
