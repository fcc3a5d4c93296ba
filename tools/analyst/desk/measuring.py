"""All recent payments with what was decided about them, read when a page asks, and kept for a while."""

import threading
from collections.abc import Callable
from typing import Final

from tools.analyst.records.payments import Payment, payments
from tools.analyst.records.tables import Tables

KEPT_MILLISECONDS: Final = 600_000
"""The table of transactions is read whole: not with every look at a page."""


class Measured:
    """The payments; safe to use from several threads.

    Args:
        tables: Where they are kept.
        clock: Returns the epoch milliseconds of now.
    """

    def __init__(self, tables: Tables, clock: Callable[[], int]) -> None:
        self._tables, self._clock = tables, clock
        self._lock = threading.Lock()
        self._payments: list[Payment] = []
        self._read_at = 0

    def read(self, *, since: int = 0) -> list[Payment]:
        """Return all that are stored, as they were at most `KEPT_MILLISECONDS` ago.

        Args:
            since: They are read anew where they were last read before this time (epoch milliseconds).

        Raises:
            OperatorError: AWS refuses, or there are too many.
        """
        with self._lock:
            if self._clock() - self._read_at >= KEPT_MILLISECONDS or self._read_at < since:
                self._payments = payments(self._tables)
                self._read_at = self._clock()
            return self._payments
