"""Looks at each hop of a running pipeline for what became of the transactions."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from emulator.address import Emulator
from stacks.alerting.functions.notifier.ports import GROUPED
from tools.local.report.accounting import Decision
from tools.local.report.mailbox import Mail, Mailbox
from tools.local.report.tail import Tail
from tools.reconciliation.standing import Standing
from tools.reconciliation.tables import PipelineTables

DECISION_MESSAGES = {
    "suspicious": True,
    "scored": False,
    # By the delivery after a crash: its score is not known any more.
    "recorded after it was learnt: below the threshold": False,
}
SECONDS_BETWEEN_LOOKS = 0.25
# A failed asynchronous invocation is tried again within seconds here (a minute on AWS).
SECONDS_OF_PATIENCE = 45.0


class Observer:
    """Gathers decisions and mails as they come, and asks tables and queues when told to.

    Args:
        emulator: The embedded AWS that the pipeline runs on.
        run_directory: Its files: logs and mails.
        outputs: What the layers export, by name: the detector's name, the tables' names, the alerts' topic.
    """

    def __init__(self, emulator: Emulator, run_directory: Path, outputs: Mapping[str, Any]) -> None:
        self._dynamodb: Any = emulator.client("dynamodb")
        self._sqs: Any = emulator.client("sqs")
        self._outputs = outputs
        self._log = Tail(run_directory / "logs" / f"{outputs['detector_function_name']}.log")
        self._mailbox = Mailbox(run_directory)
        self.decisions: dict[str, Decision] = {}
        self.mails: list[Mail] = []

    def look(self) -> None:
        """Take in the decisions and fraud mails since the last look."""
        for line in self._log.new_lines():
            decision = read_decision(line)
            if decision is not None:
                self.decisions[decision.transaction_id] = decision
        self.mails.extend(
            mail
            for mail in self._mailbox.new_mails()
            if mail.topic_arn == self._outputs["fraud_alerts_topic_arn"]
        )

    @property
    def suspicious(self) -> set[str]:
        """Ids that the detector has called suspicious so far."""
        return {decision.transaction_id for decision in self.decisions.values() if decision.suspicious}

    @property
    def mailed(self) -> set[str]:
        """Ids that a mail has arrived about so far, alone or in a summary that lists them."""
        return {mail.transaction_id for mail in self.mails if not mail.summarised}.union(
            *(mail.listed for mail in self.mails)
        )

    def stored(self) -> frozenset[str]:
        """Ids in the table of transactions."""
        return self._ids_in(self._outputs["transactions_table_name"])

    def standings(self) -> list[Standing]:
        """What the tables tell of each transaction, read and joined as `make reconcile` does."""
        names = self._outputs["transactions_table_name"], self._outputs["alerts_table_name"]
        pages = PipelineTables(self._dynamodb, *names).pages(0, 2**53)
        return [standing for page in pages for standing, _ in page.found]

    def recorded(self) -> frozenset[str]:
        """Ids in the table of alerts; what a verdict alone has recorded is none."""
        noted = {"FilterExpression": "attribute_exists(mail_status)"}
        return self._ids_in(self._outputs["alerts_table_name"], **noted)

    def grouped(self) -> frozenset[str]:
        """Ids in the table of alerts that a summary tells of, or will tell of."""
        condition = {
            "FilterExpression": "mail_status = :grouped",
            "ExpressionAttributeValues": {":grouped": {"S": GROUPED}},
        }
        return self._ids_in(self._outputs["alerts_table_name"], **condition)

    def queued(self) -> dict[str, int]:
        """Messages in each queue that holds any, visible or in somebody's hands."""
        counts = {}
        for page in self._sqs.get_paginator("list_queues").paginate():
            for url in page.get("QueueUrls", ()):
                count = self._messages(url)
                if count:
                    counts[url.rsplit("/", 1)[-1]] = count
        return counts

    def wait_until_drained(
        self,
        accepted: frozenset[str],
        show: Callable[[int, int], None],
        patience: float = SECONDS_OF_PATIENCE,
    ) -> bool:
        """Wait until every accepted transaction is decided, every suspicious one mailed, every queue empty.

        Args:
            accepted: Ids that the API took.
            show: Called now and then with how many are decided and how many mailed.
            patience: Seconds without any change after which to give up.

        Returns:
            False when nothing has changed for ``patience`` seconds and something is still missing.
        """
        changed, before = time.monotonic(), (-1, -1, -1)
        while True:
            self.look()
            undecided = accepted - self.decisions.keys()
            unmailed = self.suspicious - self.mailed
            if unmailed and not undecided and self._summarised_beyond_the_lists():
                unmailed -= self.grouped()
            queued = self.queued() if not undecided and not unmailed else {}
            show(len(self.decisions), len(self.mailed))
            if not undecided and not unmailed and not queued:
                return True
            now = (len(undecided), len(unmailed), sum(queued.values()))
            if now != before:
                changed, before = time.monotonic(), now
            if time.monotonic() - changed > patience:
                return False
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def _summarised_beyond_the_lists(self) -> bool:
        return any(mail.summarised > len(mail.listed) for mail in self.mails)

    def _ids_in(self, table: str, **condition: Any) -> frozenset[str]:
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=table, ProjectionExpression="transaction_id", ConsistentRead=True, **condition
        )
        items = (item for page in pages for item in page["Items"])
        # Among the alert records stand the accounts' groups, which are about no single transaction.
        return frozenset(item["transaction_id"]["S"] for item in items if "transaction_id" in item)

    def _messages(self, url: str) -> int:
        names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ]
        attributes = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)


def read_decision(line: str) -> Decision | None:
    """Return the decision that a line of the detector's log tells, None where it tells something else."""
    if not line.startswith("{"):
        return None
    try:
        entry = json.loads(line)
    except ValueError:
        return (
            None  # not the detector's own line; a decision that it hid would be missed, and counted as lost
        )
    suspicious = DECISION_MESSAGES.get(entry.get("message"))
    if suspicious is None:
        return None
    return Decision(
        transaction_id=entry["transaction_id"],
        suspicious=suspicious,
        score=float(entry.get("score", 0)),
        reasons=tuple(entry.get("reasons", ())),
    )
