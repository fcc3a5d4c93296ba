"""Pipes that stand still for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from emulator.address import Emulator


@contextmanager
def stopped_pipe(emulator: Emulator, name: str) -> Iterator[None]:
    """A pipe is stopped while the block lasts."""
    pipes = emulator.client("pipes")
    pipes.stop_pipe(Name=name)
    try:
        yield
    finally:
        pipes.start_pipe(Name=name)
