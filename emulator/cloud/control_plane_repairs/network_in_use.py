"""EC2: refuse to delete security groups and subnets in use, so that a wrong deletion order fails.

Moto deletes them while endpoints and functions use them. Here a deleted function releases them at once; on
AWS its network interfaces can remain for up to 45 minutes.
"""

from typing import Any

from moto.awslambda.utils import get_backend
from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.ec2.models.subnets import SubnetBackend

from emulator.cloud.replacing import replaces

_delete_group = SecurityGroupBackend.delete_security_group
_delete_subnet = SubnetBackend.delete_subnet


@replaces(SecurityGroupBackend, "delete_security_group")
def _delete_free_group(
    self: SecurityGroupBackend, name: str | None = None, group_id: str | None = None
) -> None:
    group = self.get_security_group_by_name_or_id(group_id or name or "")
    if group is not None:
        held = group.id in _held_by_endpoints(self, "security_group_ids") | _held_by_functions(
            self, "SecurityGroupIds"
        )
        others = [each for groups in self.groups.values() for each in groups.values() if each.id != group.id]
        named = any(
            rule.source_group.get("GroupId") == group.id
            for other in others
            for rule in (*other.ingress_rules, *other.egress_rules)
        )
        if held or named:
            raise DependencyViolationError(f"resource {group.id} has a dependent object")
    _delete_group(self, name, group_id)


@replaces(SubnetBackend, "delete_subnet")
def _delete_free_subnet(self: SubnetBackend, subnet_id: str) -> Any:
    if subnet_id in _held_by_endpoints(self, "subnet_ids") | _held_by_functions(self, "SubnetIds"):
        raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
    return _delete_subnet(self, subnet_id)


def _held_by_endpoints(backend: Any, kind: str) -> set[str]:
    return {held for each in backend.vpc_end_points.values() for held in getattr(each, kind) or ()}


def _held_by_functions(backend: Any, kind: str) -> set[str]:
    functions = get_backend(backend.account_id, backend.region_name).list_functions()
    return {held for each in functions for held in (each._vpc_config or {}).get(kind) or ()}  # noqa: SLF001
