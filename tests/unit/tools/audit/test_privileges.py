"""Given against used: nothing is needed by nobody, nothing is lacked by somebody."""

from dataclasses import replace
from typing import Any

from tools.audit.privileges.comparison import compare
from tools.audit.privileges.grants import Grant, grants_of
from tools.audit.privileges.uses import Use

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
TRACING = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(sid: str, action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource, **more}


WRITES = allow("Write", ["dynamodb:PutItem", "dynamodb:UpdateItem"], TABLE)
PUT = Use("r", "dynamodb:PutItem", TABLE, ())
UPDATE = Use("r", "dynamodb:UpdateItem", TABLE, ())


def grants(*statements: dict[str, Any], name: str = "own") -> list[Grant]:
    return list(grants_of("r", {name: document(*statements)}))


def test_what_is_given_and_used_is_even() -> None:
    found = compare(grants(WRITES), [PUT, UPDATE])
    assert found.even
    assert found.used == found.granted != {"r": ()}


def test_each_action_that_nobody_uses_is_excess() -> None:
    found = compare(grants(WRITES), [PUT])
    assert [str(each) for each in found.excess["r"]] == [f"Write dynamodb:UpdateItem on {TABLE}"]
    assert not found.even


def test_each_value_of_a_condition_must_be_of_use() -> None:
    keys = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["controls#*", "rules#*"]}}
    given = grants(allow("Edit", "dynamodb:PutItem", TABLE, Condition=keys))
    used = replace(PUT, context=(("dynamodb:leadingkeys", ("controls#account#a-1",)),))
    found = compare(given, [used])
    assert [each.conditions[0][2] for each in found.excess["r"]] == ["rules#*"]


def test_what_is_refused_or_not_given_is_missing() -> None:
    refused = replace(PUT, refusal="because no identity-based policy allows it")
    elsewhere = replace(UPDATE, resource=f"{TABLE}-2")
    found = compare(grants(WRITES), [PUT, UPDATE, refused, elsewhere])
    assert found.missing["r"] == (refused, elsewhere)
    assert not found.even


def test_a_policy_of_aws_is_one_right() -> None:
    attached = grants(allow("", ["xray:PutTraceSegments", "xray:GetSamplingRules"], "*"), name=TRACING)
    traced = Use("r", "xray:PutTraceSegments", "*", ())
    assert compare(attached, [traced]).even
    assert len(compare(attached, []).excess["r"]) == 2


def test_who_has_no_rights_is_not_compared_and_a_deny_is_no_right() -> None:
    denies = {**allow("Deny", "dynamodb:PutItem", TABLE), "Effect": "Deny"}
    assert grants(denies) == []
    found = compare(grants(WRITES), [PUT, UPDATE, replace(PUT, role="somebody")])
    assert found.roles == ("r",)
    assert set(found.as_json()) == {"roles", "granted", "used", "excess", "missing", "unseen"}
