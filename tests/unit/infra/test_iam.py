"""Policy documents: what is written, and everything that is refused."""

import json
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.infra.iam import (
    ANYONE,
    NETWORK_INTERFACES_POLICY,
    TRACING_POLICY,
    PolicyError,
    Statement,
    document,
    key_policy,
    through,
    tls_only,
    trust,
)
from tests.unit.infra.resolving import resolve

QUEUE = "arn:aws:sqs:us-east-1:123456789012:suspicious-queue-dev"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
ROLE = "arn:aws:iam::123456789012:role/ingest-role-dev"


def send(**changes: Any) -> Statement:
    """A good statement, with something changed."""
    return Statement(**{"sid": "Send", "actions": ["sqs:SendMessage"], "resources": [QUEUE], **changes})


def parsed(*statements: Statement) -> dict[str, Any]:
    policy: dict[str, Any] = json.loads(resolve(lambda: document(*statements)))
    return policy


def test_a_statement_is_written_as_iam_reads_it() -> None:
    written = parsed(send(conditions={"StringEquals": {"aws:SourceAccount": "123456789012"}}))
    assert written == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Send",
                "Effect": "Allow",
                "Action": ["sqs:SendMessage"],
                "Resource": [QUEUE],
                "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
            }
        ],
    }


def test_outputs_are_resolved_wherever_they_stand() -> None:
    policy = json.loads(
        resolve(
            lambda: document(
                send(
                    resources=[pulumi.Output.from_input(QUEUE)],
                    principals={"AWS": pulumi.Output.from_input(ROLE)},
                    conditions={"ArnEquals": {"aws:SourceArn": [pulumi.Output.from_input(KEY)]}},
                )
            )
        )
    )
    (statement,) = policy["Statement"]
    assert statement["Resource"] == [QUEUE]
    assert statement["Principal"] == {"AWS": ROLE}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": [KEY]}}


@pytest.mark.parametrize("action", ["*", "sqs:*", "sqs:Send*", "sqs:SendMessag?", "SendMessage", "", "sqs:"])
def test_only_exact_actions_are_written(action: str) -> None:
    with pytest.raises(PolicyError, match="statement Send"):
        send(actions=[action])


def test_a_statement_without_actions_is_refused() -> None:
    with pytest.raises(PolicyError, match="lists no action"):
        send(actions=[])


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "arn:aws:sqs:us-east-1:123456789012:*",
        "arn:aws:sqs:*:123456789012:suspicious-queue-dev",
        "arn:aws:sqs:us-east-1:*:suspicious-queue-dev",
        "arn:aws:sqs:us-east-1:123456789012:suspicious-*",
        "arn:aws:sqs:us-east-1:123456789012:suspicious-queue-de?",
        "arn:aws:ec2:us-east-1:123456789012:*/*",
        "arn:aws:dynamodb:us-east-1:123456789012:table/*",
        "arn:aws:logs:us-east-1:123456789012:log-group:*:log-stream:*",
    ],
)
def test_no_allow_reaches_more_than_it_names(resource: str) -> None:
    with pytest.raises(PolicyError, match="statement Send"):
        send(resources=[QUEUE, resource])
    with pytest.raises(PolicyError, match="statement Send"):
        resolve(lambda: document(send(resources=[pulumi.Output.from_input(resource)])))


def test_the_streams_of_one_log_group_may_be_written() -> None:
    streams = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/ingest-function-dev:log-stream:*"
    assert parsed(send(resources=[streams]))["Statement"][0]["Resource"] == [streams]


def test_a_deny_may_be_broad_but_not_everything() -> None:
    network = "arn:aws:ec2:us-east-1:123456789012:*/*"
    assert parsed(send(effect="Deny", resources=[network]))["Statement"][0]["Resource"] == [network]
    with pytest.raises(PolicyError):
        send(effect="Deny", resources=["*"])


def test_an_allow_for_anyone_must_name_its_callers() -> None:
    with pytest.raises(PolicyError, match="aws:PrincipalArn"):
        send(principals=ANYONE)
    with pytest.raises(PolicyError, match="aws:PrincipalArn"):
        send(principals=ANYONE, conditions={"StringEquals": {"aws:SourceAccount": "123456789012"}})
    with pytest.raises(PolicyError, match="aws:PrincipalArn"):
        send(principals={"AWS": [ROLE, "*"]})
    assert send(principals=ANYONE, conditions={"ArnEquals": {"aws:PrincipalArn": ROLE}}).principals == ANYONE


@pytest.mark.parametrize("sid", ["", "send", "Send Message", "Send-1"])
def test_a_sid_that_iam_refuses_is_refused(sid: str) -> None:
    with pytest.raises(PolicyError, match="Sid"):
        send(sid=sid)


def test_two_statements_of_one_name_are_refused() -> None:
    with pytest.raises(PolicyError, match="Send repeated"):
        document(send(), send())


def test_an_empty_policy_and_a_statement_without_resources_are_refused() -> None:
    with pytest.raises(PolicyError, match="at least one"):
        document()
    with pytest.raises(PolicyError, match="names no resource"):
        document(send(resources=[]))


def test_in_a_key_policy_the_resource_is_the_key() -> None:
    administer = send(actions=["kms:DescribeKey"], resources=[], principals={"AWS": ROLE})
    policy = json.loads(resolve(lambda: key_policy(administer)))
    assert policy["Statement"][0]["Resource"] == "*"
    with pytest.raises(PolicyError, match="in a key policy"):
        key_policy(send(principals={"AWS": ROLE}))
    with pytest.raises(PolicyError, match="in a key policy"):
        key_policy(send(resources=[]))


def test_a_trust_policy_names_one_service() -> None:
    policy = json.loads(
        resolve(lambda: trust("pipes.amazonaws.com", {"StringEquals": {"aws:SourceAccount": "1"}}))
    )
    assert policy["Statement"] == [
        {
            "Sid": "Assume",
            "Effect": "Allow",
            "Principal": {"Service": "pipes.amazonaws.com"},
            "Action": ["sts:AssumeRole"],
            "Condition": {"StringEquals": {"aws:SourceAccount": "1"}},
        }
    ]


@pytest.mark.parametrize(("service", "action"), [("sqs", "sqs:SendMessage"), ("sns", "sns:Publish")])
def test_unencrypted_transport_is_denied_to_everyone(service: Any, action: str) -> None:
    (statement,) = parsed(tls_only(service, QUEUE))["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Principal"] == {"AWS": "*"}
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert action in statement["Action"]


def test_the_key_is_used_by_way_of_one_service() -> None:
    (statement,) = parsed(through(KEY, "sqs", "kms:Decrypt"))["Statement"]
    assert statement["Resource"] == [KEY]
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": "sqs.us-east-1.amazonaws.com"}}


def test_managed_policies_are_aws_s_own() -> None:
    assert {NETWORK_INTERFACES_POLICY, TRACING_POLICY} == {
        "arn:aws:iam::aws:policy/service-role/AWSLambdaENIManagementAccess",
        "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess",
    }


@given(prefix=st.text(alphabet="abc:/-*?", max_size=12), suffix=st.text(alphabet="abc:/-", max_size=6))
def test_no_wildcard_before_the_last_part_ever_passes_in_an_allow(prefix: str, suffix: str) -> None:
    resource = f"arn:aws:sqs:us-east-1:123456789012:{prefix}*{suffix}x"
    with pytest.raises(PolicyError):
        send(resources=[resource])
