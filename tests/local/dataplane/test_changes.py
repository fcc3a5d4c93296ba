"""Functions change, crash and fail while events flow: nothing is lost."""

import json
import threading
from collections import Counter
from typing import Any

import pytest

from tests.local.dataplane.resources import Deployer, eventually, statement, zipped

pytestmark = pytest.mark.local

RECORDING = """
import json, os, time
def handle(event, context):
    time.sleep(0.01)
    for record in event["Records"]:
        print(json.dumps({"number": record["body"], "version": VERSION, "mode": os.environ.get("MODE", "")}))
"""
RIGHTS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def _seen(deployer: Deployer, function: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in deployer.log_lines(function) if line.startswith("{")]


def test_an_update_while_messages_flow_loses_none(deployer: Deployer) -> None:
    queue = deployer.queue("updated", VisibilityTimeout="30")
    deployer.function("updated", f"VERSION = 1\n{RECORDING}", statement(RIGHTS, queue))
    lambda_client = deployer.client("lambda")
    lambda_client.create_event_source_mapping(EventSourceArn=queue, FunctionName="updated", BatchSize=1)
    url, sqs = deployer.queue_url(queue), deployer.emulator.client("sqs")
    halfway = threading.Event()

    def send() -> None:
        for number in range(120):
            sqs.send_message(QueueUrl=url, MessageBody=str(number))
            if number == 40:
                halfway.set()

    sender = threading.Thread(target=send)
    sender.start()
    halfway.wait(20)
    lambda_client.update_function_code(FunctionName="updated", ZipFile=zipped(f"VERSION = 2\n{RECORDING}"))
    lambda_client.update_function_configuration(
        FunctionName="updated", Environment={"Variables": {"MODE": "new"}}
    )
    sender.join()

    eventually(lambda: len(_seen(deployer, "updated")) >= 120 and deployer.depth(queue) == 0)
    seen = _seen(deployer, "updated")
    assert Counter(entry["number"] for entry in seen) == Counter(str(number) for number in range(120))
    assert {entry["version"] for entry in seen} == {1, 2}
    assert seen[-1]["mode"] == "new"


def test_a_worker_that_dies_gives_its_messages_back(deployer: Deployer) -> None:
    source = """
import os
def handle(event, context):
    attempt = int(event["Records"][0]["attributes"]["ApproximateReceiveCount"])
    if attempt == 1:
        os._exit(9)
    print("survived", attempt)
"""
    queue = deployer.queue("crashing", VisibilityTimeout="1")
    deployer.function("crashing", source, statement(RIGHTS, queue))
    deployer.client("lambda").create_event_source_mapping(EventSourceArn=queue, FunctionName="crashing")
    deployer.client("sqs").send_message(QueueUrl=deployer.queue_url(queue), MessageBody="x")

    assert eventually(lambda: deployer.log_lines("crashing")) == ["survived 2"]
    eventually(lambda: deployer.depth(queue) == 0)


def test_a_timeout_ends_the_worker_and_the_next_event_gets_another(deployer: Deployer) -> None:
    source = """
import os, time
def handle(event, context):
    if event.get("sleep"):
        time.sleep(30)
    return os.getpid()
"""
    deployer.function("sleepy", source, Timeout=1)
    lambda_client = deployer.client("lambda")
    first = json.load(lambda_client.invoke(FunctionName="sleepy", Payload=b"{}")["Payload"])
    late = lambda_client.invoke(FunctionName="sleepy", Payload=b'{"sleep": true}')
    assert late["FunctionError"] == "Unhandled"
    assert "Task timed out after 1.00 seconds" in json.load(late["Payload"])["errorMessage"]
    second = json.load(lambda_client.invoke(FunctionName="sleepy", Payload=b"{}")["Payload"])
    assert first != second


@pytest.mark.parametrize(
    ("source", "error_type", "words"),
    [
        ("import not_in_the_zip\n", "Runtime.ImportModuleError", "not_in_the_zip"),
        ("import pulumi\n", "Runtime.ImportModuleError", "pulumi"),
        ("import stacks\n", "Runtime.ImportModuleError", "stacks"),
        ("handle = 5 +\n", "Runtime.UserCodeSyntaxError", "handler.py"),
        ("def other(event, context):\n    pass\n", "Runtime.HandlerNotFound", "handle"),
    ],
)
def test_a_function_that_cannot_start_says_why(
    deployer: Deployer, source: str, error_type: str, words: str
) -> None:
    name = f"unstartable-{source.split()[1].replace('_', '-').strip('()=,')[:12]}"
    deployer.function(name, source)
    answer = deployer.client("lambda").invoke(FunctionName=name)
    error = json.load(answer["Payload"])
    assert answer["FunctionError"] == "Unhandled"
    assert error["errorType"] == error_type
    assert words in error["errorMessage"]


def test_a_function_acts_with_its_own_role_and_environment(deployer: Deployer) -> None:
    source = """
import os, boto3
def handle(event, context):
    try:
        boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody="x")
        return "sent"
    except Exception as error:
        return str(error)
"""
    queue = deployer.queue("own-rights")
    environment = {"Variables": {"QUEUE": deployer.queue_url(queue)}}
    deployer.function("own-rights", source, statement("sqs:SendMessage", queue), Environment=environment)
    lambda_client, iam = deployer.client("lambda"), deployer.client("iam")

    assert json.load(lambda_client.invoke(FunctionName="own-rights")["Payload"]) == "sent"
    iam.delete_role_policy(RoleName="own-rights-role", PolicyName="rights")
    message = json.load(lambda_client.invoke(FunctionName="own-rights")["Payload"])
    assert "assumed-role/own-rights-role/own-rights is not authorized to perform: sqs:SendMessage" in message


def test_a_role_that_does_not_trust_lambda_runs_nothing(deployer: Deployer) -> None:
    role = deployer.role("pipes-only", "pipes.amazonaws.com")
    deployer.client("lambda").create_function(
        FunctionName="untrusted",
        Role=role,
        Runtime="python3.11",
        Handler="handler.handle",
        Code={"ZipFile": zipped("def handle(event, context):\n    return 1\n")},
    )
    answer = deployer.client("lambda").invoke(FunctionName="untrusted")
    assert answer["FunctionError"] == "Unhandled"
    assert "its trust policy does not allow it" in json.load(answer["Payload"])["errorMessage"]
