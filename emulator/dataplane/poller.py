"""A thread that looks for work, again and again, and says once what keeps it from looking."""

import logging
import threading
from abc import ABC, abstractmethod

from emulator.cloud.taps import Tap

log = logging.getLogger(__name__)

_PAUSE_SECONDS = 1.0
"""How long it waits where it could not look, or failed."""


class BlockedError(Exception):
    """There is no looking for work now; says why."""


class Poller(ABC):
    """Polls from `start` until `stop`, and at once when `woken_by` signals.

    Args:
        name: Whose work it is, for the log and the thread.
        woken_by: Signals that there may be work.
    """

    def __init__(self, name: str, woken_by: Tap[str]) -> None:
        self._poller_name, self._woken_by = name, woken_by
        self._wake = threading.Event()
        self._stopping = False

    def start(self) -> None:
        """Poll, in a thread of its own."""
        self._woken_by.listen(self.wake)
        threading.Thread(target=self._run, name=self._poller_name, daemon=True).start()

    def stop(self) -> None:
        """Begin nothing more; what is in work is finished."""
        self._stopping = True
        self._woken_by.forget(self.wake)
        self._wake.set()

    def wake(self, _: str = "") -> None:
        """Look again, at the settings too."""
        self._wake.set()

    @abstractmethod
    def _poll(self) -> float:
        """Do what there is to do; return how many seconds to wait before the next look.

        Raises:
            BlockedError: It cannot be done now.
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
