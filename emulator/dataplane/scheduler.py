"""Work that is due later: retries with a delay."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)


class Scheduler:
    """Calls functions after a delay, in one thread; what it calls hands longer work on."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._stopping = False
        threading.Thread(target=self._run, name="scheduler", daemon=True).start()

    def after(self, seconds: float, work: Callable[[], None]) -> None:
        """Call `work` once, `seconds` from now; never after `stop`."""
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._numbers), work))
            self._changed.notify()

    def stop(self) -> None:
        """Drop everything that is not due yet."""
        with self._changed:
            self._stopping = True
            self._changed.notify()

    def _run(self) -> None:
        while (work := self._next()) is not None:
            try:
                work()
            except Exception:
                log.exception("scheduled work failed")

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while not self._stopping:
                now = time.monotonic()
                if self._due and self._due[0][0] <= now:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(self._due[0][0] - now if self._due else None)
        return None
