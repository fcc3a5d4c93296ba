"""Ctrl-C while a layer's resources are worked on: what is at work ends and is noted, nothing else begins."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tools.deploy.signals import handled
from tools.terminal.ending import INTERRUPTED


class StoppedError(Exception):
    """Somebody asked to stop; what was done by then is noted."""


class Stopping:
    """Whether somebody has asked to stop."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def check(self) -> None:
        """Look before a step.

        Raises:
            StoppedError: it is not to begin.
        """
        if self._asked.is_set():
            raise StoppedError

    def ask(self, *_: object) -> None:
        """Let no further step begin; asked again, give up at once, whatever is at work."""
        if self._asked.is_set():
            os._exit(INTERRUPTED)
        self._asked.set()


@contextmanager
def stopping() -> Iterator[Stopping]:
    """Take Ctrl-C for a request to stop between two steps of the block: an exception could fall into one.

    Raises:
        StoppedError: there was one, and no step after it that looked.
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
