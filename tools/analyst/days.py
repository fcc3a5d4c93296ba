"""Numbers of days that analysts give: the delay of labels, and periods."""

from typing import Final

from tools.terminal.numbers import within

_MAXIMUM_DAYS: Final = 3650

delay = within(f"a number of days from 0 to {_MAXIMUM_DAYS}", 0, _MAXIMUM_DAYS)
"""Reads after how many days labels are known."""

period = within(f"a number of days greater than 0, to {_MAXIMUM_DAYS}", 0, _MAXIMUM_DAYS, above=True)
"""Reads a time between two events."""

days_back = within("a number of days from 1 to 400", 1, 400)
"""Reads how far to look back."""


def delay_or_none(text: str) -> float | None:
    """Read after how many days labels are known; empty or none is never.

    Raises:
        argparse.ArgumentTypeError: It is neither.
    """
    return None if text.strip().lower() in {"", "none"} else delay(text)
