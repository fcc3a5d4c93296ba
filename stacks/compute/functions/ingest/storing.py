"""Several transactions into the table, each by itself: none waits for another, none fails with another.

DynamoDB's own batches do not serve: BatchWriteItem knows no condition, and TransactWriteItems stores all or
nothing at twice the price. So a batch is as many conditional writes, several at a time.
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
"""No attempt starts later in a request, so that all have ended within the function's timeout."""
LONGEST_SECONDS: Final = SECONDS_TO_START + LONGEST_WRITE_SECONDS
FIRST_PAUSE_SECONDS: Final = 0.1
"""Longest pause before the second attempt; it doubles from attempt to attempt, and each pause is random."""
PARALLEL_WRITES: Final = 8
"""Fewer than the client has connections (10); at 256 MB the processor is busy with less."""


@dataclass(frozen=True, slots=True)
class Write:
    """One transaction to store, or to look for only: it is too old, but may have been stored in time."""

    item: Mapping[str, Any]
    late: bool

    @property
    def key(self) -> tuple[str, int]:
        """The key of the item."""
        return self.item["transaction_id"], self.item["timestamp"]


Stored = Outcome | TableBusyError | TableFailedError
"""What became of one write."""


class Storing:
    """Writes transactions, trying again those that DynamoDB is too busy for.

    Args:
        table: Where they go.
        pause: Waits so many seconds.
        clock: Returns seconds that only go forward.
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
        """Write each transaction and return what became of it, in the same order.

        Those of one key are written one after another in their order, all others side by side.

        Args:
            writes: What to write.
            traced: Returns a context that times one attempt.
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
    """Do the work for each part, in several threads where there are several parts."""
    if len(parts) == 1:
        work(parts[0])
        return
    with ThreadPoolExecutor(min(PARALLEL_WRITES, len(parts))) as pool:
        # Taking the results raises what a part raised.
        list(pool.map(work, parts))
