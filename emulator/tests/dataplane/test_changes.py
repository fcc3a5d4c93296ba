"""Functions change, crash and fail while events flow: nothing is lost."""

import json
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from emulator.tests.resources import WAIT_SECONDS, Deployer, eventually, statement, zipped

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
    halfway, updated = threading.Event(), threading.Event()
    sent: list[str] = []

    def send() -> None:
        while not updated.is_set():
            sqs.send_message(QueueUrl=url, MessageBody=str(len(sent)))
            sent.append(str(len(sent)))
            if len(sent) == 40:
                halfway.set()

    sender = threading.Thread(target=send)
    sender.start()
    try:
        assert halfway.wait(WAIT_SECONDS)
        eventually(lambda: bool(_seen(deployer, "updated")))  # else the first version may never have run
        lambda_client.update_function_code(
            FunctionName="updated", ZipFile=zipped(f"VERSION = 2\n{RECORDING}")
        )
        lambda_client.update_function_configuration(
            FunctionName="updated", Environment={"Variables": {"MODE": "new"}}
        )
        eventually(lambda: any(entry["mode"] == "new" for entry in _seen(deployer, "updated")))
    finally:
        updated.set()
        sender.join()

    eventually(lambda: len(_seen(deployer, "updated")) >= len(sent) and deployer.depth(queue) == 0)
    seen = _seen(deployer, "updated")
    assert Counter(entry["number"] for entry in seen) == Counter(sent)
    assert {entry["version"] for entry in seen} == {1, 2}


def _waiting_to_start(gate: Path, then: str) -> str:
    """A version of a function that initialises once there is a file at `gate`."""
    return f"""
import os, time
while not os.path.exists({str(gate)!r}):
    time.sleep(0.01)
{then}
"""


def _answering(version: int) -> str:
    return f"def handle(event, context):\n    return {version}\n"


def _ask(deployer: Deployer, function: str) -> Any:
    return json.load(deployer.client("lambda").invoke(FunctionName=function)["Payload"])


def test_the_old_version_serves_until_the_new_one_is_initialised(deployer: Deployer, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    deployer.function("slow-start", _answering(1))
    assert _ask(deployer, "slow-start") == 1
    deployer.client("lambda").update_function_code(
        FunctionName="slow-start", ZipFile=zipped(_waiting_to_start(gate, _answering(2)))
    )

    assert [_ask(deployer, "slow-start") for _ in range(20)] == [1] * 20
    gate.touch()
    eventually(lambda: _ask(deployer, "slow-start") == 2)
    assert [_ask(deployer, "slow-start") for _ in range(5)] == [2] * 5


def test_a_new_version_that_cannot_start_replaces_the_old_one_all_the_same(
    deployer: Deployer, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    deployer.function("broken-update", _answering(1))
    assert _ask(deployer, "broken-update") == 1
    broken = _waiting_to_start(gate, "raise ValueError('no configuration')")
    deployer.client("lambda").update_function_code(FunctionName="broken-update", ZipFile=zipped(broken))

    assert _ask(deployer, "broken-update") == 1
    gate.touch()
    failure = eventually(lambda: (answer := _ask(deployer, "broken-update")) != 1 and answer)
    assert (failure["errorType"], failure["errorMessage"]) == ("ValueError", "no configuration")
    assert _ask(deployer, "broken-update")["errorType"] == "ValueError"


def test_a_version_that_never_starts_gives_way_to_the_next(deployer: Deployer, tmp_path: Path) -> None:
    deployer.function("skipped-version", _answering(1))
    assert _ask(deployer, "skipped-version") == 1
    stuck = _waiting_to_start(tmp_path / "never", _answering(2))
    lambda_client = deployer.client("lambda")
    lambda_client.update_function_code(FunctionName="skipped-version", ZipFile=zipped(stuck))
    assert _ask(deployer, "skipped-version") == 1
    lambda_client.update_function_code(FunctionName="skipped-version", ZipFile=zipped(_answering(3)))

    answer = eventually(lambda: (answer := _ask(deployer, "skipped-version")) != 1 and answer)
    assert answer == 3


def test_lines_of_several_workers_do_not_mix(deployer: Deployer, tmp_path: Path) -> None:
    source = f"""
import os, sys, time
def handle(event, context):
    open(os.path.join({str(tmp_path)!r}, str(os.getpid())), "w").close()
    while len(os.listdir({str(tmp_path)!r})) < 2:
        time.sleep(0.001)
    for number in range(20):
        for piece in ('{{"pid": ', str(os.getpid()), ', "number": ', str(number), "}}", chr(10)):
            sys.stdout.write(piece)
            sys.stdout.flush()
            time.sleep(0.001)
"""
    deployer.function("talkative", source, Timeout=20)
    threads = [threading.Thread(target=_ask, args=(deployer, "talkative")) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    seen = _seen(deployer, "talkative")
    assert len({entry["pid"] for entry in seen}) == 2
    assert len(seen) == 40


@pytest.mark.parametrize("death", ["os._exit(0)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_worker_that_dies_gives_its_messages_back(deployer: Deployer, death: str) -> None:
    source = f"""
import os, signal
def handle(event, context):
    attempt = int(event["Records"][0]["attributes"]["ApproximateReceiveCount"])
    if attempt == 1:
        {death}
    print("survived", attempt)
"""
    name = f"dying-{death[3:7].strip('_.')}"
    queue = deployer.queue(name, VisibilityTimeout="1")
    deployer.function(name, source, statement(RIGHTS, queue))
    deployer.client("lambda").create_event_source_mapping(EventSourceArn=queue, FunctionName=name)
    deployer.client("sqs").send_message(QueueUrl=deployer.queue_url(queue), MessageBody="x")

    eventually(lambda: "survived 2" in deployer.log_lines(name))
    eventually(lambda: deployer.depth(queue) == 0)


def test_an_asynchronous_event_outlives_the_worker_that_was_killed_with_it(
    deployer: Deployer, tmp_path: Path
) -> None:
    source = f"""
import os, signal
def handle(event, context):
    print("ran", context.aws_request_id)
    try:
        os.mkdir({str(tmp_path / "first")!r})
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
"""
    deployer.function("killed-event", source)
    deployer.client("lambda").invoke(FunctionName="killed-event", InvocationType="Event", Payload=b"{}")

    runs = eventually(lambda: len(lines := deployer.log_lines("killed-event")) >= 2 and lines)
    assert len(runs) == 2
    assert len(set(runs)) == 1


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
