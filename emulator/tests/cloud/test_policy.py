"""The policy evaluator: decisions, conditions, and that nothing unknown passes for a match."""

import fnmatch
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.cloud.authorization.conditions import UnsupportedPolicyError
from emulator.cloud.authorization.policy import Decision, Principal, Query, decide, parse_policy
from emulator.cloud.authorization.wildcards import arn_matches, matches

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
ROLE = "arn:aws:iam::123456789012:role/reader"
SQS = "sqs.us-east-1.amazonaws.com"
KEYS = "dynamodb:LeadingKeys"
ROOT = "arn:aws:iam::123456789012:root"


def _decide(
    statements: list[dict[str, Any]],
    action: str = "dynamodb:PutItem",
    resource: str = TABLE,
    context: dict[str, tuple[str, ...]] | None = None,
    principal: Principal | None = None,
) -> Decision:
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return decide(parse_policy(document, "a test"), Query(action, resource, context or {}, principal))


def _allow(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": TABLE, **elements}


@pytest.mark.parametrize(
    ("statements", "decision"),
    [
        ([], Decision.IMPLICIT_DENY),
        ([_allow()], Decision.ALLOW),
        ([_allow(Action="DYNAMODB:putitem")], Decision.ALLOW),
        ([_allow(Action="dynamodb:Put*")], Decision.ALLOW),
        ([_allow(Action="dynamodb:PutIte?")], Decision.ALLOW),
        ([_allow(Action="dynamodb:PutIt?")], Decision.IMPLICIT_DENY),
        ([_allow(Action=["dynamodb:GetItem", "dynamodb:Query"])], Decision.IMPLICIT_DENY),
        ([_allow(Resource=TABLE.upper())], Decision.IMPLICIT_DENY),
        ([_allow(Resource=f"{TABLE}/index/*")], Decision.IMPLICIT_DENY),
        ([_allow(Resource="arn:aws:dynamodb:*:*:table/o*")], Decision.ALLOW),
        ([_allow(), _allow(Effect="Deny", Resource="*")], Decision.EXPLICIT_DENY),
        ([_allow(), _allow(Effect="Deny", Action="dynamodb:GetItem")], Decision.ALLOW),
        ([{"Effect": "Allow", "NotAction": "dynamodb:GetItem", "Resource": "*"}], Decision.ALLOW),
        ([{"Effect": "Allow", "NotAction": "dynamodb:Put*", "Resource": "*"}], Decision.IMPLICIT_DENY),
        ([{"Effect": "Allow", "Action": "dynamodb:*", "NotResource": TABLE}], Decision.IMPLICIT_DENY),
        ([{"Effect": "Allow", "Action": "dynamodb:*", "NotResource": f"{TABLE}s"}], Decision.ALLOW),
    ],
)
def test_decisions(statements: list[dict[str, Any]], decision: Decision) -> None:
    assert _decide(statements) is decision


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        ({"StringEquals": {"aws:SourceAccount": "1"}}, {"aws:sourceaccount": ("1",)}, True),
        ({"StringEquals": {"AWS:sourceaccount": ["2", "1"]}}, {"aws:sourceaccount": ("1",)}, True),
        ({"StringEquals": {"aws:SourceAccount": "1"}}, {"aws:sourceaccount": ("2",)}, False),
        ({"StringEquals": {"aws:SourceAccount": "1"}}, {}, False),
        ({"StringEqualsIfExists": {"aws:SourceAccount": "1"}}, {}, True),
        ({"StringEqualsIfExists": {"aws:SourceAccount": "1"}}, {"aws:sourceaccount": ("2",)}, False),
        ({"StringNotEquals": {"aws:SourceAccount": "1"}}, {}, True),
        ({"StringNotEquals": {"aws:SourceAccount": ["1", "2"]}}, {"aws:sourceaccount": ("2",)}, False),
        ({"StringEqualsIgnoreCase": {"events:source": "SHOP"}}, {"events:source": ("shop",)}, True),
        (
            {"StringLike": {"kms:ViaService": "sqs.*.amazonaws.com"}},
            {"kms:viaservice": (SQS,)},
            True,
        ),
        (
            {"StringLike": {"kms:ViaService": "sns.*"}},
            {"kms:viaservice": (SQS,)},
            False,
        ),
        ({"ArnEquals": {"aws:SourceArn": ROLE}}, {"aws:sourcearn": (ROLE,)}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:iam::*:role/r*"}}, {"aws:sourcearn": (ROLE,)}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:*:role/reader"}}, {"aws:sourcearn": (ROLE,)}, False),
        ({"ArnNotLike": {"aws:SourceArn": "arn:aws:iam::*:role/r*"}}, {"aws:sourcearn": (ROLE,)}, False),
        ({"Bool": {"aws:SecureTransport": "false"}}, {"aws:securetransport": ("true",)}, False),
        ({"Bool": {"aws:SecureTransport": True}}, {"aws:securetransport": ("true",)}, True),
        ({"NumericLessThan": {"sts:ExternalId": "5"}}, {"sts:externalid": ("4.5",)}, True),
        ({"NumericLessThan": {"sts:ExternalId": "5"}}, {"sts:externalid": ("many",)}, False),
        ({"Null": {"aws:SourceArn": "true"}}, {}, True),
        ({"Null": {"aws:SourceArn": "false"}}, {}, False),
        (
            {"ForAllValues:StringEquals": {KEYS: ["a", "b"]}},
            {KEYS.lower(): ("a", "b")},
            True,
        ),
        (
            {"ForAllValues:StringEquals": {KEYS: ["a"]}},
            {KEYS.lower(): ("a", "b")},
            False,
        ),
        ({"ForAllValues:StringEquals": {KEYS: ["a"]}}, {}, True),
        (
            {"ForAnyValue:StringEquals": {KEYS: ["a"]}},
            {KEYS.lower(): ("a", "b")},
            True,
        ),
        ({"ForAnyValue:StringEquals": {KEYS: ["a"]}}, {}, False),
        (
            {"StringEquals": {"kms:EncryptionContext:aws:sqs:arn": "q"}},
            {"kms:encryptioncontext:aws:sqs:arn": ("q",)},
            True,
        ),
        (
            {"StringEquals": {"events:source": "a"}, "Bool": {"aws:SecureTransport": "true"}},
            {"events:source": ("a",), "aws:securetransport": ("false",)},
            False,
        ),
    ],
)
def test_conditions(condition: dict[str, Any], context: dict[str, tuple[str, ...]], holds: bool) -> None:
    decision = _decide([_allow(Condition=condition)], context=context)
    assert decision is (Decision.ALLOW if holds else Decision.IMPLICIT_DENY)


@pytest.mark.parametrize(
    ("element", "message"),
    [
        ({"Condition": {"StringEqual": {"aws:SourceArn": "a"}}}, "operator 'StringEqual' is not known"),
        ({"Condition": {"NullIfExists": {"aws:SourceArn": "true"}}}, "operator 'NullIfExists' is not known"),
        ({"Condition": {"ForSome:StringEquals": {"aws:SourceArn": "a"}}}, "operator 'ForSome:StringEquals'"),
        ({"Condition": {"StringEquals": {"aws:SourceArm": "a"}}}, "key 'aws:SourceArm' is not known"),
        ({"Condition": {"StringEquals": {"aws:SourceArn": []}}}, "compares with nothing"),
        ({"Condition": {"StringEquals": {"aws:SourceArn": "${aws:PrincipalArn}"}}}, "policy variables"),
        ({"Resource": "arn:aws:s3:::${aws:PrincipalArn}"}, "policy variables"),
        ({"Conditions": {}}, "element Conditions is not known"),
        ({"Effect": "allow"}, "Effect is 'allow'"),
        ({"NotAction": "a:b"}, "exactly one of Action and NotAction"),
        ({"Principal": {"Federated": "x"}}, "Principal"),
    ],
)
def test_what_is_not_known_is_an_error(element: dict[str, Any], message: str) -> None:
    with pytest.raises(UnsupportedPolicyError, match=message):
        _decide([_allow(**element)])


def test_a_statement_without_a_resource_is_an_error() -> None:
    with pytest.raises(UnsupportedPolicyError, match="names no resource"):
        _decide([{"Effect": "Allow", "Action": "dynamodb:PutItem"}])


@pytest.mark.parametrize(
    ("principal", "asks", "decision"),
    [
        ({"AWS": ROLE}, Principal(arn=ROLE), Decision.ALLOW),
        ({"AWS": ROOT}, Principal(arn=ROLE), Decision.IMPLICIT_DENY),
        ({"AWS": ROOT}, Principal(arn=ROOT, account_id="123456789012"), Decision.ALLOW),
        ({"AWS": "123456789012"}, Principal(arn=ROOT, account_id="123456789012"), Decision.ALLOW),
        ({"AWS": "*"}, Principal(arn=ROLE), Decision.ALLOW),
        ("*", Principal(service="events.amazonaws.com"), Decision.ALLOW),
        ({"Service": "events.amazonaws.com"}, Principal(service="events.amazonaws.com"), Decision.ALLOW),
        ({"Service": "events.amazonaws.com"}, Principal(service="sns.amazonaws.com"), Decision.IMPLICIT_DENY),
        ({"Service": "events.amazonaws.com"}, Principal(arn=ROLE), Decision.IMPLICIT_DENY),
    ],
)
def test_principals(principal: Any, asks: Principal, decision: Decision) -> None:
    assert _decide([_allow(Principal=principal)], principal=asks) is decision


_TEXT = st.text("abc*?:/", max_size=12)


@given(pattern=_TEXT, text=st.text("abc:/", max_size=12))
def test_wildcards_are_those_of_the_shell_without_brackets(pattern: str, text: str) -> None:
    assert matches(pattern, text) == fnmatch.fnmatchcase(text, pattern)


@given(parts=st.lists(st.text("ab/", max_size=4), min_size=6, max_size=6))
def test_an_arn_matches_itself_and_its_own_wildcards(parts: list[str]) -> None:
    arn = ":".join(parts)
    assert arn_matches(arn, arn)
    assert arn_matches("*:*:*:*:*:*", arn)
    assert not arn_matches("*", arn)


_ACTIONS = st.sampled_from(["dynamodb:PutItem", "dynamodb:GetItem", "sqs:*", "dynamodb:*", "*"])
_STATEMENTS = st.builds(
    lambda effect, actions, resource: {"Effect": effect, "Action": actions, "Resource": resource},
    st.sampled_from(["Allow", "Deny"]),
    st.lists(_ACTIONS, min_size=1, max_size=3),
    st.sampled_from([TABLE, f"{TABLE}2", "*", "arn:aws:dynamodb:*"]),
)


@given(statements=st.lists(_STATEMENTS, max_size=6), order=st.randoms())
def test_order_does_not_matter_and_deny_wins(statements: list[dict[str, Any]], order: Any) -> None:
    shuffled = list(statements)
    order.shuffle(shuffled)
    decision = _decide(statements)
    assert _decide(shuffled) is decision
    assert _decide([*statements, _allow(Effect="Deny")]) is Decision.EXPLICIT_DENY
    with_allow = _decide([*statements, _allow()])
    assert with_allow is (Decision.EXPLICIT_DENY if decision is Decision.EXPLICIT_DENY else Decision.ALLOW)
