"""EC2: the resources that a call creates, with request tags, and those it acts on, with resource tags."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from emulator.cloud.account import arn, backend
from emulator.cloud.authorization.control_plane.reading import asked_for, borne, listed, pairs
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.calls import Call

_KINDS = {
    "vpc": "vpc",
    "subnet": "subnet",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "vpce": "vpc-endpoint",
    "eni": "network-interface",
}


@dataclass(frozen=True, slots=True)
class _Operation:
    """The resource type that a call creates, and the parameters that name the resources it acts on."""

    makes: str = ""
    on: tuple[str, ...] = ()


_OPERATIONS: Mapping[str, _Operation] = {
    "CreateVpc": _Operation("vpc"),
    "CreateSubnet": _Operation("subnet", ("VpcId",)),
    "CreateRouteTable": _Operation("route-table", ("VpcId",)),
    "CreateSecurityGroup": _Operation("security-group", ("VpcId",)),
    "AuthorizeSecurityGroupEgress": _Operation("security-group-rule", ("GroupId",)),
    "AuthorizeSecurityGroupIngress": _Operation("security-group-rule", ("GroupId",)),
    "CreateVpcEndpoint": _Operation("vpc-endpoint", ("VpcId", "RouteTableId", "SubnetId", "SecurityGroupId")),
    "ModifyVpcEndpoint": _Operation(
        on=(
            "VpcEndpointId",
            *(f"{change}{what}" for change in ("Add", "Remove") for what in ("RouteTableId", "SubnetId")),
            *(f"{change}SecurityGroupId" for change in ("Add", "Remove")),
        )
    ),
    "DeleteVpcEndpoints": _Operation(on=("VpcEndpointId",)),
    "AssociateRouteTable": _Operation(on=("RouteTableId", "SubnetId")),
    "ReplaceRouteTableAssociation": _Operation(on=("RouteTableId", "AssociationId")),
    "DisassociateRouteTable": _Operation(on=("AssociationId",)),
    "DescribeVpcAttribute": _Operation(on=("VpcId",)),
    "ModifyVpcAttribute": _Operation(on=("VpcId",)),
    "DeleteVpc": _Operation(on=("VpcId",)),
    "ModifySubnetAttribute": _Operation(on=("SubnetId",)),
    "DeleteSubnet": _Operation(on=("SubnetId",)),
    "DeleteRouteTable": _Operation(on=("RouteTableId",)),
    "DeleteSecurityGroup": _Operation(on=("GroupId",)),
    "RevokeSecurityGroupEgress": _Operation(on=("GroupId",)),
    "RevokeSecurityGroupIngress": _Operation(on=("GroupId",)),
    "ModifySecurityGroupRules": _Operation(on=("GroupId", "SecurityGroupRule.1.SecurityGroupRuleId")),
    "CreateNetworkInterface": _Operation("network-interface", ("SubnetId", "SecurityGroupId")),
    "AssignPrivateIpAddresses": _Operation(on=("NetworkInterfaceId",)),
    "UnassignPrivateIpAddresses": _Operation(on=("NetworkInterfaceId",)),
    "DeleteNetworkInterface": _Operation(on=("NetworkInterfaceId",)),
    "CreateTags": _Operation(on=("ResourceId",)),
    "DeleteTags": _Operation(on=("ResourceId",)),
}


def read(call: Call) -> Iterator[Requirement]:
    """Yield the permissions for a call that creates, changes or deletes; none for one that describes."""
    operation = _OPERATIONS.get(call.operation)
    if operation is None:
        return
    parameters = call.form
    action = f"ec2:{call.operation}"
    if operation.makes:
        yield from _made(call.operation, operation.makes, parameters)
    given = asked_for(pairs(parameters, "Tag")) if call.operation in {"CreateTags", "DeleteTags"} else {}
    for name in operation.on:
        for identifier in listed(parameters, name):
            for each in _standing_for(identifier):
                yield Requirement(action, _arn(each), {**borne(_tags(each)), **given})


def _made(operation: str, kind: str, parameters: Mapping[str, str]) -> Iterator[Requirement]:
    tags = pairs(parameters, "TagSpecification.1.Tag")
    context = asked_for(tags)
    service = parameters.get("ServiceName")
    named = {"ec2:vpceservicename": (service,)} if service else {}
    # A resource to be created has no id yet: the permission is on any of its type.
    yield Requirement(f"ec2:{operation}", arn("ec2", f"{kind}/*"), {**context, **named})
    if tags:
        by_this = {"ec2:createaction": (operation,)}
        yield Requirement("ec2:CreateTags", arn("ec2", f"{kind}/*"), {**context, **by_this})


def _standing_for(identifier: str) -> Iterator[str]:
    """Yield the route table and subnet of an association, which has no ARN of its own."""
    if not identifier.startswith("rtbassoc-"):
        yield identifier
        return
    for table in backend("ec2").route_tables.values():
        for association in table.associations:
            if association["RouteTableAssociationId"] == identifier:
                yield table.id
                yield from filter(None, [association.get("SubnetId")])


def _arn(identifier: str) -> str:
    prefix = identifier.rpartition("-")[0]
    return arn("ec2", f"{_KINDS.get(prefix, prefix)}/{identifier}")


def _tags(identifier: str) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in backend("ec2").describe_tags({"resource-id": [identifier]})}
