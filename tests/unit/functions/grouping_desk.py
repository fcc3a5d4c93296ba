"""A notifier with groups on the tables and queues of a test, which may lose its power."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from moto import mock_aws

from shared.runtime.events import SuspiciousTransaction
from shared.runtime.logs import Logger
from stacks.alerting.functions.notifier.adapters import AlertsTable
from stacks.alerting.functions.notifier.close_request import CloseRequest
from stacks.alerting.functions.notifier.dependencies import Dependencies
from stacks.alerting.functions.notifier.groups_table import GroupsTable
from stacks.alerting.functions.notifier.handler import BatchHandler
from stacks.alerting.functions.notifier.settings import NotifierSettings
from tests.support.botocore_clients import create_client
from tests.unit.functions.builders import NOW, SECRET, stored, suspicious

WINDOW_SECONDS = 900
VISIBILITY_MILLISECONDS = 360_000
FULL_TIME = 30_000


class PowerCut(BaseException):
    """The invocation ends here, as a timeout ends it: nothing below runs."""


class Context:
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return FULL_TIME


class Desk:
    """A notifier on a real client of DynamoDB, mails and closings in lists; it may be cut short anywhere."""

    def __init__(self, window_seconds: int = WINDOW_SECONDS, most_mails: int = 0) -> None:
        client = create_client("dynamodb", attempts=1)
        client.create_table(
            TableName="alerts-test",
            KeySchema=[{"AttributeName": "alert_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "alert_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.client = client
        self.now = NOW
        self.calls_left: int | None = None
        self.mails: list[tuple[str, str]] = []
        self.closings: list[tuple[int, str]] = []
        """When each is due, and the message."""
        settings_read = NotifierSettings.read(
            {
                "ENVIRONMENT_SUFFIX": "test",
                "LOG_LEVEL": "ERROR",
                "PSEUDONYM_SECRET": SECRET,
                "ALERTS_TABLE": "alerts-test",
                "ALERTS_TIME_TO_LIVE_DAYS": "365",
                "FRAUD_ALERTS_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:fraud-alerts-topic-test",
                "TRANSACTIONS_TABLE": "transactions-test",
                "VERDICTS_URL": "https://api.example/transactions/{transaction_id}/verdict",
                "SUSPICIOUS_QUEUE_URL": "unused",
                "ALERT_GROUPING_SECONDS": str(window_seconds),
                "MOST_MAILS_PER_MINUTE": str(most_mails),
                "AWS_LAMBDA_FUNCTION_NAME": "notifier",
            }
        )
        self.dependencies = Dependencies(
            records=_Interruptible(AlertsTable(client, "alerts-test"), self),
            groups=_Interruptible(GroupsTable(client, "alerts-test"), self),
            closings=_Interruptible(self, self),
            mailer=_Interruptible(self, self),
            settings=settings_read,
            log=Logger("notifier", "ERROR"),
            clock=lambda: self.now,
        )

    def publish(self, title: str, text: str) -> str:
        self.mails.append((title, text))
        return f"message-{len(self.mails)}"

    def request(self, request: CloseRequest, *, delay_seconds: int) -> None:
        assert 0 <= delay_seconds <= 900, "of SQS"
        self.closings.append((self.now + delay_seconds * 1000, request.to_json()))

    def deliver(self, message: str, *, calls: int | None = None) -> bool:
        """Handle a message, with a power cut after so many calls; tell whether it may be deleted."""
        self.calls_left = calls
        event = {"Records": [{"messageId": "m", "body": message}]}
        try:
            answer = BatchHandler(self.dependencies).handle(event, Context())
        except PowerCut:
            return False
        finally:
            self.calls_left = None
        return not answer["batchItemFailures"]

    def close_what_is_due(self, cut_after: int | None = None) -> None:
        due = [each for each in self.closings if each[0] <= self.now]
        self.closings = [each for each in self.closings if each[0] > self.now]
        for _, message in due:
            if not self.deliver(message, calls=cut_after):
                self.closings.append((self.now + VISIBILITY_MILLISECONDS, message))

    def own_mails(self) -> Counter[str]:
        found = [re.search(r"^Transaction: (\S+)$", text, re.MULTILINE) for _, text in self.mails]
        return Counter(each[1] for each in found if each)

    def summaries(self) -> list[list[str]]:
        found = [re.findall(r"TRANSACTION=(\S+) TIMESTAMP=\d", text) for _, text in self.mails]
        return [ids for (_, text), ids in zip(self.mails, found, strict=True) if "\nFurther alerts: " in text]

    def statuses(self) -> dict[str, str]:
        items = self.client.scan(TableName="alerts-test")["Items"]
        return {
            item["transaction_id"]["S"]: item["mail_status"]["S"]
            for item in items
            if "transaction_id" in item
        }


class _Interruptible:
    """Passes calls on; the power is cut before or after one, as its desk says."""

    def __init__(self, inner: Any, desk: Desk) -> None:
        self._inner, self._desk = inner, desk

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._inner, name)

        def passed(*arguments: Any, **named: Any) -> Any:
            left = self._desk.calls_left
            if left == 0:
                raise PowerCut
            result = call(*arguments, **named)
            if left is not None:
                self._desk.calls_left = left - 1
                if left == 1:
                    raise PowerCut
            return result

        return passed


def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk as long as a test lasts, whose notifier waits for nobody."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    monkeypatch.setattr("stacks.alerting.functions.notifier.grouping.pause", lambda _: None)
    with mock_aws():
        yield Desk()


def alert(
    name: str, *, account: str = "account-1", score: str = "0.8", **changes: Any
) -> SuspiciousTransaction:
    transaction = stored(transaction_id=name, account_id=account, **{"amount": Decimal("500.00"), **changes})
    return suspicious(transaction=transaction, score=Decimal(score))
