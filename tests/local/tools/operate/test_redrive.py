"""What lies in a dead-letter queue goes on its way again; what cannot stays, and is told."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.runtime.decisions import RecordedDecision, decision_of_item
from shared.runtime.dynamodb import to_item
from shared.runtime.events import AlertReason, StoredTransaction, SuspiciousTransaction
from tests.local.tools.world import World, wait_until
from tools.operate.redrive.messages import event_of_item
from tools.operate.smoke.synthetic import Run

HEADER = "Root=1-6b036f52-86508312b851712353c3aa89;Parent=53995c3f42cd8ad8;Sampled=1"


@pytest.fixture
def transaction() -> StoredTransaction:
    run = Run.begin()
    return replace(run.history[0], received_at=run.started_at, trace_header=HEADER)


@pytest.fixture
def stored(world: World, transaction: StoredTransaction) -> Iterator[dict[str, Any]]:
    """The transaction's item, in the table while the pipe is stopped."""
    item = to_item({name: getattr(transaction, name) for name in StoredTransaction.__slots__})
    with world.stopped_pipe():
        world.emulator.client("dynamodb").put_item(TableName=world.target.transactions_table_name, Item=item)
        yield item
    wait_until(lambda: f"account#{transaction.account_id}" in world.left())
    clean(world, transaction)


def clean(world: World, transaction: StoredTransaction) -> None:
    name = transaction.account_id.removeprefix("smoke-")
    assert world.run("--clean", name)[0] == 0
    assert world.left() == []


def decision_of(world: World, transaction: StoredTransaction) -> RecordedDecision | None:
    """What the transaction's item in the table carries."""
    key = to_item({"transaction_id": transaction.transaction_id, "timestamp": transaction.timestamp})
    table = world.target.transactions_table_name
    return decision_of_item(world.emulator.client("dynamodb").get_item(TableName=table, Key=key)["Item"])


def log_of(world: World, function: str, transaction: StoredTransaction) -> list[str]:
    """What a function has logged about the transaction."""
    lines = (world.directory / "logs" / f"{function}.log").read_text().splitlines()
    return [line for line in lines if transaction.transaction_id in line]


def put_in(world: World, queue: str, body: str) -> None:
    world.emulator.client("sqs").send_message(QueueUrl=world.target.queue_url(queue), MessageBody=body)


def depth(world: World, queue: str) -> int:
    attributes = world.emulator.client("sqs").get_queue_attributes(
        QueueUrl=world.target.queue_url(queue),
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )["Attributes"]
    return sum(map(int, attributes.values()))


def in_rule_dlq(world: World, item: dict[str, Any]) -> str:
    return json.dumps(event_of_item(item))


def in_detector_dlq(world: World, item: dict[str, Any]) -> str:
    return json.dumps({"version": "1.0", "requestPayload": event_of_item(item), "responsePayload": {}})


def in_pipe_dlq(world: World, item: dict[str, Any]) -> str:
    """The pipe's description of the batch that holds the item, with what lies before it in the shard."""
    streams = world.emulator.client("dynamodbstreams")
    arn = json.loads(world.outputs.read_text())["data"]["transactions_stream_arn"]
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        for record in streams.get_records(ShardIterator=iterator)["Records"]:
            if record["dynamodb"].get("NewImage") == item:
                number = record["dynamodb"]["SequenceNumber"]
                batch = {"shardId": shard["ShardId"], "streamArn": arn}
                ends = {"startSequenceNumber": number, "endSequenceNumber": number}
                return json.dumps({"version": "1.0", "DDBStreamBatchInfo": {**batch, **ends}})
    raise AssertionError("the stream does not hold the item")


@pytest.mark.parametrize("message", [in_rule_dlq, in_detector_dlq, in_pipe_dlq])
def test_a_transaction_that_nobody_judged_is_judged(
    world: World, transaction: StoredTransaction, stored: dict[str, Any], message: Any
) -> None:
    queue = f"{message.__name__.removeprefix('in_').replace('_', '-')}-local"
    put_in(world, queue, message(world, stored))
    code, out, err = world.run("--queue", queue, module="tools.operate.redrive")
    assert (code, err) == (0, "")
    assert out == f"{queue}: 1 messages redriven, 1 transactions sent\n"
    wait_until(lambda: f"account#{transaction.account_id}" in world.left())
    assert depth(world, queue) == 0


def test_what_was_stored_since_a_time_is_replayed(
    world: World, transaction: StoredTransaction, stored: dict[str, Any]
) -> None:
    received = datetime.fromtimestamp(transaction.received_at / 1000, UTC).isoformat(timespec="milliseconds")
    code, out, _ = world.run("--since", received, module="tools.operate.redrive")
    assert code == 0
    assert out.startswith("replayed 1 transactions")
    wait_until(lambda: decision_of(world, transaction) is not None)
    decision = decision_of(world, transaction)
    code, out, _ = world.run("--since", received, module="tools.operate.redrive")
    assert out.startswith("replayed 1 transactions")
    wait_until(
        lambda: any("duplicate" in line for line in log_of(world, "detector-function-local", transaction))
    )
    assert decision_of(world, transaction) == decision
    code, out, _ = world.run("--since", "2026-01-01", "--until", "2026-01-02", module="tools.operate.redrive")
    assert out.startswith("replayed 0 transactions")


def test_an_alert_that_was_never_mailed_is_mailed(world: World, transaction: StoredTransaction) -> None:
    zero = Decimal("0.9")
    reason = AlertReason(
        code="amount_limit", observed="9", baseline="1", threshold="2", unit="USD", contribution=zero
    )
    suspicious = SuspiciousTransaction(
        transaction=transaction,
        score=zero,
        score_threshold=Decimal("0.5"),
        rules_version="1",
        reasons=(reason,),
        trace_header=HEADER,
    )
    put_in(world, world.target.suspicious_dlq_name, suspicious.to_json())
    assert world.run("--queue", world.target.suspicious_dlq_name, module="tools.operate.redrive")[0] == 0
    wait_until(lambda: transaction.alert_id in world.left())
    clean(world, transaction)


def test_what_cannot_go_on_stays_and_is_told(world: World) -> None:
    put_in(world, "rule-dlq-local", '{"source": "somebody.else"}')
    code, out, err = world.run("--queue", "rule-dlq-local", module="tools.operate.redrive")
    assert (code, out) == (1, "rule-dlq-local: 0 messages redriven, 0 transactions sent\n")
    assert "left in rule-dlq-local" in err
    assert depth(world, "rule-dlq-local") == 1
    world.emulator.client("sqs").purge_queue(QueueUrl=world.target.queue_url("rule-dlq-local"))

    code, _, err = world.run("--queue", "bus-dlq-local", module="tools.operate.redrive")
    assert code == 2
    assert "pipe-dlq-local" in err
