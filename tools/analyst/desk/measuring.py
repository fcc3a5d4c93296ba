"""What takes longer than a page may: all recent payments, and what is measured on them; kept for a while."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tools.analyst.records.payments import Payment, payments
from tools.analyst.records.tables import Tables

KEPT_MILLISECONDS: Final = 600_000
"""The table of transactions is read whole: not with every look at a page."""
PATIENCE_SECONDS: Final = 0.15
"""So long a page waits for what is being made, before it says so."""


class UnfinishedError(Exception):
    """It is being made: ask again in a moment."""


@dataclass
class _Job:
    version: Any
    at: int
    finished: threading.Event = field(default_factory=threading.Event)
    result: Any = None
    error: Exception | None = None


class Background:
    """Makes things beside the pages, each once for all who ask; safe to use from several threads.

    Args:
        clock: Returns the epoch milliseconds of now.
        patience_seconds: How long whoever asks waits.
    """

    def __init__(self, clock: Callable[[], int], patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._clock, self.patience_seconds = clock, patience_seconds
        self._lock = threading.Lock()
        self._jobs: dict[str, _Job] = {}

    def made(self, name: str, version: Any, make: Callable[[], Any]) -> Any:
        """Return what was made under a name for a version, within the last `KEPT_MILLISECONDS`.

        Args:
            name: What it is.
            version: What it is made from; for another one it is made anew.
            make: Makes it, in a thread of its own.

        Raises:
            UnfinishedError: It is being made.
            OperatorError: It could not be made; who asks again tries again.
        """
        with self._lock:
            job = self._jobs.get(name)
            over = job is not None and job.finished.is_set()
            if job is None or (over and self._is_old(job, version)):
                job = self._jobs[name] = _Job(version, self._clock())
                threading.Thread(target=self._make, args=(job, make), name=name, daemon=True).start()
        if not job.finished.wait(self.patience_seconds) or job.version != version:
            raise UnfinishedError(name)
        if job.error is not None:
            with self._lock:
                self._jobs.pop(name, None)
            raise job.error
        return job.result

    def _is_old(self, job: _Job, version: Any) -> bool:
        return job.version != version or self._clock() - job.at >= KEPT_MILLISECONDS

    def _make(self, job: _Job, make: Callable[[], Any]) -> None:
        try:
            job.result = make()
        except Exception as error:  # noqa: BLE001 - told to whoever asks
            job.error = error
        job.finished.set()


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

    def at_hand(self, since: int) -> bool:
        """Tell whether what was read lately is of after a time (epoch milliseconds)."""
        return self._clock() - self._read_at < KEPT_MILLISECONDS and self._read_at >= since

    def read(self, *, since: int = 0) -> list[Payment]:
        """Return all that are stored, as they were at most `KEPT_MILLISECONDS` ago.

        Args:
            since: They are read anew where they were last read before this time (epoch milliseconds).

        Raises:
            OperatorError: AWS refuses, or there are too many.
        """
        with self._lock:
            if not self.at_hand(since):
                self._payments = payments(self._tables)
                self._read_at = self._clock()
            return self._payments
