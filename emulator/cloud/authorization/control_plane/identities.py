"""IAM: roles, attached policies and permissions boundaries."""

from collections.abc import Iterator

from emulator.cloud import deployed
from emulator.cloud.authorization.control_plane.reading import Context, asked_for, pairs, role_arn
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.calls import Call


def read(call: Call) -> Iterator[Requirement]:
    """Yield the permissions for a call on a role; none for other calls."""
    parameters = call.form
    name = parameters.get("RoleName")
    if not name:
        return
    context: Context = asked_for(pairs(parameters, "Tags.member"))
    if "PolicyArn" in parameters:
        context["iam:policyarn"] = (parameters["PolicyArn"],)
    # iam:PermissionsBoundary is the boundary that the call sets, or else the role's current one.
    sets = call.operation in {"CreateRole", "PutRolePermissionsBoundary"}
    if boundary := parameters.get("PermissionsBoundary") if sets else _boundary(name):
        context["iam:permissionsboundary"] = (boundary,)
    yield Requirement(f"iam:{call.operation}", role_arn(name), context)


def _boundary(role_name: str) -> str:
    role = deployed.role(role_name)
    return (getattr(role, "permissions_boundary_arn", None) or "") if role else ""
