"""The preflight check: what is wanted, what the account allows, and what it says when they do not fit."""

from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from tools.deploy.preflight import (
    PreflightError,
    Quota,
    account_quota,
    check,
    held_concurrency,
    main,
    wanted_concurrency,
)

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

WANTED = {"ingest-function-dev": 100, "detector-function-dev": 100, "notifier-function-dev": 100}


@pytest.fixture
def client() -> "LambdaClient":
    return boto3.client(
        "lambda", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none"
    )


@pytest.mark.parametrize(("environment", "total"), [("dev", 400), ("prod", 550)])
def test_the_wanted_concurrency_is_what_the_settings_reserve(environment: str, total: int) -> None:
    wanted = wanted_concurrency(environment)
    assert set(wanted) == {
        f"{stem}-function-{environment}" for stem in ("ingest", "detector", "verdicts", "notifier")
    }
    assert sum(wanted.values()) == total


def test_missing_settings_name_the_file_and_the_key(tmp_path: Path) -> None:
    with pytest.raises(PreflightError, match=r"compute/Pulumi\.blue\.yaml does not exist"):
        wanted_concurrency("blue", tmp_path)
    (tmp_path / "compute").mkdir()
    (tmp_path / "compute" / "Pulumi.blue.yaml").write_text("config: {}", encoding="utf-8")
    with pytest.raises(PreflightError, match="fraud-compute:ingest_reserved_concurrency is missing"):
        wanted_concurrency("blue", tmp_path)


def test_the_quota_is_read_as_lambda_reports_it(client: "LambdaClient") -> None:
    with Stubber(client) as stub:
        limits = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 700}
        stub.add_response("get_account_settings", {"AccountLimit": limits})
        assert account_quota(client) == Quota(limit=1000, unreserved=700)


def test_what_deployed_functions_hold_counts_and_absent_ones_do_not(client: "LambdaClient") -> None:
    with Stubber(client) as stub:
        stub.add_response(
            "get_function_concurrency",
            {"ReservedConcurrentExecutions": 100},
            {"FunctionName": "ingest-function-dev"},
        )
        stub.add_client_error("get_function_concurrency", "ResourceNotFoundException")
        stub.add_response("get_function_concurrency", {}, {"FunctionName": "notifier-function-dev"})
        assert held_concurrency(client, WANTED) == 100


def test_an_account_that_fits_is_told_what_is_left() -> None:
    assert check(WANTED, Quota(1000, 1000), 0).endswith(
        "300 requested, account limit 1000, 700 left for other functions"
    )


def test_a_second_deployment_needs_nothing_more() -> None:
    assert check(WANTED, Quota(400, 100), 300).endswith("100 left for other functions")


def test_a_new_account_is_told_what_to_ask_for() -> None:
    with pytest.raises(PreflightError) as raised:
        check(WANTED, Quota(10, 10), 0)
    message = str(raised.value)
    assert "ingest-function-dev 100, detector-function-dev 100, notifier-function-dev 100" in message
    assert "--quota-code L-B99A9384 --desired-value 400" in message


@given(
    unreserved=st.integers(min_value=0, max_value=2000),
    others=st.integers(min_value=0, max_value=2000),
    held=st.integers(min_value=0, max_value=300),
)
def test_the_quota_that_it_asks_for_is_just_enough(unreserved: int, others: int, held: int) -> None:
    quota = Quota(unreserved + others + held, unreserved)
    try:
        check(WANTED, quota, held)
    except PreflightError as error:
        more = int(str(error).rsplit(maxsplit=1)[-1]) - quota.limit
        assert more > 0
        check(WANTED, Quota(quota.limit + more, unreserved + more), held)
        with pytest.raises(PreflightError):
            check(WANTED, Quota(quota.limit + more - 1, unreserved + more - 1), held)
    else:
        assert unreserved + held - 300 >= 100


def test_without_credentials_it_says_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setattr("sys.argv", ["preflight", "dev"])
    assert main() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "Unable to locate credentials" in said.err
    assert "aws sts get-caller-identity" in said.err
