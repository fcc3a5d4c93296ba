"""What Lambda does with a function's role, and what is written down of rights that are asked for."""

import json
from pathlib import Path

import pytest

from emulator.cloud.evaluations import FILE_NAME
from emulator.tests.process import running_emulator
from emulator.tests.resources import OF_LAMBDA, Deployer, zipped
from emulator.tests.roles import Role, refused, statement

ECHO = "def handle(event, context):\n    print('seen')\n    return event\n"
TRACED = {"TracingConfig": {"Mode": "Active"}}


def test_a_function_is_refused_whose_role_may_not_do_what_lambda_does_with_it(deployer: Deployer) -> None:
    role = deployer.role("bare", "lambda.amazonaws.com")
    strange = deployer.role("of-others", "events.amazonaws.com")
    vpc = {"VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}
    for role_arn, settings, lacking in (
        (role, vpc, "permissions to call CreateNetworkInterface on EC2"),
        (role, TRACED, "permissions to call PutTraceSegments on XRAY"),
        (strange, TRACED, "cannot be assumed by Lambda"),
    ):
        code, text = refused(
            lambda role_arn=role_arn, settings=settings: deployer.client("lambda").create_function(  # type: ignore[misc]
                FunctionName="f",
                Role=role_arn,
                Code={"ZipFile": b"x"},
                Runtime="python3.11",
                Handler="h.h",
                **settings,
            )
        )
        assert (code, lacking in text) == ("InvalidParameterValueException", True)


def test_a_change_of_the_role_is_looked_at_too(deployer: Deployer) -> None:
    deployer.function("changed", ECHO, **TRACED)
    bare = deployer.role("bare-too", "lambda.amazonaws.com")
    code, _ = refused(
        lambda: deployer.client("lambda").update_function_configuration(FunctionName="changed", Role=bare)
    )
    assert code == "InvalidParameterValueException"


@pytest.mark.parametrize("may", [True, False])
def test_without_the_right_to_write_its_log_a_function_has_none(deployer: Deployer, may: bool) -> None:
    name = f"logs-{may}"
    role = deployer.role(f"{name}-role", "lambda.amazonaws.com", *(OF_LAMBDA[:1] if may else OF_LAMBDA[1:]))
    deployer.client("lambda").create_function(
        FunctionName=name,
        Role=role,
        Code={"ZipFile": zipped(ECHO)},
        Runtime="python3.11",
        Handler="handler.handle",
    )
    deployer.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    log = deployer.directory / "logs" / f"{name}.log"
    assert (log.exists() and "seen" in log.read_text()) is may


def test_rights_are_written_down_once_each_when_that_is_ordered(tmp_path: Path) -> None:
    with running_emulator(tmp_path, "--record-evaluations") as (emulator, _):
        deployer = Deployer(emulator, tmp_path)
        queue = deployer.queue("q")
        role = Role(emulator, statement("sqs:SendMessage", queue))
        for _ in range(2):
            role.client("sqs").send_message(QueueUrl=deployer.queue_url(queue), MessageBody="x")
        refused(lambda: role.client("sqs").purge_queue(QueueUrl=deployer.queue_url(queue)))
    entries = [json.loads(line) for line in (tmp_path / FILE_NAME).read_text().splitlines()]
    assert [(each["action"], bool(each["refusal"])) for each in entries] == [
        ("sqs:SendMessage", False),
        ("sqs:PurgeQueue", True),
    ]
    assert {each["principal"] for each in entries} == {role.arn}
    assert entries[0]["context"]["aws:principalarn"] == [role.arn]


def test_nothing_is_written_down_unordered(deployer: Deployer) -> None:
    assert not (deployer.directory / FILE_NAME).exists()
