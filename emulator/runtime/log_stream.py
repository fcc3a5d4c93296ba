"""A log stream in CloudWatch Logs, one per worker, as one per execution environment in Lambda."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from emulator.cloud.account import MOTO_LOCK, backend

MOST_EVENTS = 5_000
"""Maximum number of events kept in a stream, to limit memory; the log file has the whole output."""


class LogStream:
    """Writes log events; as in Lambda, they are lost if the log group is missing.

    Args:
        group: Name of the log group.
        function: Name of the function.
        identifier: Unique part of the stream's name.
    """

    def __init__(self, group: str, function: str, identifier: str) -> None:
        self._group = group
        self.name = f"{datetime.now(UTC):%Y/%m/%d}/{function}[$LATEST]{identifier}"

    def add(self, lines: Sequence[str]) -> None:
        """Write lines as log events with the current time."""
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line} for line in lines if line.strip()]
        if not events:
            return
        with MOTO_LOCK:
            group = backend("logs").groups.get(self._group)
            if group is None:
                return
            if self.name not in group.streams:
                group.create_log_stream(self.name)
            group.put_log_events(self.name, events)
            kept = group.streams[self.name].events
            if len(kept) > 2 * MOST_EVENTS:
                del kept[:-MOST_EVENTS]
