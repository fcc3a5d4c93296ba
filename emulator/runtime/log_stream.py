"""A log stream in CloudWatch Logs, one for each worker, as for each execution environment of Lambda."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from emulator.cloud.account import MOTO_LOCK, backend

MOST_EVENTS = 5_000
"""Of a stream: more would be kept in memory for nobody. The log file has all that a function printed."""


class LogStream:
    """Takes lines; where the log group is gone they are lost, as they are to Lambda.

    Args:
        group: Its log group.
        function: Whose it is.
        identifier: What tells it from the function's other streams.
    """

    def __init__(self, group: str, function: str, identifier: str) -> None:
        self._group = group
        self.name = f"{datetime.now(UTC):%Y/%m/%d}/{function}[$LATEST]{identifier}"

    def add(self, lines: Sequence[str]) -> None:
        """Add lines, each an event of this moment."""
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
