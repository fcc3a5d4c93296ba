"""The roles that are deployed, and what they are given, as IAM tells it."""

from collections.abc import Iterator
from typing import Any

from tools.audit.privileges.grants import Grant, grants_of


def grants(iam: Any, *endings: str) -> Iterator[Grant]:
    """Yield the rights of all roles whose names end with one of these.

    Args:
        iam: A client of IAM.
        endings: Of the roles' names.
    """
    for page in iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            if role["RoleName"].endswith(endings):
                yield from grants_of(role["RoleName"], documents(iam, role["RoleName"]))


def documents(iam: Any, role: str) -> dict[str, Any]:
    """Return a role's policies, inline ones by name and attached ones by ARN."""
    inline = iam.list_role_policies(RoleName=role)["PolicyNames"]
    found = {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in inline}
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found[arn] = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    return found
