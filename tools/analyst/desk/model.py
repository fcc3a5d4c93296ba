"""The alerts of the last days in memory, kept up to date by queries of the index."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

from shared.runtime.alerts import AlertStatus
from tools.analyst.records.alert import Alert
from tools.analyst.records.tables import Tables
from tools.deploy.outputs import OperatorError

SECONDS_BETWEEN_LOOKS: Final = 3.0
SECONDS_BETWEEN_WHOLE_LOOKS: Final = 600.0
"""A look asks for what came lately; a whole one sees what others decided about older alerts, too."""
OVERLAP_MILLISECONDS: Final = 300_000
"""An alert that is recorded longer after its payment was received is found by the next whole look."""
_DAY_MILLISECONDS: Final = 86_400_000


def now() -> int:
    """Return the epoch milliseconds."""
    return time.time_ns() // 1_000_000


class Model:
    """What the pages show of alerts; safe to use from several threads.

    Args:
        tables: Where they are kept.
        days: How far back they are shown.
        clock: Returns the epoch milliseconds of now.
    """

    def __init__(self, tables: Tables, days: int, clock: Callable[[], int] = now) -> None:
        self.days = days
        self._tables = tables
        self._clock = clock
        self._lock = threading.Lock()
        self._alerts: Mapping[str, Alert] = {}
        self.version = 0
        self.looked_at = 0
        self.error = ""

    def all(self) -> list[Alert]:
        """Return all records, in no order."""
        return list(self._alerts.values())

    def get(self, alert_id: str) -> Alert | None:
        """Return a record of the last days."""
        return self._alerts.get(alert_id)

    @property
    def since(self) -> int:
        """From when on records are shown, in epoch milliseconds."""
        return self._clock() - self.days * _DAY_MILLISECONDS

    def look(self, *, whole: bool) -> None:
        """Read what is new, or everything; a failure is told by `error` and leaves what was known.

        Args:
            whole: Everything.
        """
        try:
            known = {} if whole else dict(self._alerts)
            latest = max((alert.received_at for alert in known.values()), default=0)
            since = max(self.since, latest - OVERLAP_MILLISECONDS)
            for status in AlertStatus:
                known |= {alert.alert_id: alert for alert in self._tables.alerts(status, since=since)}
        except OperatorError as error:
            self.error = str(error)
            return
        self.error = self._tables.unreadable_told()
        self._replace(known)
        self.looked_at = self._clock()

    def reread(self, alert_id: str) -> None:
        """Read one whole record anew.

        Raises:
            OperatorError: AWS refuses.
        """
        if found := self._tables.alert(alert_id):
            self.take(found)

    def take(self, alert: Alert) -> Alert:
        """Know a whole record that was just read, and return it."""
        if alert.received_at >= self.since:
            self._replace({**self._alerts, alert.alert_id: alert})
        return alert

    def _replace(self, alerts: Mapping[str, Alert]) -> None:
        with self._lock:
            # The index is behind by a moment: a verdict that we have seen recorded stays seen.
            merged = {
                key: known if (known := self._alerts.get(key)) and known.revision > alert.revision else alert
                for key, alert in alerts.items()
            }
            if merged != self._alerts:
                self._alerts = merged
                self.version += 1


class Watching(threading.Thread):
    """Looks again and again while the page is open.

    Args:
        model: What to keep up to date.
        stopped: Set when the page closes.
    """

    def __init__(self, model: Model, stopped: threading.Event) -> None:
        super().__init__(name="watching", daemon=True)
        self._model = model
        self._stopped = stopped

    def run(self) -> None:
        """Look until stopped."""
        whole_at = time.monotonic() + SECONDS_BETWEEN_WHOLE_LOOKS
        while not self._stopped.wait(SECONDS_BETWEEN_LOOKS):
            whole = time.monotonic() >= whole_at
            self._model.look(whole=whole)
            if whole:
                whole_at = time.monotonic() + SECONDS_BETWEEN_WHOLE_LOOKS
