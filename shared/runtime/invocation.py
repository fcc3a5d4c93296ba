"""Lambda's context object, and initialisation of handlers."""

import gc
import os
from collections.abc import Callable
from typing import Final, Protocol

_RUNTIME_VARIABLE: Final = "AWS_LAMBDA_RUNTIME_API"

if os.environ.get(_RUNTIME_VARIABLE):
    # Imported and built objects live on: garbage collection would take a sixth of the initialisation.
    # `build_while_initialising` enables it again.
    gc.disable()


class Context(Protocol):
    """The members of Lambda's context object that the functions use."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the remaining time of the invocation in milliseconds."""
        ...


def build_while_initialising(build: Callable[[], object]) -> None:
    """Call `build` during initialisation in Lambda, and on first use elsewhere.

    Lambda gives the initialisation a full CPU but an invocation only a share by memory, so that clients are
    built several times faster here. A test that imports a handler builds nothing.
    """
    if os.environ.get(_RUNTIME_VARIABLE):
        build()
        # Exclude these objects from later collections.
        gc.freeze()
        gc.enable()
