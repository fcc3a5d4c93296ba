"""IAM: the role that a call is about, the policy that it attaches, and the boundary that bounds the role."""

from collections.abc import Iterator

from emulator.cloud import deployed
from emulator.cloud.authorization.control_plane.reading import Context, asked_for, pairs, role_arn
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.calls import Call


def read(call: Call) -> Iterator[Requirement]:
    """Yield the rights for a call about a role; none are read for one about anything else."""
    parameters = call.form
    name = parameters.get("RoleName")
    if not name:
        return
    context: Context = asked_for(pairs(parameters, "Tags.member"))
    if "PolicyArn" in parameters:
        context["iam:policyarn"] = (parameters["PolicyArn"],)
    # A call that sets the boundary is judged by the one that it sets, any other by the one that there is.
    sets = call.operation in {"CreateRole", "PutRolePermissionsBoundary"}
    if boundary := parameters.get("PermissionsBoundary") if sets else _boundary(name):
        context["iam:permissionsboundary"] = (boundary,)
    yield Requirement(f"iam:{call.operation}", role_arn(name), context)


def _boundary(role_name: str) -> str:
    role = deployed.role(role_name)
    return (getattr(role, "permissions_boundary_arn", None) or "") if role else ""
