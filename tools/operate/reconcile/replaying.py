"""Repeat missing steps: send events to the detector and messages to the notifier."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from shared.runtime.decisions import suspicious_transaction
from shared.runtime.events import transaction_of_item
from stacks.alerting.functions.notifier.close_request import CloseRequest
from tools.operate.redrive.messages import event_of_item
from tools.operate.sending import Bus, Queue
from tools.reconciliation.standing import Fault, Standing

Found = Sequence[tuple[Standing, Mapping[str, Any]]]


class Replayer:
    """Repeats missing steps; the first decision stands, and no mail is sent twice.

    Args:
        bus: Event bus to the detector.
        queue: Queue to the notifier.
    """

    def __init__(self, bus: Bus, queue: Queue) -> None:
        self._bus = bus
        self._queue = queue

    def replay(self, found: Found) -> Counter[str]:
        """Repeat the missing steps of transactions; return step -> number.

        Raises:
            NotTakenError: Entries were refused.
        """
        undecided = [item for standing, item in found if standing.fault is Fault.UNDECIDED]
        sent = Counter({Fault.UNDECIDED.value: self._bus.put([event_of_item(item) for item in undecided])})
        for fault in (Fault.UNRECORDED, Fault.UNMAILED):
            missing = [(standing, item) for standing, item in found if standing.fault is fault]
            sent[fault.value] = self._queue.tell([_alert(standing, item) for standing, item in missing])
        overdue = {
            (standing.grouped_with or "", standing.grouped_under or item["account_id"]["S"]): item
            for standing, item in found
            if standing.fault is Fault.UNSUMMARISED
        }
        closings = [
            (_closing(account_id, opened_by, item), item["trace_header"]["S"])
            for (opened_by, account_id), item in overdue.items()
        ]
        sent[Fault.UNSUMMARISED.value] = self._queue.send(closings)
        return +sent


def _alert(standing: Standing, item: Mapping[str, Any]) -> Any:
    stored = transaction_of_item(item)
    assert standing.decision is not None
    return suspicious_transaction(stored, standing.decision, stored.trace_header)


def _closing(account_id: str, opened_by: str, item: Mapping[str, Any]) -> str:
    header = transaction_of_item(item).trace_header
    return CloseRequest(account_id=account_id, opened_by=opened_by, trace_header=header).to_json()
