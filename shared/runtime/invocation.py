"""What Lambda's runtime gives a handler, and when to build what a handler needs."""

import gc
import os
from collections.abc import Callable
from typing import Final, Protocol

_RUNTIME_VARIABLE: Final = "AWS_LAMBDA_RUNTIME_API"

if os.environ.get(_RUNTIME_VARIABLE):
    # What is imported and built stays: looking for garbage among it takes a sixth of the initialisation.
    # `build_while_initialising` turns collections on again.
    gc.disable()


class Context(Protocol):
    """The part of Lambda's context object that the functions use."""

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the invocation may still run."""
        ...


def build_while_initialising(build: Callable[[], object]) -> None:
    """Call `build` now where Lambda's runtime imports the handler; leave it to the first use anywhere else.

    Lambda gives the initialisation a full processor and an invocation only its share by memory, so clients
    are built several times faster here. A test that imports a handler builds nothing.
    """
    if os.environ.get(_RUNTIME_VARIABLE):
        build()
        # Later collections need not look at it either.
        gc.freeze()
        gc.enable()
