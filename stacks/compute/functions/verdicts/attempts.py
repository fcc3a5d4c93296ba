"""Retries on concurrent changes, within the time of an invocation."""

from collections.abc import Callable, Iterator
from typing import Final

from shared.runtime.backoff import pause

_NEEDED_MILLISECONDS: Final = 3_200
"""Minimum remaining time for another read and write with slow responses."""


def attempts(maximum: int, remaining: Callable[[], int]) -> Iterator[int]:
    """Yield the number of each attempt, with a pause before each retry, while enough time remains.

    Args:
        maximum: Number of attempts.
        remaining: Returns the remaining milliseconds of the invocation.
    """
    for attempt in range(maximum):
        if attempt:
            pause(attempt)
        if remaining() < _NEEDED_MILLISECONDS:
            return
        yield attempt
