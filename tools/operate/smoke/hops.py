"""The hops of a transaction's way, and what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Hop(Enum):
    """Where a transaction must be seen, in order."""

    ANSWERED = "answered"
    STORED = "stored"
    JUDGED = "judged"
    RECORDED = "recorded"
    MAILED = "mailed"
    QUEUES = "queues"


class Measured(Enum):
    """Where a latency comes from."""

    CALLER = "the caller's clock"
    STORED = "stored times"
    POLLED = "polling: upper bound"
    NOT = ""


@dataclass(frozen=True)
class Passed:
    """One hop that the transaction passed.

    Attributes:
        hop: Which one.
        what: What was seen.
        milliseconds: How long it took; None where nothing tells.
        measured: By what.
    """

    hop: Hop
    what: str
    milliseconds: float | None = None
    measured: Measured = Measured.NOT


@dataclass(frozen=True)
class Evidence:
    """What could be seen at the moment of a failure.

    Attributes:
        status: HTTP status of the POST; 0 without an answer.
        answer: What the API said.
        pipe: State of the pipe.
        rule: State of the rule.
        before: Messages in each queue before the run.
        after: And when it failed.
    """

    status: int = 0
    answer: str = ""
    pipe: str = ""
    rule: str = ""
    before: Mapping[str, int] = field(default_factory=dict)
    after: Mapping[str, int] = field(default_factory=dict)

    def grown(self, queue: str) -> bool:
        """Whether a queue holds more than before the run."""
        return self.after.get(queue, 0) > self.before.get(queue, 0)


class HopFailedError(Exception):
    """A transaction did not pass a hop in time.

    Args:
        hop: The first one that it did not pass.
        transaction_id: Of the transaction.
        what: What was seen instead.
        evidence: For the diagnosis.
    """

    def __init__(self, hop: Hop, transaction_id: str, what: str, evidence: Evidence) -> None:
        super().__init__(f"{hop.value}: {what}")
        self.hop, self.transaction_id, self.what, self.evidence = hop, transaction_id, what, evidence
