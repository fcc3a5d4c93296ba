"""What the notification needs of the world; `adapters` has it from AWS."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, Protocol

from stacks.alerting.functions.notifier.close_request import CloseRequest
from stacks.alerting.functions.notifier.group import AlertGroup

PENDING: Final = "PENDING"
SENT: Final = "SENT"
GROUPED: Final = "GROUPED"

LEASE_MARGIN_MILLISECONDS: Final = 5_000
"""By how much a lease outlives the invocation that holds it."""


class NotifierError(Exception):
    """An alert could not be handled now; the queue delivers the message again. Holds no values of it."""


class Claim(Enum):
    """Who mails an alert."""

    OURS = "ours"
    DONE = "done"
    HELD_BY_ANOTHER = "held by another"


class AlertRecords(Protocol):
    """Where alerts are kept. A record's mail is PENDING, under a lease, until it is out, then SENT.

    It is GROUPED where the summary of a group tells of it.
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


class AlertGroups(Protocol):
    """Where groups are kept, one at most for each account. Every method raises NotifierError on refusal."""

    def open(self, group: AlertGroup, *, now: int) -> AlertGroup | None:
        """Store a new group and return None, or return the one that is in its place.

        A group gives its place up when it is closed, or over without anything to summarise; not to the alert
        that opened it, which may come again.
        """
        ...

    def change(self, group: AlertGroup) -> bool:
        """Store a group's next revision; False where another revision has been stored before."""
        ...

    def join(self, group: AlertGroup, alert_id: str, *, now: int) -> bool:
        """Store a group's next revision and turn the alert from PENDING to GROUPED; False for neither.

        True as well where the alert is not PENDING any more: it is told, or will be, already.
        """
        ...

    def begin_closing(self, request: CloseRequest, *, now: int, lease_until: int) -> AlertGroup | None:
        """Take no more alerts, and return the group under a lease; None where it is done with.

        Raises:
            NotifierError: Another invocation is at it, too.
        """
        ...

    def finish_closing(self, group: AlertGroup, *, message_id: str, now: int) -> None:
        """Note that a group is done with."""
        ...

    def release_closing(self, group: AlertGroup) -> None:
        """Give up the lease of a group whose summary is not out: until it is, it takes alerts again."""
        ...


class Closings(Protocol):
    """Remembers which groups are to be closed."""

    def request(self, request: CloseRequest, *, delay_seconds: int) -> None:
        """Have a group closed after 0 to 900 seconds.

        Raises:
            NotifierError: It was not taken.
        """
        ...
