"""Store several transactions independently of each other.

BatchWriteItem has no conditions, and TransactWriteItems stores all or nothing at twice the price. Therefore a
batch is a number of conditional writes, several at a time.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

from stacks.compute.functions.ingest.adapters import (
    LONGEST_WRITE_SECONDS,
    Outcome,
    TableBusyError,
    TableFailedError,
    TransactionsTable,
)

ATTEMPTS: Final = 4
SECONDS_TO_START: Final = 3.0
"""Time in a request after which no attempt starts, so that all end within the function's timeout."""
LONGEST_SECONDS: Final = SECONDS_TO_START + LONGEST_WRITE_SECONDS
FIRST_PAUSE_SECONDS: Final = 0.1
"""Maximum delay before the second attempt, doubled for each further attempt (full jitter)."""
PARALLEL_WRITES: Final = 8
"""Maximum concurrent writes, fewer than the client's connections (10)."""


@dataclass(frozen=True, slots=True)
class Write:
    """A transaction to store, or only to look up: too old, but possibly stored earlier."""

    item: Mapping[str, Any]
    late: bool

    @property
    def key(self) -> tuple[str, int]:
        """The key of the item."""
        return self.item["transaction_id"], self.item["timestamp"]


Stored = Outcome | TableBusyError | TableFailedError
"""Result of a write."""


class Storing:
    """Writes transactions, with retries while DynamoDB is busy.

    Args:
        table: The transactions table.
        pause: Waits for a number of seconds.
        clock: Monotonic clock in seconds.
    """

    def __init__(
        self,
        table: TransactionsTable,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = table
        self._pause = pause
        self._clock = clock

    def write_all(
        self, writes: Sequence[Write], traced: Callable[[], AbstractContextManager[None]]
    ) -> list[Stored]:
        """Write each transaction and return the results in order.

        Writes with the same key are sequential and in order, all others concurrent.

        Args:
            writes: The writes.
            traced: Returns a context manager that times an attempt.
        """
        deadline = self._clock() + SECONDS_TO_START
        found: dict[int, Stored] = {}
        by_key: dict[tuple[str, int], list[int]] = {}
        for index, write in enumerate(writes):
            by_key.setdefault(write.key, []).append(index)

        def write_key(indexes: list[int]) -> None:
            for index in indexes:
                found[index] = self._write(writes[index], deadline, traced)

        _side_by_side(write_key, list(by_key.values()))
        return [found[index] for index in range(len(writes))]

    def _write(
        self, write: Write, deadline: float, traced: Callable[[], AbstractContextManager[None]]
    ) -> Stored:
        attempt = self._table.find if write.late else self._table.put
        last: Stored = TableBusyError("NoTimeLeft")
        for number in range(ATTEMPTS):
            if number:
                self._pause(random.uniform(0, FIRST_PAUSE_SECONDS * 2 ** (number - 1)))  # noqa: S311
            if self._clock() > deadline:
                break
            try:
                with traced():
                    return attempt(write.item)
            except TableBusyError as busy:
                last = busy
            except TableFailedError as failed:
                return failed
        return last


def _side_by_side(work: Callable[[list[int]], None], parts: Sequence[list[int]]) -> None:
    """Run the work for each part, in threads if there are several."""
    if len(parts) == 1:
        work(parts[0])
        return
    with ThreadPoolExecutor(min(PARALLEL_WRITES, len(parts))) as pool:
        # Getting the results raises a part's exception.
        list(pool.map(work, parts))
