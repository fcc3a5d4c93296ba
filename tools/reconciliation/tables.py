"""The tables of transactions and alerts, read page by page and joined."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.runtime.alerts import group_key
from shared.runtime.events import alert_id_of
from stacks.alerting.functions.notifier.group import FLOOD
from stacks.alerting.functions.notifier.ports import GROUPED
from stacks.compute.functions.profiles.reading import read_items
from tools.reconciliation.standing import Standing

MOST_KEYS: Final = 100  # of one BatchGetItem
BYTES_OF_A_READ_UNIT: Final = 8 * 1024
"""Of a read that is not consistent: two of 4 KB."""
DOLLARS_PER_READ_UNIT: Final = 0.125 / 1_000_000
"""On demand, us-east-1, November 2026: https://aws.amazon.com/dynamodb/pricing/on-demand/."""

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Cost:
    """What it costs to read a table once; its size is what DynamoDB says, up to six hours old."""

    table: str
    items: int
    size_bytes: int

    @property
    def read_units(self) -> int:
        """Units of capacity."""
        return -(-self.size_bytes // BYTES_OF_A_READ_UNIT)

    @property
    def dollars(self) -> float:
        """At the price of on-demand capacity."""
        return self.read_units * DOLLARS_PER_READ_UNIT


@dataclass(frozen=True)
class Page:
    """Transactions that were read together.

    Attributes:
        found: Each transaction's standing and its item in DynamoDB's wire form.
        next_key: Where the next page begins, in wire form; None after the last one.
        scanned: How many items DynamoDB went over.
    """

    found: Sequence[tuple[Standing, Item]]
    next_key: Item | None
    scanned: int


class PipelineTables:
    """The tables of one environment.

    Args:
        client: Of DynamoDB.
        transactions: Name of the table of transactions.
        alerts: Name of the table of alert records.
        clock: Returns the epoch milliseconds of now.
    """

    def __init__(
        self,
        client: Any,
        transactions: str,
        alerts: str,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._client = client
        self._transactions = transactions
        self._alerts = alerts
        self._clock = clock

    def cost(self) -> Cost:
        """Say what it will cost to read all transactions."""
        table = self._client.describe_table(TableName=self._transactions)["Table"]
        return Cost(self._transactions, table["ItemCount"], table["TableSizeBytes"])

    def pages(self, earliest: int, latest: int, start_key: Item | None = None) -> Iterator[Page]:
        """Yield the transactions that ingest stored between two times, in epoch milliseconds.

        Reads the whole table: it has no other order.

        Args:
            earliest: The first millisecond.
            latest: The last millisecond.
            start_key: Where to go on, as `Page.next_key` said.
        """
        request: dict[str, Any] = {
            "TableName": self._transactions,
            "FilterExpression": "received_at BETWEEN :earliest AND :latest",
            "ExpressionAttributeValues": {
                ":earliest": {"N": str(earliest)},
                ":latest": {"N": str(latest)},
            },
        }
        while True:
            start = {"ExclusiveStartKey": start_key} if start_key else {}
            answer = self._client.scan(**request, **start)
            start_key = answer.get("LastEvaluatedKey")
            items: Sequence[Item] = answer["Items"]
            yield Page(self._joined(items), start_key, answer["ScannedCount"])
            if not start_key:
                return

    def _joined(self, items: Sequence[Item]) -> list[tuple[Standing, Item]]:
        standings = [Standing.of_item(item) for item in items]
        accounts = {
            alert_id_of(each.transaction_id, each.timestamp): item["account_id"]["S"]
            for each, item in zip(standings, items, strict=True)
            if each.suspicious
        }
        records = self._records(list(accounts))
        grouped = [each for each, record in records.items() if record.get("mail_status") == GROUPED]
        flood = [FLOOD] if grouped else []
        groups = self._records([group_key(each) for each in (*(accounts[each] for each in grouped), *flood)])
        now = self._clock()
        joined = []
        for standing, item in zip(standings, items, strict=True):
            if standing.suspicious:
                alert_id = alert_id_of(standing.transaction_id, standing.timestamp)
                told_by = [groups.get(group_key(each)) for each in (accounts[alert_id], FLOOD)]
                standing = standing.with_alert(records.get(alert_id), told_by, now)  # noqa: PLW2901
            joined.append((standing, item))
        return joined

    def _records(self, alert_ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        wanted = list(dict.fromkeys(alert_ids))
        found: dict[str, Mapping[str, Any]] = {}
        for start in range(0, len(wanted), MOST_KEYS):
            keys = [{"alert_id": each} for each in wanted[start : start + MOST_KEYS]]
            items = read_items(self._client, {self._alerts: keys})[self._alerts]
            found |= {item["alert_id"]: item for item in items}
        return found
