"""IAM: require a permissions boundary to exist, and keep it while a role uses it; moto accepts any ARN."""

from typing import Any

from moto.iam.exceptions import DeleteConflictException, NotFoundException
from moto.iam.models import IAMBackend

from emulator.cloud.replacing import replaces

_create_role = IAMBackend.create_role
_put_boundary = IAMBackend.put_role_permissions_boundary
_delete_policy = IAMBackend.delete_policy


def _require(iam: IAMBackend, boundary: str | None) -> None:
    if boundary and boundary not in iam.managed_policies:
        raise NotFoundException(f"Scope ARN: {boundary} does not exist or is not attachable.")


@replaces(IAMBackend, "create_role")
def _create_bounded_role(self: IAMBackend, *settings: Any, **named: Any) -> Any:
    # role_name, assume_role_policy_document, path, permissions_boundary
    _require(self, named.get("permissions_boundary", settings[3] if len(settings) > 3 else None))
    return _create_role(self, *settings, **named)


@replaces(IAMBackend, "put_role_permissions_boundary")
def _put_known_boundary(self: IAMBackend, role_name: str, permissions_boundary: str) -> None:
    _require(self, permissions_boundary)
    _put_boundary(self, role_name, permissions_boundary)


@replaces(IAMBackend, "delete_policy")
def _delete_unused_policy(self: IAMBackend, policy_arn: str) -> None:
    if any(role.permissions_boundary_arn == policy_arn for role in self.roles.values()):
        raise DeleteConflictException("Cannot delete a policy attached to entities.")
    _delete_policy(self, policy_arn)
