"""The tables of an environment in this process, laid out as the data layer and filled as the functions do."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session, get_session
from moto import mock_aws

from shared.runtime import alerts, changes
from shared.runtime.dynamodb import from_item, to_item
from shared.runtime.events import StoredTransaction
from shared.runtime.pseudonym import pseudonym
from stacks.alerting.functions.notifier.adapters import AlertsTable
from stacks.alerting.functions.notifier.record import alert_record
from tests.support.botocore_clients import Translated
from tests.unit.functions.builders import NOW, SECRET, TRACE_ID, stored, suspicious
from tools.analyst.records.place import Records
from tools.analyst.records.tables import Tables
from tools.deploy.outputs import Outputs

ENVIRONMENT = "dev"
ACCOUNT_ID = "123456789012"
_ARN = f"arn:aws:dynamodb:us-east-1:{ACCOUNT_ID}:table"
OUTPUTS = {
    "network": {"account_id": ACCOUNT_ID, "key_arn": f"arn:aws:kms:us-east-1:{ACCOUNT_ID}:key/1"},
    "data": {
        **{
            f"{table}_table_{what}": f"{start}{table}-dev"
            for table in ("transactions", "profiles", "alerts")
            for what, start in (("name", ""), ("arn", f"{_ARN}/"))
        },
        "profiles_index_name": "changes-index-dev",
        "alerts_index_name": "alerts-by-status-index-dev",
    },
    "compute": {
        f"{name}_url": f"https://api1.execute-api.us-east-1.amazonaws.com/live/{path}"
        for name, path in (
            ("verdicts", "transactions/{transaction_id}/verdict"),
            ("controls", "controls"),
            ("rules", "rules"),
            ("approvals", "approvals"),
        )
    },
}
_KEYS = {
    "transactions": (("transaction_id", "timestamp"), None),
    "profiles": (("profile_id",), ("changes-index-dev", changes.INDEX_KEYS, changes.INDEXED)),
    "alerts": (("alert_id",), ("alerts-by-status-index-dev", alerts.INDEX_KEYS, alerts.INDEXED)),
}


@dataclass(frozen=True)
class InMemory:
    """The tables, who reaches them, and a file of outputs."""

    session: Session
    dynamodb: Any
    outputs: Path

    def tables(self) -> Tables:
        """The tables as analysts read them."""
        return Tables(Records.of(Outputs.read(ENVIRONMENT, self.outputs)), self.session)

    def items(self, table: str) -> list[dict[str, Any]]:
        """All items of a table, as plain values."""
        return [from_item(item) for item in self.dynamodb.scan(TableName=f"{table}-dev")["Items"]]

    def put(self, table: str, item: Mapping[str, Any]) -> None:
        """Write an item by hand."""
        self.dynamodb.put_item(TableName=f"{table}-dev", Item=to_item(item))

    def pay(self, transaction_id: str, **changes: Any) -> StoredTransaction:
        """Store a transaction as the ingest function does."""
        paid = stored(transaction_id=transaction_id, **changes)
        item = {name: getattr(paid, name) for name in StoredTransaction.__slots__}
        self.put("transactions", item)
        return paid

    def alert(self, transaction_id: str, *, score: str = "0.844401", **changes: Any) -> StoredTransaction:
        """Store a transaction, and its alert as the notifier does."""
        reasons = changes.pop("reasons", None)
        paid = self.pay(transaction_id, **changes)
        message = suspicious(transaction=paid, score=Decimal(score))
        if reasons is not None:
            message = replace(message, reasons=reasons)
        record = alert_record(
            message,
            account=pseudonym(paid.account_id, SECRET),
            trace_id=TRACE_ID,
            now=paid.received_at + 400,
            time_to_live_days=365,
        )
        table = AlertsTable(self.dynamodb, "alerts-dev")
        table.claim(record, now=NOW, lease_until=NOW)
        table.mark_sent(paid.alert_id, message_id="m-1", now=paid.received_at + 700)
        return paid

    def decide(self, paid: StoredTransaction, verdict: str, **changes: Any) -> None:
        """Write what the verdicts function writes."""
        revision = changes.pop("revision", 1)
        values = {
            **alerts.transaction_facts(paid),
            "status": verdict.upper(),
            "verdict": verdict,
            "verdict_revision": revision,
            "decided_by": "Ana",
            "decided_as": "arn:aws:iam::123456789012:user/ana",
            "decided_at": NOW,
            "note": "",
            **changes,
        }
        known = {each["alert_id"]: each for each in self.items("alerts")}.get(paid.alert_id, {})
        self.put("alerts", {**known, "alert_id": paid.alert_id, **values})


@contextmanager
def records_in_memory(monkeypatch: pytest.MonkeyPatch, directory: Path) -> Iterator[InMemory]:
    """Keep the tables as long as the block lasts."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    outputs = directory / "outputs.json"
    outputs.write_text(json.dumps(OUTPUTS))
    with mock_aws():
        session = get_session()
        dynamodb: Any = Translated(session.create_client("dynamodb", region_name="us-east-1"))
        for table, (keys, index) in _KEYS.items():
            dynamodb.create_table(**_shape(f"{table}-dev", keys, index))
        yield InMemory(session, dynamodb, outputs)


def _shape(
    name: str, keys: tuple[str, ...], index: tuple[str, tuple[str, str], tuple[str, ...]] | None
) -> dict[str, Any]:
    def schema(names: tuple[str, ...]) -> list[dict[str, str]]:
        kinds = ("HASH", "RANGE")
        return [{"AttributeName": each, "KeyType": kind} for each, kind in zip(names, kinds, strict=False)]

    shape: dict[str, Any] = {
        "TableName": name,
        "KeySchema": schema(keys),
        "BillingMode": "PAY_PER_REQUEST",
    }
    attributes = dict(zip(keys, "SN", strict=False))
    if index:
        attributes |= dict(zip(index[1], "SN", strict=True))
        shape["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index[0],
                "KeySchema": schema(index[1]),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index[2])},
            }
        ]
    shape["AttributeDefinitions"] = [
        {"AttributeName": each, "AttributeType": kind} for each, kind in attributes.items()
    ]
    return shape
