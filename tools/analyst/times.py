"""Times as people write them on a command line. All are UTC."""

import re
from datetime import UTC, datetime
from typing import Final

_MILLISECONDS: Final = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
_DURATION: Final = re.compile(r"([1-9][0-9]{0,4})([mhd])")


class TimeError(ValueError):
    """A text is no time; says what one looks like."""


def duration(text: str) -> int:
    """Return the milliseconds of a duration such as `30m`, `2h` or `7d`.

    Raises:
        TimeError: It is not one.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise TimeError(f"{text!r} is not a duration: use minutes, hours or days, such as 30m, 2h or 7d")
    return int(found[1]) * _MILLISECONDS[found[2]]


def is_duration(text: str) -> bool:
    """Tell whether a text is a duration."""
    return _DURATION.fullmatch(text) is not None


def moment(text: str) -> int:
    """Return the epoch milliseconds of a date or a time such as `2026-12-01` or `2026-12-01T18:00`.

    Raises:
        TimeError: It is not one.
    """
    try:
        found = datetime.fromisoformat(text)
        return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise TimeError(f"{text!r} is not a time: use UTC, such as 2026-12-01 or 2026-12-01T18:00") from None


def told(milliseconds: int) -> str:
    """Return a time for people, to the minute."""
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M} UTC"
