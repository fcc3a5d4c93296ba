"""What an analyst does from the page: verdicts with a moment to take them back, lists, snoozes, rules."""

import argparse
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tools.analyst.controls import asked
from tools.analyst.decisions import Decided, Decisions
from tools.analyst.desk.model import Model, now
from tools.analyst.publishing import publication_body
from tools.analyst.records.alert import Alert
from tools.analyst.records.tables import Tables
from tools.analyst.verdict import give
from tools.deploy.outputs import OperatorError
from tools.deploy.signed_api import SignedApi

UNDO_SECONDS: Final = 5.0
"""So long a verdict waits, in which it can be taken back: once recorded it has taught the scores."""
VERDICTS: Final[Mapping[str, str]] = {"confirmed_fraud": "fraud", "legitimate": "legitimate"}


@dataclass(frozen=True)
class Pending:
    """A verdict that is on its way, or that was not recorded.

    Attributes:
        alert: What it is about.
        verdict: What was decided.
        note: Why.
        fault: Why it was not recorded, empty while it is on its way.
    """

    alert: Alert
    verdict: str
    note: str
    fault: str = ""


class Verdicts:
    """Verdicts on their way to the API; safe to use from several threads.

    Args:
        api: What signs and sends.
        url: Where verdicts go.
        by: Who decides.
        model: Told of what was recorded.
        seconds: How long each waits.
    """

    def __init__(
        self, api: SignedApi, url: str, by: str, model: Model, seconds: float = UNDO_SECONDS
    ) -> None:
        self._api, self._url, self._by, self._model = api, url, by, model
        self._seconds = seconds
        self._lock = threading.Lock()
        self._pending: dict[str, Pending] = {}
        self._timers: dict[str, threading.Timer] = {}
        self.version = 0

    def pending(self) -> Mapping[str, Pending]:
        """Return what is on its way or was not recorded, by the alert's id."""
        with self._lock:
            return dict(self._pending)

    def decide(self, alert: Alert, verdict: str, note: str) -> None:
        """Record a verdict in a moment; another one on the same alert takes its place."""
        timer = threading.Timer(self._seconds, self._send, (alert.alert_id,))
        timer.daemon = True
        with self._lock:
            self._take(alert.alert_id)
            self._pending[alert.alert_id] = Pending(alert, verdict, note)
            self._timers[alert.alert_id] = timer
            self.version += 1
        timer.start()

    def undo(self, alert_id: str) -> Pending | None:
        """Take a verdict back that is not recorded yet; None where it is too late."""
        with self._lock:
            return self._take(alert_id)

    def close(self) -> None:
        """Send at once what still waits."""
        with self._lock:
            waiting = list(self._timers)
        for alert_id in waiting:
            self._send(alert_id)

    def _take(self, alert_id: str) -> Pending | None:
        self.version += 1
        if timer := self._timers.pop(alert_id, None):
            timer.cancel()
        elif not self._pending.get(alert_id, _NONE).fault:
            return None
        return self._pending.pop(alert_id, None)

    def _send(self, alert_id: str) -> None:
        with self._lock:
            # Whoever takes the timer sends; nobody can take the verdict back from here on.
            timer = self._timers.pop(alert_id, None)
            pending = self._pending.get(alert_id)
        if timer is None or pending is None:
            return
        timer.cancel()
        body: dict[str, Any] = {
            "verdict": pending.verdict,
            "decided_by": self._by,
            "timestamp": pending.alert.timestamp,
            **({"note": pending.note} if pending.note else {}),
        }
        fault = ""
        try:
            give(self._api, self._url, pending.alert.transaction_id, body)
            self._model.reread(alert_id)
        except OperatorError as error:
            fault = str(error)
        with self._lock:
            self.version += 1
            if fault:
                self._pending[alert_id] = Pending(pending.alert, pending.verdict, pending.note, fault)
            else:
                self._pending.pop(alert_id, None)


_NONE: Final = argparse.Namespace(fault="")


class Controls:
    """Lists and snoozes, and the rules in force, put to the signed API.

    Args:
        decisions: The API.
        tables: Reads what is in force.
        environment: Named in what somebody else has to run.
        by: Who decides.
        clock: Returns the epoch milliseconds of now.
    """

    def __init__(
        self,
        decisions: Decisions,
        tables: Tables,
        environment: str,
        by: str,
        clock: Callable[[], int] = now,
    ) -> None:
        self._decisions, self._tables = decisions, tables
        self._environment, self._by, self._clock = environment, by, clock

    def get(self, key: str) -> dict[str, Any] | None:
        """Return an item in force.

        Raises:
            OperatorError: AWS refuses.
        """
        return self._tables.profile(key)

    def set(self, kind: str, identifier: str, given: Mapping[str, str]) -> None:
        """Set list and snooze of an account or a merchant.

        Args:
            kind: `account` or `merchant`.
            identifier: Its id.
            given: `list`, `until`, `snooze`, `amount` and `note` as forms have them; what is empty stays.

        Raises:
            WaitsError: A second person is wanted.
            OperatorError: A time is none, or the API refuses.
        """
        names = ("list", "until", "snooze", "amount")
        options = argparse.Namespace(**{name: given.get(name) or None for name in names})
        who = {"decided_by": self._by, "note": given.get("note") or None}
        body = {f"{kind}_id": identifier, **asked(options, self._clock()), **who}
        self._done(self._decisions.controls(body))

    def publish(self, before: Mapping[str, Any] | None, text: str | None, note: str) -> None:
        """Put rules in force in place of what was read.

        Raises:
            WaitsError: A second person is wanted.
            OperatorError: The API refuses, or somebody else has published meanwhile.
        """
        self._done(self._decisions.rules(publication_body(before, text, self._by, note)))

    def _done(self, decided: Decided) -> None:
        if decided.waits:
            raise WaitsError(decided.told(self._environment))


class WaitsError(OperatorError):
    """A change is recorded, and in force when a second person approves it; says how."""
