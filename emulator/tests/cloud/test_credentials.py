"""Who calls: access keys, signatures, and roles assumed by those they trust."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from emulator.address import Emulator
from emulator.tests.roles import ACCOUNT, REGION, Role, policy, refused, statement


def test_a_role_is_assumed_only_by_principals_that_it_trusts(emulator: Emulator) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    emulator.client("iam").create_role(RoleName="for-lambda", AssumeRolePolicyDocument=policy(trust))
    sts = emulator.client("sts")
    arn = f"arn:aws:iam::{ACCOUNT}:role/for-lambda"
    assert refused(lambda: sts.assume_role(RoleArn=arn, RoleSessionName="test"))[0] == "AccessDenied"
    role = Role(emulator, statement("sts:AssumeRole", "*"))
    assert (
        refused(lambda: role.client("sts").assume_role(RoleArn=arn, RoleSessionName="test"))[0]
        == "AccessDenied"
    )
    named = role.client("sts").get_caller_identity()
    assert (named["Account"], named["Arn"].rpartition(":")[2].partition("/")[0]) == (ACCOUNT, "assumed-role")
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/operator"


@pytest.mark.parametrize(
    ("service", "code", "call"),
    [
        ("dynamodb", "UnrecognizedClientException", lambda client: client.list_tables()),
        ("sns", "InvalidClientTokenId", lambda client: client.list_topics()),
        ("lambda", "UnrecognizedClientException", lambda client: client.list_functions()),
    ],
)
def test_an_unknown_access_key_is_denied(
    emulator: Emulator, service: str, code: str, call: Callable[[Any], object]
) -> None:
    client = boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=emulator.endpoint,
        region_name=REGION,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key=emulator.secret_access_key,
    )
    assert refused(lambda: call(client))[0] == code


def test_a_wrong_secret_access_key_is_denied(emulator: Emulator) -> None:
    client = boto3.client(
        "dynamodb",
        endpoint_url=emulator.endpoint,
        region_name=REGION,
        aws_access_key_id=emulator.access_key_id,
        aws_secret_access_key="wrong",
    )
    assert refused(client.list_tables)[0] == "InvalidSignatureException"
