"""Pauses between attempts."""

import random
import time
from typing import Final

_FIRST_PAUSE_SECONDS: Final = 0.05
_LONGEST_PAUSE_SECONDS: Final = 1.0


def pause(attempt: int) -> None:
    """Wait before another attempt, the first of which is number 1.

    Each wait may be twice as long as the one before, up to a second; chance keeps those who met once from
    meeting again (full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
    """
    longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** (attempt - 1))
    time.sleep(random.uniform(0, longest))  # noqa: S311 - no secret
