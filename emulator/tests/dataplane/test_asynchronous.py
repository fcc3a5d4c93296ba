"""Asynchronous invocation: retries, throttles, and the record of what could not be run."""

import json

import pytest

from emulator.tests.resources import Deployer, eventually, statement

pytestmark = pytest.mark.local

FAILING = """
def handle(event, context):
    print("tried", context.aws_request_id)
    raise ValueError("no such luck")
"""


def _invoke(deployer: Deployer, function: str, event: object) -> int:
    answer = deployer.client("lambda").invoke(
        FunctionName=function, InvocationType="Event", Payload=json.dumps(event).encode()
    )
    return int(answer["StatusCode"])


def _tries(deployer: Deployer, function: str) -> list[str]:
    return [line for line in deployer.log_lines(function) if line.startswith("tried")]


def test_failures_are_retried_and_then_recorded(deployer: Deployer) -> None:
    queue = deployer.queue("failures")
    deployer.function("failing", FAILING, statement("sqs:SendMessage", queue))
    deployer.client("lambda").put_function_event_invoke_config(
        FunctionName="failing",
        MaximumRetryAttempts=2,
        DestinationConfig={"OnFailure": {"Destination": queue}},
    )

    assert _invoke(deployer, "failing", {"id": 7}) == 202
    record = json.loads(eventually(lambda: deployer.receive(queue))[0]["Body"])

    assert len(_tries(deployer, "failing")) == 3
    assert len(set(_tries(deployer, "failing"))) == 1
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["requestContext"]["functionArn"].endswith(":function:failing:$LATEST")
    assert record["requestPayload"] == {"id": 7}
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert record["responsePayload"]["errorType"] == "ValueError"


def test_a_role_that_may_not_send_leaves_no_record(deployer: Deployer) -> None:
    queue = deployer.queue("unreachable-failures")
    deployer.function("failing-alone", FAILING)
    deployer.client("lambda").put_function_event_invoke_config(
        FunctionName="failing-alone",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": queue}},
    )
    _invoke(deployer, "failing-alone", {})

    log = deployer.directory / "emulator.log"
    eventually(lambda: "failing-alone is not authorized to perform: sqs:SendMessage" in log.read_text())
    assert deployer.depth(queue) == 0


def test_throttled_events_wait_for_their_turn(deployer: Deployer) -> None:
    source = """
import time
def handle(event, context):
    time.sleep(0.2)
    print("done", event["number"])
"""
    deployer.function("one-at-a-time", source)
    deployer.client("lambda").put_function_concurrency(
        FunctionName="one-at-a-time", ReservedConcurrentExecutions=1
    )
    for number in range(5):
        _invoke(deployer, "one-at-a-time", {"number": number})

    lines = eventually(lambda: len(found := deployer.log_lines("one-at-a-time")) >= 5 and found)
    assert sorted(lines) == [f"done {number}" for number in range(5)]


def test_synchronous_invocations_above_the_reserved_concurrency_are_refused(deployer: Deployer) -> None:
    deployer.function("closed", "def handle(event, context):\n    return 1\n")
    lambda_client = deployer.client("lambda")
    lambda_client.put_function_concurrency(FunctionName="closed", ReservedConcurrentExecutions=0)

    with pytest.raises(lambda_client.exceptions.TooManyRequestsException):
        lambda_client.invoke(FunctionName="closed")
    lambda_client.delete_function_concurrency(FunctionName="closed")
    assert json.load(lambda_client.invoke(FunctionName="closed")["Payload"]) == 1
