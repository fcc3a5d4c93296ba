"""What came of a run with faults: the balance of every hop, and whether a decision has ever changed. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tools.local.report.accounting import Account
from tools.reconciliation.standing import Standing

if TYPE_CHECKING:
    from shared.runtime.decisions import RecordedDecision

Key = tuple[str, int]
"""A transaction: its id and its time."""


class Decisions:
    """The first decision that was seen about each transaction, and which were another one later."""

    def __init__(self) -> None:
        self._first: dict[Key, RecordedDecision] = {}
        self.changed: set[Key] = set()

    def see(self, standings: Iterable[Standing]) -> None:
        """Take in what the tables say at the moment."""
        for each in standings:
            key = (each.transaction_id, each.timestamp)
            first = self._first.get(key)
            if first is None and each.decision is not None:
                self._first[key] = each.decision
            elif first != each.decision:
                self.changed.add(key)


@dataclass
class Balance:
    """The figures of a run.

    Attributes:
        account: Of every hop, each by its own evidence.
        decisions: What was seen of them on the way.
        left: Messages that are left in queues, but for the poison that nobody can read, by queue.
        poison: Unreadable messages and events that were planted.
        poison_kept: Of these, those that are in a dead-letter queue at the end.
        redriven: Messages that went back on their way from dead-letter queues.
        unreconciled: What `make reconcile` finds missing, line by line.
        faults: How often each kind of fault struck.
        seed: Of the run.
        seconds: How long it took, from the first POST to the last look.
    """

    account: Account
    decisions: Decisions
    left: Mapping[str, int]
    poison: int
    poison_kept: int
    redriven: int
    unreconciled: Sequence[str]
    faults: Mapping[str, int]
    seed: int
    seconds: float
    wrong: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.wrong = self._wrong()

    def as_json(self) -> dict[str, Any]:
        """Return the figures by their published keys."""
        account = self.account
        return {
            "seed": self.seed,
            "sent": len(account.sent),
            "stored": len(account.evidence.stored),
            "decided": len(account.decided & account.evidence.stored),
            "suspicious": len(account.suspicious),
            "recorded": len(account.suspicious & account.evidence.recorded),
            "told": len(account.suspicious & account.mailed),
            "lost": len(account.losses.ids),
            "told_twice": len(account.mailed_twice),
            "decisions_changed": len(self.decisions.changed),
            "left_in_queues": sum(self.left.values()),
            "redriven": self.redriven,
            "poison": self.poison,
            "poison_kept": self.poison_kept,
            "faults": dict(sorted(self.faults.items())),
            "seconds": round(self.seconds, 1),
            "wrong": self.wrong,
        }

    def _wrong(self) -> list[str]:
        wrong = [each for each in self.account.faults() if "messages left in" not in each]
        if self.decisions.changed:
            some = ", ".join(sorted(each for each, _ in self.decisions.changed)[:3])
            wrong.append(f"{len(self.decisions.changed)} decisions changed: {some}")
        wrong += [f"{count} messages left in {name}" for name, count in self.left.items() if count]
        wrong += [f"make reconcile: {each}" for each in self.unreconciled]
        if self.poison_kept != self.poison:
            wrong.append(f"{self.poison} unreadable messages were planted, {self.poison_kept} are kept")
        return wrong
