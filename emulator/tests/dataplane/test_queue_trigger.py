"""Queue to function: batches, partial failures, visibility and redrive."""

import json
from typing import Any

import pytest

from emulator.dataplane.queue_trigger import failed_messages
from emulator.runtime.outcome import Outcome
from emulator.tests.resources import Deployer, eventually, policy, statement

pytestmark = pytest.mark.local

REPORTING = """
import json
def handle(event, context):
    failed = []
    for record in event["Records"]:
        body = json.loads(record["body"])
        trace = record["attributes"].get("AWSTraceHeader")
        print(json.dumps({"body": body, "trace": trace, "size": len(event["Records"])}))
        if body.get("poison"):
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""
RIGHTS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def _seen(deployer: Deployer, function: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in deployer.log_lines(function) if line.startswith("{")]


def _trigger(deployer: Deployer, queue: str, function: str, **options: Any) -> None:
    # Warm before the first message, whose visibility may be as short as a cold start.
    deployer.client("lambda").invoke(FunctionName=function, Payload=b'{"Records": []}')
    deployer.client("lambda").create_event_source_mapping(
        EventSourceArn=queue,
        FunctionName=function,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        **options,
    )


def test_poison_message_alone_goes_to_the_dead_letters(deployer: Deployer) -> None:
    dead = deployer.queue("poison-dlq")
    redrive = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 2})
    queue = deployer.queue("poison", VisibilityTimeout="1", RedrivePolicy=redrive)
    deployer.function("poison-reader", REPORTING, statement(RIGHTS, queue))
    _trigger(deployer, queue, "poison-reader")

    sqs = deployer.client("sqs")
    for number in range(3):
        sqs.send_message(QueueUrl=deployer.queue_url(queue), MessageBody=json.dumps({"number": number}))
    sqs.send_message(
        QueueUrl=deployer.queue_url(queue),
        MessageBody=json.dumps({"poison": True}),
        MessageSystemAttributes={"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-2-3"}},
    )

    letters = eventually(lambda: deployer.receive(dead))
    assert [json.loads(letter["Body"]) for letter in letters] == [{"poison": True}]
    seen = _seen(deployer, "poison-reader")
    assert sorted(entry["body"]["number"] for entry in seen if "number" in entry["body"]) == [0, 1, 2]
    poison = [entry for entry in seen if "poison" in entry["body"]]
    assert len(poison) == 2
    assert {entry["trace"] for entry in poison} == {"Root=1-2-3"}
    assert deployer.depth(queue) == 0


def test_without_the_right_to_delete_nothing_is_read(deployer: Deployer) -> None:
    queue = deployer.queue("unreadable")
    deployer.function("no-rights", REPORTING, statement(RIGHTS[:1], queue))
    _trigger(deployer, queue, "no-rights")
    sqs = deployer.client("sqs")
    sqs.send_message(QueueUrl=deployer.queue_url(queue), MessageBody="{}")

    log = deployer.directory / "emulator.log"
    eventually(lambda: "no-rights is not authorized to perform: sqs:DeleteMessage" in log.read_text())
    assert _seen(deployer, "no-rights") == []
    deployer.client("iam").put_role_policy(
        RoleName="no-rights-role",
        PolicyName="rights",
        PolicyDocument=policy(statement(RIGHTS, queue)),
    )
    assert eventually(lambda: _seen(deployer, "no-rights"))


def test_batching_window_gathers_messages(deployer: Deployer) -> None:
    queue = deployer.queue("windowed")
    deployer.function("gatherer", REPORTING, statement(RIGHTS, queue))
    sqs = deployer.client("sqs")
    _trigger(deployer, queue, "gatherer", BatchSize=4, MaximumBatchingWindowInSeconds=5)
    for number in range(4):
        sqs.send_message(QueueUrl=deployer.queue_url(queue), MessageBody=json.dumps({"number": number}))

    seen = eventually(lambda: len(lines := _seen(deployer, "gatherer")) == 4 and lines)
    assert {entry["size"] for entry in seen} == {4}


@pytest.mark.parametrize(
    ("payload", "left"),
    [
        (b"null", set()),
        (b"{}", set()),
        (b'{"batchItemFailures": []}', set()),
        (b'{"batchItemFailures": null}', set()),
        (b'{"batchItemFailures": [{"itemIdentifier": "b"}]}', {"b"}),
        (b'{"batchItemFailures": [{"itemIdentifier": "not one of the batch"}]}', {"a", "b"}),
        (b'{"batchItemFailures": [{"itemIdentifier": null}]}', {"a", "b"}),
        (b'{"batchItemFailures": ["b"]}', {"a", "b"}),
        (b'{"batchItemFailures": "b"}', {"a", "b"}),
        (b'"text"', {"a", "b"}),
        (b"{", {"a", "b"}),
    ],
)
def test_what_stays_in_the_queue_after_an_answer(payload: bytes, left: set[str]) -> None:
    assert failed_messages(Outcome(payload), ["a", "b"], reports_failures=True) == left


def test_a_function_that_reports_nothing_fails_or_succeeds_as_a_whole() -> None:
    answer = b'{"batchItemFailures": [{"itemIdentifier": "b"}]}'
    assert failed_messages(Outcome(answer), ["a", "b"], reports_failures=False) == set()
    assert failed_messages(Outcome(b"{}", "Unhandled"), ["a", "b"], reports_failures=False) == {"a", "b"}
