"""Runs the Pulumi CLI as if it stood in our place: its terminal, its signals, its exit code."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any


def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end; returns its exit code, or 128 and the signal that ended it.

    An interruption lets the CLI end its update in order, and a second one makes it give up at once: each
    must arrive exactly once. Ctrl-C reaches the whole group of a terminal; away from one the CLI gets a group
    of its own, so that nothing but us can pass a signal on.
    """
    at_terminal = sys.stdin is not None and sys.stdin.isatty()
    process = subprocess.Popen(command, env=dict(environment), process_group=None if at_terminal else 0)
    with _signals_passed_on(process, {signal.SIGINT} if at_terminal else set()):
        code = process.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _signals_passed_on(process: subprocess.Popen[bytes], arrived: set[signal.Signals]) -> Iterator[None]:
    """Pass signals on to a process, except for those that have reached it themselves."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if number not in arrived:
            process.send_signal(number)

    former: dict[signal.Signals, Any] = {
        each: signal.signal(each, pass_on) for each in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for each, handler in former.items():
            signal.signal(each, handler)
