"""Table stream to pipe to bus to rule to function."""

import json
import time
from typing import Any

import pytest

from emulator.tests.resources import Deployer, arn, eventually, statement

pytestmark = pytest.mark.local

PRINTING = "import json\ndef handle(event, context):\n    print(json.dumps(event))\n"
SOURCE, DETAIL_TYPE = "shop.orders", "OrderStored"
STREAM_RIGHTS = [
    f"dynamodb:{operation}"
    for operation in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
]
PATTERN = {"source": [SOURCE], "detail-type": [DETAIL_TYPE], "detail": {"eventName": ["INSERT"]}}


def _events(deployer: Deployer, function: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in deployer.log_lines(function) if line.startswith("{")]


def _pipe(deployer: Deployer, name: str, stream: str, bus: str, **stream_options: Any) -> str:
    role = deployer.role(
        f"{name}-role",
        "pipes.amazonaws.com",
        statement(STREAM_RIGHTS, stream),
        statement(
            "events:PutEvents",
            bus,
            Condition={"StringEquals": {"events:source": SOURCE, "events:detail-type": DETAIL_TYPE}},
        ),
        statement("sqs:SendMessage", arn("sqs", f"{name}-dlq")),
    )
    deployer.client("pipes").create_pipe(
        Name=name,
        RoleArn=role,
        Source=stream,
        Target=bus,
        DesiredState="RUNNING",
        SourceParameters={
            "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]},
            "DynamoDBStreamParameters": {
                "StartingPosition": "TRIM_HORIZON",
                "BatchSize": 10,
                **stream_options,
            },
        },
        TargetParameters={"EventBridgeEventBusParameters": {"Source": SOURCE, "DetailType": DETAIL_TYPE}},
    )
    return role


def test_each_new_item_reaches_the_function_once(deployer: Deployer) -> None:
    stream = deployer.table("orders", stream=True)
    deployer.put("orders", "before-the-pipe", amount={"N": "12.50"})
    bus = deployer.bus("orders-bus")
    function = deployer.function("order-reader", PRINTING)
    rule = deployer.rule("orders-rule", "orders-bus", PATTERN, {"Arn": function})
    deployer.permit("order-reader", "events.amazonaws.com", rule)
    _pipe(deployer, "orders-pipe", stream, bus)
    for number in range(20):
        deployer.put("orders", f"order-{number}")
    deployer.put("orders", "order-0", changed={"S": "a second time"})

    events = eventually(lambda: len(found := _events(deployer, "order-reader")) >= 21 and found)
    ids = [event["detail"]["dynamodb"]["Keys"]["id"]["S"] for event in events]
    assert sorted(ids) == sorted(["before-the-pipe", *(f"order-{number}" for number in range(20))])
    first = next(event for event in events if "amount" in event["detail"]["dynamodb"]["NewImage"])
    assert first["detail"]["dynamodb"]["NewImage"]["amount"] == {"N": "12.50"}
    assert (first["source"], first["detail-type"], first["version"]) == (SOURCE, DETAIL_TYPE, "0")
    assert time.strptime(first["time"], "%Y-%m-%dT%H:%M:%SZ")
    assert first["detail"]["eventSourceARN"] == stream
    assert isinstance(first["detail"]["dynamodb"]["ApproximateCreationDateTime"], int)


def test_records_that_the_bus_does_not_take_are_described_in_the_dead_letters(deployer: Deployer) -> None:
    stream = deployer.table("refused", stream=True)
    bus = deployer.bus("refused-bus")
    dead = deployer.queue("refused-pipe-dlq")
    role = _pipe(
        deployer,
        "refused-pipe",
        stream,
        bus,
        MaximumRetryAttempts=1,
        OnPartialBatchItemFailure="AUTOMATIC_BISECT",
        DeadLetterConfig={"Arn": dead},
    )
    deployer.client("iam").put_role_policy(
        RoleName=role.rpartition("/")[2],
        PolicyName="rights",
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [statement(STREAM_RIGHTS, stream), statement("sqs:SendMessage", dead)],
            }
        ),
    )
    for number in range(3):
        deployer.put("refused", f"item-{number}")

    letters = eventually(lambda: deployer.depth(dead) == 3 and deployer.receive(dead))
    bodies = [json.loads(letter["Body"]) for letter in letters]
    assert {body["context"]["condition"] for body in bodies} == {"RetryAttemptsExhausted"}
    assert {body["context"]["partnerResourceArn"] for body in bodies} == {arn("pipes", "pipe/refused-pipe")}
    assert [body["DDBStreamBatchInfo"]["batchSize"] for body in bodies] == [1, 1, 1]
    assert {body["DDBStreamBatchInfo"]["streamArn"] for body in bodies} == {stream}
    numbers = [body["DDBStreamBatchInfo"]["startSequenceNumber"] for body in bodies]
    assert len(set(numbers)) == 3


def test_a_stopped_pipe_goes_on_where_it_was(deployer: Deployer) -> None:
    stream = deployer.table("paused", stream=True)
    bus = deployer.bus("paused-bus")
    function = deployer.function("paused-reader", PRINTING)
    rule = deployer.rule("paused-rule", "paused-bus", PATTERN, {"Arn": function})
    deployer.permit("paused-reader", "events.amazonaws.com", rule)
    role = _pipe(deployer, "paused-pipe", stream, bus)
    deployer.put("paused", "first")
    eventually(lambda: _events(deployer, "paused-reader"))
    pipes = deployer.client("pipes")
    pipes.update_pipe(Name="paused-pipe", RoleArn=role, DesiredState="STOPPED")
    deployer.put("paused", "second")
    time.sleep(0.3)
    assert len(_events(deployer, "paused-reader")) == 1
    pipes.update_pipe(Name="paused-pipe", RoleArn=role, DesiredState="RUNNING")

    events = eventually(lambda: len(found := _events(deployer, "paused-reader")) == 2 and found)
    assert events[1]["detail"]["dynamodb"]["Keys"]["id"]["S"] == "second"


def test_an_event_without_permission_goes_to_the_dead_letters_of_the_target(deployer: Deployer) -> None:
    deployer.bus("forbidden-bus")
    dead = deployer.queue("forbidden-dlq")
    function = deployer.function("forbidden-reader", PRINTING)
    target = {"Arn": function, "DeadLetterConfig": {"Arn": dead}}
    rule = deployer.rule("forbidden-rule", "forbidden-bus", PATTERN, target)
    deployer.allow_service(dead, "events.amazonaws.com", rule)
    deployer.permit("forbidden-reader", "events.amazonaws.com", arn("events", "rule/another-bus/another"))
    entry = {
        "EventBusName": "forbidden-bus",
        "Source": SOURCE,
        "DetailType": DETAIL_TYPE,
        "Detail": json.dumps({"eventName": "INSERT"}),
    }
    answer = deployer.client("events").put_events(Entries=[entry, {**entry, "Source": "something.else"}])
    assert answer["FailedEntryCount"] == 0

    letters = eventually(lambda: deployer.receive(dead))
    assert len(letters) == 1
    attributes = {name: value["StringValue"] for name, value in letters[0]["MessageAttributes"].items()}
    assert attributes["ERROR_CODE"] == "NO_PERMISSIONS"
    assert (attributes["RULE_ARN"], attributes["TARGET_ARN"]) == (rule, function)
    assert json.loads(letters[0]["Body"])["source"] == SOURCE
    assert deployer.log_lines("forbidden-reader") == []


def test_a_pattern_with_an_unknown_operator_is_refused(deployer: Deployer) -> None:
    deployer.bus("pattern-bus")
    events = deployer.client("events")
    with pytest.raises(events.exceptions.InvalidEventPatternException, match="unrecognized match type prefx"):
        events.put_rule(
            Name="bad", EventBusName="pattern-bus", EventPattern=json.dumps({"source": [{"prefx": "a"}]})
        )
