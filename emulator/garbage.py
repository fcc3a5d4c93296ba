"""Keep the garbage collector's pauses short, however many items the tables hold."""

import gc
import time
from collections.abc import Mapping
from typing import Final

LONGEST_SECONDS: Final = 0.05
"""A full collection visits every object that lives: with 100,000 payments it stops all threads for 5 s."""


class ShortCollections:
    """Sets aside what survived a collection that took long; the next one does not visit it again.

    What is set aside is freed as ever when nothing refers to it. Only a cycle of it is not: there are few
    of these, as items, messages and log lines refer to nothing that refers to them.

    Args:
        longest: Seconds that a collection may take before its survivors are set aside.
    """

    def __init__(self, longest: float = LONGEST_SECONDS) -> None:
        self._longest = longest
        self._began = 0.0

    def install(self) -> None:
        """Watch the collections of this process from now on."""
        gc.callbacks.append(self)

    def __call__(self, phase: str, _info: Mapping[str, int]) -> None:
        """Be called by the collector before and after each collection."""
        if phase == "start":
            self._began = time.perf_counter()
        elif time.perf_counter() - self._began > self._longest:
            gc.freeze()
