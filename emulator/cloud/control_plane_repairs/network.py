"""EC2: update security group rules and VPC endpoints, and remove deleted endpoints.

Moto keeps descriptions only for CIDR rules, updates only their CIDR, and lists deleted endpoints for ever.
"""

import json
from typing import Any

from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule
from moto.ec2.models.vpcs import VPCBackend, VPCEndPoint
from moto.ec2.responses.vpcs import VPCs

from emulator.cloud.replacing import replaces

_PREFIX_LIST_POSITION = 7
"""Position of the parameter in `SecurityGroupRule`'s constructor, without self."""

_init_rule = SecurityGroupRule.__init__
_modify_rules = SecurityGroupBackend.modify_security_group_rules
_modify_endpoint = VPCs.modify_vpc_endpoint
_delete_endpoints = VPCBackend.delete_vpc_endpoints


@replaces(SecurityGroupRule, "__init__")
def _rule_with_description(self: SecurityGroupRule, *arguments: Any, **options: Any) -> None:
    _init_rule(self, *arguments, **options)
    in_order = arguments[_PREFIX_LIST_POSITION : _PREFIX_LIST_POSITION + 1]
    prefix_list = options.get("prefix_list_id") or (in_order and in_order[0]) or {}
    self.kept_description = prefix_list.get("Description")  # type: ignore[attr-defined]


def _description(self: SecurityGroupRule) -> Any:
    kept = getattr(self, "kept_description", None)
    return self.ip_range.get("Description") or self.source_group.get("Description") or kept


@replaces(SecurityGroupBackend, "modify_security_group_rules")
def _modify(self: SecurityGroupBackend, group_id: str, rules: dict[str, dict[str, Any]]) -> None:
    _modify_rules(self, group_id, rules)
    group = self.get_security_group_by_name_or_id(group_id)
    for rule_id, new in rules.items():
        rule = group.get_rule(rule_id) if group else None
        if rule is None:
            continue
        rule.ip_range.pop("Description", None)
        rule.source_group.pop("Description", None)
        rule.kept_description = new.get("Description")  # type: ignore[attr-defined]
        if new.get("CidrIpv6"):
            rule.ip_range["CidrIpv6"] = new["CidrIpv6"]
        if new.get("PrefixListId"):
            rule.prefix_list_id = new["PrefixListId"]
        if new.get("ReferencedGroupId"):
            rule.source_group["GroupId"] = new["ReferencedGroupId"]


@replaces(VPCs, "modify_vpc_endpoint")
def _modify_whole_endpoint(self: VPCs) -> Any:
    answer = _modify_endpoint(self)
    endpoint = self.ec2_backend.describe_vpc_endpoints([self._get_param("VpcEndpointId")])[0]
    _route(self.ec2_backend, endpoint, self._get_param("AddRouteTableIds", []), add=True)
    _route(self.ec2_backend, endpoint, self._get_param("RemoveRouteTableIds", []), add=False)
    private_dns = self._get_param("PrivateDnsEnabled")
    if private_dns is not None:
        endpoint.private_dns_enabled = private_dns in (True, "true")
    if self._get_param("ResetPolicy") in (True, "true"):
        endpoint.policy_document = json.dumps(VPCEndPoint.DEFAULT_POLICY)
    return answer


def _route(backend: Any, endpoint: VPCEndPoint, tables: list[str], *, add: bool) -> None:
    """Add or remove a gateway endpoint's route in each of its route tables."""
    destination = endpoint.destination_prefix_list_id
    for table in tables if destination else ():
        if add:
            backend.create_route(table, None, gateway_id=endpoint.id, destination_prefix_list_id=destination)
        else:
            backend.delete_route(table, destination)


@replaces(VPCBackend, "delete_vpc_endpoints")
def _delete_and_forget(self: VPCBackend, vpce_ids: list[str] | None = None) -> None:
    _delete_endpoints(self, vpce_ids)
    for endpoint_id in vpce_ids or []:
        self.vpc_end_points.pop(endpoint_id, None)


replaces(SecurityGroupRule, "description")(property(_description))
