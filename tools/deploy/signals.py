"""Ctrl-C, a closed terminal and a request to end, all as KeyboardInterrupt; and none while cleaning up."""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Handler = Callable[..., object] | int | None


@contextmanager
def interruptible() -> Iterator[None]:
    """Let each of the signals raise KeyboardInterrupt in the block.

    Python alone does not, for a job that a shell starts in the background: it inherits Ctrl-C as ignored.
    """
    with handled(signal.default_int_handler):
        yield


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore the signals in the block: a second Ctrl-C must not leave the cleaning half done."""
    with handled(signal.SIG_IGN):
        yield


@contextmanager
def handled(handler: Handler, signals: Iterable[signal.Signals] = _ENDING) -> Iterator[None]:
    """Give signals another handler in the block."""
    earlier = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, before in earlier.items():
            signal.signal(number, before)
