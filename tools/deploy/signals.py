"""Handle SIGINT, SIGHUP and SIGTERM as KeyboardInterrupt, and ignore them during cleanup."""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Handler = Callable[..., object] | int | None


@contextmanager
def interruptible() -> Iterator[None]:
    """Raise KeyboardInterrupt for each of the signals in the block.

    Python does not for a background job of a shell, which inherits SIGINT as ignored.
    """
    with handled(signal.default_int_handler):
        yield


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore the signals in the block, so that a second Ctrl-C cannot interrupt the cleanup."""
    with handled(signal.SIG_IGN):
        yield


@contextmanager
def handled(handler: Handler, signals: Iterable[signal.Signals] = _ENDING) -> Iterator[None]:
    """Set another signal handler in the block."""
    earlier = {number: signal.signal(number, handler) for number in signals}
    try:
        yield
    finally:
        for number, before in earlier.items():
            signal.signal(number, before)
