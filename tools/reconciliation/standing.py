"""How far one transaction has come, and what is missing. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Self

from shared.runtime.decisions import RecordedDecision, decision_of_item
from shared.runtime.dynamodb import from_attribute
from shared.runtime.fields import EventError
from stacks.alerting.functions.notifier.group import GroupState
from stacks.alerting.functions.notifier.ports import GROUPED, SENT

SUMMARY_GRACE_MILLISECONDS: Final = 10 * 60 * 1000
"""How long after its window a summary may be on its way: a message that fails comes after six minutes."""


class Fault(StrEnum):
    """What a transaction lacks, in words for people."""

    UNDECIDED = "stored and not decided"
    UNRECORDED = "suspicious and not recorded"
    UNMAILED = "recorded and not mailed"
    UNSUMMARISED = "grouped, and its summary is overdue"
    UNREADABLE = "not readable"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one transaction has come.

    Attributes:
        transaction_id: Its id.
        timestamp: Its time in epoch milliseconds.
        decision: What was decided; None where nothing was.
        mail_status: What the notifier noted with the alert; None where there is no alert or no note.
        grouped_with: Id of the alert that opened the group whose summary tells of it; None for none.
        grouped_under: The account of that group, as long as it is there.
        fault: What is missing; None where nothing is.
    """

    transaction_id: str
    timestamp: int
    decision: RecordedDecision | None = None
    mail_status: str | None = None
    grouped_with: str | None = None
    grouped_under: str | None = None
    fault: Fault | None = None

    @property
    def suspicious(self) -> bool:
        """Whether it raised an alert."""
        return self.decision is not None and self.decision.suspicious

    @classmethod
    def of_item(cls, item: Mapping[str, Any]) -> Self:
        """Read what the transaction's own item, in DynamoDB's wire form, tells of it."""
        key = (str(from_attribute(item["transaction_id"])), int(from_attribute(item["timestamp"])))
        try:
            decision = decision_of_item(item)
        except EventError:
            return cls(*key, fault=Fault.UNREADABLE)
        return cls(*key, decision, fault=Fault.UNDECIDED if decision is None else None)

    def with_alert(
        self, record: Mapping[str, Any] | None, groups: Sequence[Mapping[str, Any] | None], now: int
    ) -> "Standing":
        """Return the standing with what the alert's record and the groups, of plain values, tell.

        Args:
            record: The alert record; None where there is none.
            groups: Of the account, and of a flood; None for one that is not there.
            now: Epoch milliseconds.
        """
        known = record or {}
        whose = [each for each in groups if each and each.get("opened_by") == known.get("grouped_with")]
        group = whose[0] if whose else None
        return replace(
            self,
            mail_status=known.get("mail_status"),
            grouped_with=known.get("grouped_with"),
            grouped_under=group.get("account_id") if group else None,
            fault=_alert_fault(record, group, now),
        )


def _alert_fault(record: Mapping[str, Any] | None, group: Mapping[str, Any] | None, now: int) -> Fault | None:
    # A record without a note of its mail is a verdict's, given before the alert was recorded.
    if record is None or "mail_status" not in record:
        return Fault.UNRECORDED
    if record["mail_status"] == GROUPED:
        waits = (
            group is not None
            and group.get("group_state") != GroupState.CLOSED
            and now > int(group.get("closes_at", 0)) + SUMMARY_GRACE_MILLISECONDS
        )
        return Fault.UNSUMMARISED if waits else None
    return None if record["mail_status"] == SENT else Fault.UNMAILED


@dataclass
class Balance:
    """The sums over transactions.

    Attributes:
        stored: How many there are.
        decided: Of them.
        suspicious: Of those.
        suppressed: Of the decided: alerts that a control held back.
        degraded: Of the decided: made without something that could not be read.
        recorded: Of the suspicious.
        mailed: Of the recorded, alone or by a summary.
        faults: What is missing, and how often.
    """

    stored: int = 0
    decided: int = 0
    suspicious: int = 0
    suppressed: int = 0
    degraded: int = 0
    recorded: int = 0
    mailed: int = 0
    faults: dict[str, int] = field(default_factory=dict)

    def add(self, standings: Iterable[Standing]) -> None:
        """Add transactions."""
        for each in standings:
            decision = each.decision
            self.stored += 1
            self.decided += decision is not None
            self.suspicious += each.suspicious
            self.suppressed += decision is not None and decision.suppressed_by is not None
            self.degraded += decision is not None and bool(decision.scored_without)
            self.recorded += each.mail_status is not None
            self.mailed += each.mail_status is not None and each.fault is None
            if each.fault is not None:
                name = each.fault.value
                self.faults[name] = self.faults.get(name, 0) + 1
