"""A policy document as data: its statements by Sid."""

import json
from collections.abc import Mapping
from typing import Any

from tests.support.recorded import Resource


def statements(resource: Resource, key: str = "policy") -> Mapping[str, Mapping[str, Any]]:
    """The statements of the policy that an input holds; every Sid once."""
    document = json.loads(resource.inputs[key])
    found = {statement["Sid"]: statement for statement in document["Statement"]}
    assert document["Version"] == "2012-10-17"
    assert len(found) == len(document["Statement"]), "two statements share a Sid"
    return found


def rights(resource: Resource, key: str = "policy") -> dict[str, dict[str, Any]]:
    """The statements without their Sid, for comparison as a whole."""
    return {
        sid: {part: value for part, value in statement.items() if part != "Sid"}
        for sid, statement in statements(resource, key).items()
    }


def allow(*actions: str, on: str | list[str], **conditions: Any) -> dict[str, Any]:
    """An Allow of an identity policy, as the programs write it."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": [on] if isinstance(on, str) else on,
    }
    return statement | ({"Condition": conditions} if conditions else {})


def through(key_arn: str, service: str, *actions: str) -> dict[str, Any]:
    """An Allow to use the key by way of one service."""
    via = {"kms:ViaService": f"{service}.us-east-1.amazonaws.com"}
    return allow(*actions, on=key_arn, StringEquals=via)


def items(*keys: str) -> dict[str, Any]:
    """Return the conditions by which a call names items with such partition keys, and no others."""
    fits = {"dynamodb:LeadingKeys": list(keys)}
    return {"ForAllValues:StringLike": fits, "Null": {"dynamodb:LeadingKeys": "false"}}
