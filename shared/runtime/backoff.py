"""Exponential backoff with jitter."""

import random
import time
from typing import Final

_FIRST_PAUSE_SECONDS: Final = 0.05
_LONGEST_PAUSE_SECONDS: Final = 1.0


def pause(attempt: int) -> None:
    """Wait after attempt number `attempt`, counted from 1.

    The maximum wait doubles with each attempt, up to a second (full jitter:
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    """
    longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
    time.sleep(random.uniform(0, longest))  # noqa: S311 - no secret
