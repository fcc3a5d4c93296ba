"""AWS in this process: real botocore clients, answered by moto without a socket."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from moto import mock_aws

from shared.runtime.changes import INDEX_KEYS, INDEXED, Changed
from shared.runtime.clients import CONDITION_UNMET, AwsError
from shared.runtime.dynamodb import from_item
from stacks.compute.functions.detector import controls_table
from stacks.compute.functions.detector.adapters import ProfilesTable
from stacks.compute.functions.detector.controls_table import ControlsTable
from stacks.compute.functions.detector.scoring import Controls
from stacks.compute.functions.profiles.items import controls_key
from tests.support.botocore_clients import create_client
from tests.unit.functions.builders import NOW
from tests.unit.functions.changes_desk import Desk
from tests.unit.tools.analyst.table import table_in_memory

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient


INDEX = "changes-index-test"


@dataclass(frozen=True)
class Cloud:
    """The tables, queues and topics that the functions use."""

    dynamodb: "DynamoDBClient"
    sqs: "SQSClient"
    sns: "SNSClient"
    queue_url: str
    topic_arn: str
    mailbox_url: str

    def items(self, table: str) -> list[dict[str, Any]]:
        """All items of a table, as plain values."""
        return [from_item(item) for item in self.dynamodb.scan(TableName=table)["Items"]]

    def profiles(self, kind: type[ProfilesTable] = ProfilesTable) -> ProfilesTable:
        """The table of profiles as the detector has it."""
        return kind(self.dynamodb, "profiles-test", controls_in(self.dynamodb))

    def store(self, item: Mapping[str, Any]) -> None:
        """Store a transaction's item, in wire form, unless one of its key is stored."""
        try:
            self.dynamodb.put_item(
                TableName="transactions-test",
                Item=item,
                ConditionExpression="attribute_not_exists(transaction_id)",
            )
        except AwsError as error:
            if error.code != CONDITION_UNMET:
                raise

    def messages(self, url: str) -> list[Any]:
        """Take all messages from a queue."""
        taken: list[Any] = []
        while batch := self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        ).get("Messages"):
            taken += batch
        return taken


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    monkeypatch.delenv("_X_AMZN_TRACE_ID", raising=False)
    monkeypatch.setattr(controls_table, "REMEMBERED_SECONDS", 0.0)
    with mock_aws():
        dynamodb, sqs, sns = _client("dynamodb"), _client("sqs"), _client("sns")
        _create_table(dynamodb, "transactions-test", transaction_id="S", timestamp="N")
        _create_table(dynamodb, "profiles-test", profile_id="S")
        _index_changes(dynamodb)
        _create_table(dynamodb, "alerts-test", alert_id="S")
        topic_arn = sns.create_topic(Name="fraud-alerts-topic-test")["TopicArn"]
        mailbox_url = sqs.create_queue(QueueName="mailbox")["QueueUrl"]
        sns.subscribe(
            TopicArn=topic_arn, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:mailbox"
        )
        yield Cloud(
            dynamodb=dynamodb,
            sqs=sqs,
            sns=sns,
            queue_url=sqs.create_queue(QueueName="suspicious-queue-test")["QueueUrl"],
            topic_arn=topic_arn,
            mailbox_url=mailbox_url,
        )


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Desk]:
    with table_in_memory(monkeypatch, tmp_path) as table:
        yield Desk(table, monkeypatch)


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Desk]:
    """Return a desk where publishing rules takes two people."""
    with table_in_memory(monkeypatch, tmp_path, RULES_PUBLISHED_BY="two") as table:
        yield Desk(table, monkeypatch)


def control(profile_id: str, **values: Any) -> dict[str, Any]:
    """The item of what people decided of an account or a merchant."""
    return {"profile_id": controls_key(profile_id), "changed": Changed.CONTROLS.value, "at": NOW, **values}


def controls_in(client: Any) -> ControlsTable:
    """What people decided, as the detector lists it."""
    return ControlsTable(client, "profiles-test", INDEX)


class NoControls(ControlsTable):
    """Nobody decided anything, and nobody is asked."""

    def __init__(self) -> None:
        super().__init__(None, "", "")  # type: ignore[arg-type]

    def of(self, profile_id: str) -> Controls | None:
        return Controls()


def _index_changes(dynamodb: Any) -> None:
    kind, at = INDEX_KEYS
    dynamodb.update_table(
        TableName="profiles-test",
        AttributeDefinitions=[
            {"AttributeName": "profile_id", "AttributeType": "S"},
            {"AttributeName": kind, "AttributeType": "S"},
            {"AttributeName": at, "AttributeType": "N"},
        ],
        GlobalSecondaryIndexUpdates=[
            {
                "Create": {
                    "IndexName": INDEX,
                    "KeySchema": [
                        {"AttributeName": kind, "KeyType": "HASH"},
                        {"AttributeName": at, "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(INDEXED)},
                }
            }
        ],
    )


@cache
def _client(service: str) -> Any:
    # A client outlives the mock that was on when it was made: whichever is on answers it.
    return create_client(service)


def _create_table(dynamodb: "DynamoDBClient", name: str, **keys: Literal["S", "N"]) -> None:
    kinds: tuple[Literal["HASH", "RANGE"], ...] = ("HASH", "RANGE")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, kinds, strict=False)],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": type_} for key, type_ in keys.items()],
        BillingMode="PAY_PER_REQUEST",
    )
