"""A polling thread that logs each cause of being blocked once."""

import logging
import threading
from abc import ABC, abstractmethod

from emulator.cloud.taps import Tap

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 1.0
"""Delay after a poll that was blocked or failed."""


class BlockedError(Exception):
    """The poller cannot work now; the message says why."""


class Poller(ABC):
    """Polls from `start` until `stop`, and at once when `woken_by` signals.

    Args:
        name: Name of the thread, and of the poller in the log.
        woken_by: Signals possible work.
    """

    def __init__(self, name: str, woken_by: Tap[str]) -> None:
        self._poller_name, self._woken_by = name, woken_by
        self._wake = threading.Event()
        self._stopping = False

    def start(self) -> None:
        """Start the polling thread."""
        self._woken_by.listen(self.wake)
        threading.Thread(target=self._run, name=self._poller_name, daemon=True).start()

    def stop(self) -> None:
        """Stop polling; work in progress is finished."""
        self._stopping = True
        self._woken_by.forget(self.wake)
        self._wake.set()

    def wake(self, _: str = "") -> None:
        """Poll now, with fresh settings."""
        self._wake.set()

    @abstractmethod
    def _poll(self) -> float:
        """Do the available work; return the seconds to wait before the next poll.

        Raises:
            BlockedError: Work is not possible now.
        """

    def _run(self) -> None:
        problem = ""
        while not self._stopping:
            self._wake.clear()
            try:
                pause = self._poll()
                problem = ""
            except BlockedError as error:
                if str(error) != problem:
                    log.warning("%s: %s", self._poller_name, error)
                problem, pause = str(error), _PAUSE_SECONDS
            except Exception:
                log.exception("%s: a poll failed", self._poller_name)
                pause = _PAUSE_SECONDS
            if pause > 0:
                self._wake.wait(pause)
