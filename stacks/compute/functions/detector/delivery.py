"""One delivery of a transaction, on its way to a decision."""

from dataclasses import dataclass

from shared.runtime.events import StoredTransaction
from shared.runtime.logs import Logger
from shared.runtime.tracing import Segment
from stacks.compute.functions.detector.scoring import Decision, Transaction


@dataclass
class Delivery:
    """A transaction as it was delivered, and how its decision was come to.

    Attributes:
        stored: The transaction as it is stored.
        transaction: The same as scores see it.
        segment: Where calls are timed.
        log: Where to log.
        conflicts: Writes of the profile that met another payment of the account.
        without: What could not be read, in the order in which it is logged.
        challenger: What the challenger would have decided.
    """

    stored: StoredTransaction
    transaction: Transaction
    segment: Segment
    log: Logger
    conflicts: int = 0
    without: tuple[str, ...] = ()
    challenger: Decision | None = None

    def leave_out(self, *parts: str) -> None:
        """Note parts that could not be read."""
        self.without = tuple(dict.fromkeys((*self.without, *parts)))
