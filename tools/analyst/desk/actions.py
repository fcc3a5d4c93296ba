"""What an analyst does from the page: verdicts with a moment to take them back, lists, snoozes, rules."""

import argparse
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.session import Session

from stacks.compute.functions.profiles.items import account_key, controls_key, merchant_key
from tools.analyst.controls import edited
from tools.analyst.desk.model import Model, now
from tools.analyst.profiles_table import Change, Items, Place
from tools.analyst.records.alert import Alert
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
    """Lists and snoozes, and the rules in force.

    Args:
        place: The table of profiles.
        session: Whose credentials to use.
        by: Who decides.
        clock: Returns the epoch milliseconds of now.
    """

    def __init__(self, place: Place, session: Session, by: str, clock: Callable[[], int] = now) -> None:
        self.items = Items(place, session, "make controls")
        self._by, self._clock = by, clock

    def change(self, note: str) -> Change:
        """Return who changes something now, and why."""
        return Change(self._by, self._clock(), note or None)

    def set(self, kind: str, identifier: str, asked: Mapping[str, str]) -> None:
        """Set list and snooze of an account or a merchant.

        Args:
            kind: `account` or `merchant`.
            identifier: Its id.
            asked: `list`, `until`, `snooze` and `note` as forms have them; what is empty stays as it is.

        Raises:
            OperatorError: A time is none, or AWS refuses.
        """
        key = controls_key(account_key(identifier) if kind == "account" else merchant_key(identifier))
        item = self.items.get(key)
        options = argparse.Namespace(
            **{name: asked.get(name) or None for name in ("list", "until", "snooze")}
        )
        values = edited(item, options, self._clock())
        self.items.replace(key, item, values, self.change(asked.get("note", "")))
