"""Handle Ctrl-C during a run: steps in progress complete and are recorded, and no other begins."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tools.deploy.signals import handled
from tools.terminal.ending import INTERRUPTED


class StoppedError(Exception):
    """The run was interrupted; completed steps are recorded."""


class Stopping:
    """A flag for interrupts."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def check(self) -> None:
        """Check for an interrupt before a step.

        Raises:
            StoppedError: The run was interrupted.
        """
        if self._asked.is_set():
            raise StoppedError

    def ask(self, *_: object) -> None:
        """Prevent further steps; on a second call, exit at once."""
        if self._asked.is_set():
            os._exit(INTERRUPTED)
        self._asked.set()


@contextmanager
def stopping() -> Iterator[Stopping]:
    """Defer Ctrl-C in the block until the next step, because an exception could interrupt a step.

    Raises:
        StoppedError: There was an interrupt, and no later step has checked.
    """
    asked = Stopping()
    if threading.current_thread() is not threading.main_thread() or not callable(
        signal.getsignal(signal.SIGINT)
    ):
        yield asked
        return
    with handled(asked.ask, (signal.SIGINT,)):
        yield asked
    asked.check()
