"""What each check of the doctor says of a good and of a bad world."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from botocore.stub import Stubber

from tests.unit.tools.deploy.states import checkpoint, pending, resource, stack
from tools.deploy.boundaries.documents import boundaries
from tools.deploy.doctor import account, cli, settings
from tools.deploy.doctor.finding import Finding, failed, failure, ok, warning
from tools.deploy.pulumi_command import PulumiError, Stack
from tools.deploy.recovery.clients import Clients

QUEUE = resource("aws:sqs/queue:Queue", "queue-dev", inputs={})


@contextmanager
def answering(service: str, *answers: tuple[str, dict[str, Any] | str]) -> Iterator[Clients]:
    """An AWS whose one service gives these answers in order, or an error where one is a code."""
    keys = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    client = boto3.client(service, region_name="us-east-1", **keys)  # type: ignore[call-overload]
    with Stubber(client) as stub:
        for operation, answer in answers:
            if isinstance(answer, str):
                stub.add_client_error(operation, answer)
            else:
                stub.add_response(operation, answer)
        yield lambda _: client
        stub.assert_no_pending_responses()


def test_a_finding_is_a_line_and_what_follows_is_indented() -> None:
    assert str(ok("CLI", "fits")) == "ok CLI           fits"
    assert str(failure("CLI", "missing\nmake engine")).splitlines() == [
        "x  CLI           missing",
        "                 make engine",
    ]
    assert failed([ok("a", ""), failure("b", "")])
    assert not failed([ok("a", ""), warning("b", "")])


def _caller(arn: str) -> dict[str, Any]:
    return {"Account": "123456789012", "Arn": f"arn:aws:iam::123456789012:{arn}", "UserId": "AIDA"}


@pytest.mark.parametrize(
    ("answer", "mark", "number"),
    [
        (_caller("role/deployer"), "ok", "123456789012"),
        (_caller("root"), "!", "123456789012"),
        ("ExpiredToken", "x", None),
    ],
)
def test_who_deploys(answer: dict[str, Any] | str, mark: str, number: str | None) -> None:
    with answering("sts", ("get_caller_identity", answer)) as aws:
        finding, found = account.identity(aws)
    assert (finding.mark, found) == (mark, number)


@pytest.mark.parametrize(
    ("settings", "deployed", "mark"),
    [
        ({}, None, "ok"),
        ({}, "1", "ok"),
        ({}, "2", "x"),
        ({"aws:allowedAccountIds": ["1"]}, None, "ok"),
        ({"aws:allowedAccountIds": ["2", "3"]}, None, "x"),
    ],
)
def test_the_account_is_the_environment_s(settings: dict[str, Any], deployed: str | None, mark: str) -> None:
    assert account.allowed("1", settings, deployed).mark == mark


def test_zones_that_the_account_lacks_are_named() -> None:
    zones = {
        "AvailabilityZones": [{"ZoneName": f"us-east-1{letter}", "State": "available"} for letter in "bc"]
    }
    with answering("ec2", ("describe_availability_zones", zones)) as aws:
        (finding,) = account.zones(aws, ["us-east-1a", "us-east-1b"])
    assert finding.mark == "x"
    assert "cannot use us-east-1a: choose two of us-east-1b, us-east-1c" in finding.text


@pytest.mark.parametrize(("limit", "mark"), [(1000, "ok"), (10, "x")])
def test_the_quota_is_held_against_the_settings(limit: int, mark: str) -> None:
    quota = {"AccountLimit": {"ConcurrentExecutions": limit, "UnreservedConcurrentExecutions": limit}}
    absent = [("get_function_concurrency", "ResourceNotFoundException")] * 4
    with answering("lambda", ("get_account_settings", quota), *absent) as aws:
        assert account.concurrency(aws, "dev").mark == mark


def test_a_quota_that_may_not_be_read_is_a_warning_of_one_line() -> None:
    with answering("lambda", ("get_account_settings", "AccessDeniedException")) as aws:
        finding = account.concurrency(aws, "dev")
    assert finding.mark == "!"
    assert "AccessDeniedException" in finding.text
    assert "\n" not in finding.text


@pytest.mark.parametrize(
    ("encryption", "destination", "marks"),
    [
        ({"Type": "KMS", "KeyId": "key"}, {"Destination": "XRay"}, ["ok", "ok"]),
        ({"Type": "NONE"}, {"Destination": "CloudWatchLogs"}, ["!", "ok"]),
        (None, None, ["!", "!"]),
    ],
)
def test_how_traces_are_kept(encryption: Any, destination: Any, marks: list[str]) -> None:
    denied = "AccessDeniedException"
    answers = [
        ("get_encryption_config", {"EncryptionConfig": encryption} if encryption else denied),
        ("get_trace_segment_destination", destination or denied),
    ]
    with answering("xray", *answers) as aws:
        assert [each.mark for each in account.tracing(aws)] == marks


@pytest.mark.parametrize("value", ["true", True])
@pytest.mark.parametrize(
    ("role", "mark"), [({"cloudwatchRoleArn": "arn"}, "ok"), ({}, "x"), ("AccessDenied", "!")]
)
def test_access_logs_need_a_role_of_the_account(value: object, role: Any, mark: str) -> None:
    with answering("apigateway", ("get_account", role)) as aws:
        assert account.api_logs(aws, {"fraud-compute:api_access_logs": value}, "fraud-compute").mark == mark


def test_without_access_logs_the_account_is_not_asked() -> None:
    with answering("apigateway") as aws:
        assert account.api_logs(aws, {"fraud-compute:api_access_logs": "false"}, "fraud-compute").mark == "ok"


@pytest.mark.parametrize(
    ("addresses", "local", "mark"),
    [
        (["fraud@bank.com"], False, "ok"),
        (["fraud@bank.com", "team@mail.example.com"], False, "!"),
        (["fraud@bank.test"], False, "!"),
        (["team@example.com"], True, "ok"),
        ([], False, "x"),
        (None, True, "x"),
    ],
)
def test_addresses_that_nobody_reads_are_told(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str] | None, local: bool, mark: str
) -> None:
    values = {
        "fraud-alerting:security_team_emails": addresses,
        "fraud-alerting:operator_emails": ["a@bank.com"],
    }
    monkeypatch.setattr(settings, "settings_of", lambda *_: values)
    assert [each.mark for each in settings.mails("dev", local=local)] == [mark, "ok"]


def test_the_programs_are_run_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    (good,) = settings.programs("dev")
    assert (good.mark, "suffix dev" in good.text) == ("ok", True)

    def refuse(_environment: str) -> None:
        raise ValueError("fraud-compute:log_level is missing")

    monkeypatch.setattr("tools.deploy.program_runner.recording.deploy_all", refuse)
    assert list(settings.programs("dev")) == [
        Finding("x", "settings", "the programs reject them: fraud-compute:log_level is missing")
    ]


def test_another_region_is_named_with_its_layer() -> None:
    finding = settings.region({"network": {"aws:region": "eu-west-1"}, "data": {}}, "us-east-1")
    assert (finding.mark, "eu-west-1 in network" in finding.text) == ("x", True)
    assert settings.region({"network": {"aws:region": "us-east-1"}, "data": {}}, "us-east-1").mark == "ok"


@pytest.mark.parametrize(
    ("url", "variables", "mark"),
    [
        ("https://app.pulumi.com/owner", {}, "ok"),
        ("s3://states", {}, "x"),
        ("s3://states", {"PULUMI_CONFIG_PASSPHRASE": ""}, "ok"),
        ("s3://states", {"PULUMI_CONFIG_PASSPHRASE_FILE": "/no/such/file"}, "x"),
        ("s3://states", {"PULUMI_CONFIG_PASSPHRASE_FILE": str(Path(__file__))}, "ok"),
    ],
)
def test_what_opens_the_secrets(url: str, variables: dict[str, str], mark: str) -> None:
    assert cli.passphrase(url, "dev", variables).mark == mark


def test_a_passphrase_for_prod_is_told() -> None:
    finding = cli.passphrase("s3://x", "prod", {"PULUMI_CONFIG_PASSPHRASE": "x"})
    assert finding.mark == "!"
    assert "KMS" in finding.text


@pytest.mark.parametrize("shipped", [True, False])
def test_boundaries_that_are_not_as_shipped_are_told(shipped: bool) -> None:
    answers: list[tuple[str, dict[str, Any] | str]] = []
    for each in boundaries("123456789012", "dev"):
        if not shipped:
            answers.append(("get_policy", "NoSuchEntity"))
            continue
        answers.append(("get_policy", {"Policy": {"DefaultVersionId": "v1"}}))
        answers.append(("get_policy_version", {"PolicyVersion": {"Document": quote(each.text)}}))
    with answering("iam", *answers) as aws:
        finding = account.bounded(aws, "123456789012", "dev", "dev")
    assert finding.mark == ("ok" if shipped else "x")
    assert shipped or "ingest-role-boundary-dev (missing)" in finding.text
    assert shipped or "make boundaries ENV=dev" in finding.text


def test_the_stacks_that_stand_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    states = {
        "network": checkpoint(stack(), QUEUE),
        "data": checkpoint(stack(), operations=(pending("creating", QUEUE),)),
        "compute": checkpoint(),
    }
    monkeypatch.setattr(Stack, "export", lambda each: states.get(each.layer))

    findings, known = cli.stacks("dev")

    assert [(each.subject, each.mark) for each in findings] == [
        ("network", "ok"),
        ("data", "!"),
        ("compute", "ok"),
        ("alerting", "ok"),
    ]
    assert "1 resources, last deployed 2026-11-22 10:00 UTC" in findings[0].text
    assert "make deploy-data ENV=dev resolves them" in findings[1].text
    assert sorted(known) == ["compute", "data", "network"]


def test_a_backend_that_does_not_answer_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PulumiError("no login")

    monkeypatch.setattr(Stack, "export", refuse)
    monkeypatch.setattr(cli, "whoami", refuse)
    assert cli.stacks("dev") == ([failure("stacks", "no login")], {})
    assert cli.backend() == (failure("backend", "no login"), None)
