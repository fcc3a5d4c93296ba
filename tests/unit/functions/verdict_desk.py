"""A verdicts function on the tables of a test, and who asks it."""

import json
from typing import Any

import pytest

from shared.runtime.dynamodb import to_item
from shared.runtime.logs import Logger
from stacks.alerting.functions.notifier.adapters import AlertsTable
from stacks.alerting.functions.notifier.ports import Claim
from stacks.alerting.functions.notifier.record import alert_record
from stacks.compute.functions.verdicts.adapters import ChangesTable, DynamoTables, TableNames
from stacks.compute.functions.verdicts.changing import Changing
from stacks.compute.functions.verdicts.handler import VerdictsService
from stacks.compute.functions.verdicts.ruling import Ruling
from stacks.compute.functions.verdicts.settings import VerdictsSettings
from tests.unit.functions.builders import NOW, SECRET, TRACE_HEADER, TRACE_ID, body, stored, suspicious
from tests.unit.functions.conftest import Cloud

NAMES = TableNames("transactions-test", "alerts-test", "profiles-test")
CALLER = "arn:aws:sts::123456789012:assumed-role/analyst/ana"
SETTINGS = VerdictsSettings.read(
    {
        "ENVIRONMENT_SUFFIX": "test",
        "LOG_LEVEL": "DEBUG",
        "PSEUDONYM_SECRET": SECRET,
        "TRANSACTIONS_TABLE": NAMES.transactions,
        "ALERTS_TABLE": NAMES.alerts,
        "ALERTS_TIME_TO_LIVE_DAYS": "365",
        "PROFILES_TABLE": NAMES.profiles,
        "PROFILES_TIME_TO_LIVE_DAYS": "180",
        "ALLOW_ALONE_DAYS": "30",
        "ALLOW_ALONE_DOLLARS": "1000",
        "RULES_PUBLISHED_BY": "one",
    }
)
FRAUD = {"verdict": "confirmed_fraud", "decided_by": "Ana", "note": "The customer called."}
ALERT_ID = stored().alert_id


class Desk:
    """Where verdicts are given: the function on real clients, with parts that a test may replace."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.now = NOW
        self.remaining = 8_000
        self.tables: Any = DynamoTables(cloud.dynamodb, NAMES)

    def give(self, transaction_id: str = "t-1", **given: Any) -> tuple[int, dict[str, Any]]:
        return self.put(transaction_id, json.dumps({name: v for name, v in given.items() if v is not None}))

    def put(self, transaction_id: str, text: str, caller: str | None = CALLER) -> tuple[int, dict[str, Any]]:
        ruling = Ruling(self.tables, SETTINGS, clock=lambda: self.now)
        event = {
            "resource": "/transactions/{transaction_id}/verdict",
            "pathParameters": {"transaction_id": transaction_id},
            "body": text,
            "requestContext": {"identity": {"userArn": caller}},
        }
        changing = Changing(ChangesTable(self.cloud.dynamodb, NAMES.profiles), SETTINGS.limits)
        service = VerdictsService(ruling, changing, Logger("verdicts", "DEBUG"))
        answer = service.respond(event, lambda: self.remaining)
        assert answer["headers"]["Content-Type"] == "application/json"
        return answer["statusCode"], json.loads(answer["body"])

    def record(self, alert_id: str = ALERT_ID) -> dict[str, Any]:
        [found] = [item for item in self.cloud.items("alerts-test") if item["alert_id"] == alert_id]
        return found

    def store(self, **changes: Any) -> None:
        item = {**body(**changes), "received_at": NOW, "trace_header": TRACE_HEADER, "body_hash": "0"}
        self.cloud.dynamodb.put_item(TableName="transactions-test", Item=to_item(item))

    def alert(self) -> Claim:
        """What the notifier does first when the alert's message comes."""
        record = alert_record(
            suspicious(transaction=stored()),
            account="acct-0",
            trace_id=TRACE_ID,
            now=self.now,
            time_to_live_days=365,
        )
        table = AlertsTable(self.cloud.dynamodb, "alerts-test")
        return table.claim(record, now=self.now, lease_until=self.now + 1)

    def mark(self) -> None:
        """What the notifier does last."""
        table = AlertsTable(self.cloud.dynamodb, "alerts-test")
        table.mark_sent(ALERT_ID, message_id="m-1", now=self.now)


def asked_desk(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk that knows one transaction."""
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE_HEADER)
    desk = Desk(cloud)
    desk.store()
    return desk
