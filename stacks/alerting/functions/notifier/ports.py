"""Ports of the notifier; `adapters` and `groups_table` implement them on AWS."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, Protocol

from stacks.alerting.functions.notifier.close_request import CloseRequest
from stacks.alerting.functions.notifier.group import AlertGroup

PENDING: Final = "PENDING"
SENT: Final = "SENT"
GROUPED: Final = "GROUPED"

LEASE_MARGIN_MILLISECONDS: Final = 5_000
"""Time by which a lease outlives its invocation."""


class NotifierError(Exception):
    """An alert could not be processed, and will be redelivered. The text has none of its values."""


class Claim(Enum):
    """Result of claiming an alert record."""

    OURS = "ours"
    DONE = "done"
    HELD_BY_ANOTHER = "held by another"


class AlertRecords(Protocol):
    """The alert records. A record's mail is PENDING, under a lease, until it is SENT.

    It is GROUPED if it is part of a group's summary. A verdict may be recorded before its alert and is kept.
    """

    def claim(self, record: Mapping[str, Any], *, now: int, lease_until: int) -> Claim:
        """Write a new record as PENDING, or take over a PENDING one whose lease has expired.

        Args:
            record: The alert, with `alert_id`.
            now: Epoch milliseconds.
            lease_until: End of the lease, in epoch milliseconds.

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
    """Sends mails."""

    def publish(self, subject: str, body: str) -> str:
        """Publish a mail and return its message id.

        Raises:
            NotifierError: It was not taken.
        """
        ...


class AlertGroups(Protocol):
    """The groups, at most one per account. Every method raises NotifierError if the table refuses."""

    def open(self, group: AlertGroup, *, now: int) -> AlertGroup | None:
        """Store a new group and return None, or return the existing one.

        A closed group, or a finished one without a summary, is replaced, but not by a redelivery of the alert
        that opened it.
        """
        ...

    def change(self, group: AlertGroup) -> bool:
        """Store a group's next revision; return False after a concurrent change."""
        ...

    def join(self, group: AlertGroup, alert_id: str, *, now: int) -> bool:
        """Store a group's next revision and change the alert from PENDING to GROUPED; False if neither.

        Returns True if the alert is no longer PENDING: it is already notified of, or will be.
        """
        ...

    def begin_closing(self, request: CloseRequest, *, now: int, lease_until: int) -> AlertGroup | None:
        """Begin to close a group and return it under a lease, or None if it is closed.

        Raises:
            NotifierError: Another invocation is closing the group.
        """
        ...

    def finish_closing(self, group: AlertGroup, *, message_id: str, now: int) -> None:
        """Mark a group as closed."""
        ...

    def release_closing(self, group: AlertGroup) -> None:
        """Release the lease of a group whose summary was not sent, so that it accepts alerts again."""
        ...


class Closings(Protocol):
    """Schedules the closing of groups."""

    def request(self, request: CloseRequest, *, delay_seconds: int) -> None:
        """Schedule the closing of a group after 0 to 900 seconds.

        Raises:
            NotifierError: It was not taken.
        """
        ...
