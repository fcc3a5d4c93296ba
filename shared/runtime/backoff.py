"""Pauses between attempts."""

import random
import time
from typing import Final

_FIRST_PAUSE_SECONDS: Final = 0.05


def pause(attempt: int) -> None:
    """Wait before another attempt, the first of which is number 1.

    Each wait may be twice as long as the one before; chance keeps those who met once from meeting again.
    """
    longest = _FIRST_PAUSE_SECONDS * 2 ** (attempt - 1)
    time.sleep(random.uniform(longest / 2, longest))  # noqa: S311 - no secret
