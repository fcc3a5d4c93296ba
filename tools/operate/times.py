"""Times as operators write them: ISO, UTC."""

import argparse
from datetime import UTC, datetime


def utc_time(text: str) -> datetime:
    """Read a time like 2026-11-22T21:00; without a zone it is UTC.

    Raises:
        ArgumentTypeError: It is none.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time: use UTC, such as 2026-11-22T21:00"
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def milliseconds(time: datetime) -> int:
    """Return a time's epoch milliseconds."""
    return int(time.timestamp() * 1000)


def written(moment: int) -> str:
    """Return epoch milliseconds as SINCE and UNTIL take them: ISO, UTC, to the second."""
    return datetime.fromtimestamp(moment // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
