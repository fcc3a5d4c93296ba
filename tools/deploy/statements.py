"""IAM policy statements for people and jobs."""

from collections.abc import Mapping
from typing import Any

Statement = dict[str, Any]
Document = dict[str, Any]


def document(*statements: Statement) -> Document:
    """Return the statements as a policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(
    sid: str, actions: list[str], resources: list[str], condition: Mapping[str, Any] | None = None
) -> Statement:
    """Return a statement that allows actions on resources, with an optional condition."""
    statement = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement


def allow_key(sid: str, actions: list[str], key_arn: str, service: str) -> Statement:
    """Return a statement that allows the KMS key's use through `service` only."""
    region = key_arn.split(":")[3]
    return allow(
        sid, actions, [key_arn], {"StringEquals": {"kms:ViaService": f"{service}.{region}.amazonaws.com"}}
    )


def of_items(*keys: str) -> Mapping[str, Any]:
    """Return the condition that all partition keys in a DynamoDB request match a pattern."""
    return {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(keys)},
        # ForAllValues alone is also true for a request without keys.
        "Null": {"dynamodb:LeadingKeys": "false"},
    }
