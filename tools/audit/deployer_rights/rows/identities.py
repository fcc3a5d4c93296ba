"""IAM: the roles that functions and pipes act with, never the deployer's own.

Role names are exact; which policies of AWS may be attached, and to which service a role may be handed, is a
condition. Whoever may write a role's rights and run code as that role has whatever is written there: each
role is therefore made and written only while it has its own permissions boundary. Its trust policy is written
when it is made and never after: `iam:UpdateAssumeRolePolicy` has no condition on whom the role trusts.

Sources: internal/service/iam/{role,role_policy,role_policy_attachment}.go of terraform-provider-aws;
"Actions, resources, and condition keys for AWS IAM" in the service authorization reference; "Delegating
responsibility to others using permissions boundaries" in the IAM user guide.
"""

import json
from collections.abc import Iterator, Mapping

from shared.infra.arns import boundary_name
from shared.infra.naming import Names
from tools.audit.deployer_rights.grants import Conditions, Grant, GrantError, Scope, both
from tools.audit.deployer_rights.rows.row import Row
from tools.deploy.program_runner.recorded import Resource


def _role(scope: Scope, resource: Resource) -> Iterator[Grant]:
    arn = (scope.role(resource.inputs["name"]),)
    yield Grant(
        "ReadRoles",
        (
            "iam:GetRole",
            "iam:ListRolePolicies",
            "iam:ListAttachedRolePolicies",
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
            "iam:TagRole",
            "iam:UntagRole",
            "iam:ListInstanceProfilesForRole",
            "iam:DeleteRole",
        ),
        arn,
    )
    yield Grant(
        f"Write{_words(scope, resource.inputs['name'])}",
        ("iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary"),
        arn,
        _bounded(scope, resource),
    )
    for service in _trusted(resource):
        yield Grant(
            f"PassRolesTo{service.partition('.')[0].capitalize()}",
            ("iam:PassRole",),
            arn,
            {"StringEquals": {"iam:PassedToService": (service,)}},
        )


def _attachment(scope: Scope, resource: Resource) -> Iterator[Grant]:
    policy, role = resource.inputs["policyArn"], resource.inputs["role"]
    yield Grant(
        f"Attach{policy.rpartition('/')[2]}To{_words(scope, role)}",
        ("iam:AttachRolePolicy", "iam:DetachRolePolicy"),
        (scope.role(role),),
        both({"ArnEquals": {"iam:PolicyARN": (policy,)}}, _within(_boundary_arn(scope, role))),
    )


def _policy(scope: Scope, resource: Resource) -> Iterator[Grant]:
    # Its writing belongs to the role, whose boundary decides under which condition.
    arn = scope.role(resource.inputs["role"])
    yield Grant("ReadRolePolicies", ("iam:GetRolePolicy",), (arn,), reads=True)


def _bounded(scope: Scope, role: Resource) -> Conditions:
    """The role has its own boundary, and no other.

    Raises:
        GrantError: the program registers it without.
    """
    name, boundary = role.inputs["name"], role.inputs.get("permissionsBoundary")
    own = _boundary_arn(scope, name)
    if not boundary or boundary.split(":", 5)[5] != own.split(":", 5)[5]:
        raise GrantError(f"{role} is not bounded by {own}: make it by shared.infra.role.bounded_role")
    return _within(own)


def _within(boundary: str) -> Conditions:
    return {"ArnEquals": {"iam:PermissionsBoundary": (boundary,)}}


def _boundary_arn(scope: Scope, role: str) -> str:
    name = boundary_name(Names(scope.suffix), role.removesuffix(f"-{scope.suffix}"))
    return scope.arn("iam", f"policy/{name}", region="")


def _words(scope: Scope, name: str) -> str:
    """`ingest-role-dev` as part of a Sid: `IngestRole`."""
    return "".join(part.capitalize() for part in name.removesuffix(f"-{scope.suffix}").split("-"))


def _trusted(resource: Resource) -> list[str]:
    """Return the services that may take the role on, by its trust policy."""
    statements = json.loads(resource.inputs["assumeRolePolicy"])["Statement"]
    return sorted({statement["Principal"]["Service"] for statement in statements})


ROWS: Mapping[str, Row] = {
    "aws:iam/role:Role": _role,
    "aws:iam/rolePolicy:RolePolicy": _policy,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _attachment,
}
