"""An interrupt at a chosen line: what falls between two lines once in a while is tried at each of them."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from tools.deploy.signals import interruptible

SECONDS_UNTIL_THE_LAST = 0.5


@contextmanager
def interrupted_at(line: int, *files: str | None) -> Iterator[Callable[[], bool]]:
    """Send one SIGINT before the n-th line that the block runs of some files, or else after a while.

    Args:
        line: Which one, counted from 1.
        files: Whose lines count.

    Yields:
        What says whether that line was reached.
    """
    count = 0
    sent = threading.Event()

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal count
        if frame.f_code.co_filename not in files or sent.is_set():
            return None
        count += event == "line"
        if count == line:
            sent.set()
            signal.raise_signal(signal.SIGINT)
        return trace

    def at_last() -> None:
        if not sent.is_set():
            sent.set()
            os.kill(os.getpid(), signal.SIGINT)

    last = threading.Timer(SECONDS_UNTIL_THE_LAST, at_last)
    before = sys.gettrace()
    last.start()
    with interruptible():
        sys.settrace(trace)
        try:
            yield lambda: count >= line
        finally:
            sys.settrace(before)
            last.cancel()
            last.join()
