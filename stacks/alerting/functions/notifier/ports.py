"""What the notification needs of the world; `adapters` has it from AWS."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Protocol

PENDING = "PENDING"
SENT = "SENT"


class NotifierError(Exception):
    """An alert could not be handled now; the queue delivers the message again. Holds no values of it."""


class Claim(Enum):
    """Who mails an alert."""

    OURS = "ours"
    ALREADY_SENT = "already sent"
    HELD_BY_ANOTHER = "held by another"


class AlertRecords(Protocol):
    """Where alerts are kept. A record's mail is PENDING, under a lease, until it is out, then SENT.

    A verdict may stand in the record before its alert does; what it wrote is kept.
    """

    def claim(self, record: Mapping[str, Any], *, now: int, lease_until: int) -> Claim:
        """Write the record as PENDING unless it was before; take over a PENDING one whose lease has run out.

        Args:
            record: The alert, with `alert_id`.
            now: Epoch milliseconds.
            lease_until: Until when nobody else may claim it, in epoch milliseconds.

        Raises:
            NotifierError: The table refuses.
        """
        ...

    def mark_sent(self, alert_id: str, *, message_id: str, now: int) -> None:
        """Note that the mail is out.

        Raises:
            NotifierError: The table refuses.
        """
        ...

    def release(self, alert_id: str) -> None:
        """Give up the lease of an alert whose mail is not out.

        Raises:
            NotifierError: The table refuses.
        """
        ...


class Mailer(Protocol):
    """Where mails go."""

    def publish(self, subject: str, body: str) -> str:
        """Publish one mail and return its message id.

        Raises:
            NotifierError: It was not taken.
        """
        ...
