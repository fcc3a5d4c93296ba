"""IAM: the roles that functions and pipes act with, never the deployer's own.

Role names are exact; which policies of AWS may be attached, and to which service a role may be handed, is a
condition. Whoever may write a role's policy and run code as that role has whatever he writes there: a
permissions boundary on the role bounds it, and where the program sets one, no role is made without.

Sources: internal/service/iam/{role,role_policy,role_policy_attachment}.go of terraform-provider-aws;
"Actions, resources, and condition keys for AWS IAM" in the service authorization reference; "Delegating
responsibility to others using permissions boundaries" in the IAM user guide.
"""

import json
from collections.abc import Iterator, Mapping

from tools.audit.deployer_rights.grants import Conditions, Grant, Scope, both
from tools.audit.deployer_rights.rows.row import Row
from tools.deploy.program_runner.recorded import Resource


def _role(scope: Scope, resource: Resource) -> Iterator[Grant]:
    arn = (scope.role(resource.inputs["name"]),)
    yield Grant(
        "ReadRoles",
        (
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListRolePolicies",
            "iam:ListAttachedRolePolicies",
            "iam:ListInstanceProfilesForRole",
            "iam:ListRoleTags",
        ),
        arn,
        reads=True,
    )
    yield Grant(
        "ChangeRoles",
        (
            "iam:UpdateRole",
            "iam:UpdateRoleDescription",
            "iam:UpdateAssumeRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
        ),
        arn,
    )
    boundary = resource.inputs.get("permissionsBoundary")
    bounded = _bounded(scope, boundary)
    write: tuple[str, ...] = ("iam:CreateRole", "iam:PutRolePolicy")
    if boundary:
        write = (*write, "iam:PutRolePermissionsBoundary")
    yield Grant("WriteRoles", write, arn, bounded)
    for service in _trusted(resource):
        yield Grant(
            f"PassRolesTo{service.partition('.')[0].capitalize()}",
            ("iam:PassRole",),
            arn,
            {"StringEquals": {"iam:PassedToService": (service,)}},
        )


def _attachment(scope: Scope, resource: Resource) -> Iterator[Grant]:
    policy = resource.inputs["policyArn"]
    yield Grant(
        f"Attach{policy.rpartition('/')[2]}",
        ("iam:AttachRolePolicy", "iam:DetachRolePolicy"),
        (scope.role(resource.inputs["role"]),),
        {"ArnEquals": {"iam:PolicyARN": (policy,)}},
    )


def _policy(scope: Scope, resource: Resource) -> Iterator[Grant]:
    # Its writing belongs to the role, whose boundary decides under which condition.
    arn = scope.role(resource.inputs["role"])
    yield Grant("ReadRolePolicies", ("iam:GetRolePolicy",), (arn,), reads=True)


def _bounded(scope: Scope, boundary: str | None) -> Conditions:
    if not boundary:
        return {}
    policy = scope.arn("iam", boundary.split(":", 5)[5], region="")
    return both({"StringEquals": {"iam:PermissionsBoundary": (policy,)}})


def _trusted(resource: Resource) -> list[str]:
    """Return the services that may take the role on, by its trust policy."""
    statements = json.loads(resource.inputs["assumeRolePolicy"])["Statement"]
    return sorted({statement["Principal"]["Service"] for statement in statements})


ROWS: Mapping[str, Row] = {
    "aws:iam/role:Role": _role,
    "aws:iam/rolePolicy:RolePolicy": _policy,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _attachment,
}
