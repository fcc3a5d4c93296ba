"""Finds what was made in a VPC: by what AWS lets exist once, else by all of its tags."""

from collections.abc import Mapping
from typing import Any

from tools.deploy.recovery.clients import Clients

Inputs = Mapping[str, Any]
_RULE = {
    "ipProtocol": "IpProtocol",
    "fromPort": "FromPort",
    "toPort": "ToPort",
    "cidrIpv4": "CidrIpv4",
    "prefixListId": "PrefixListId",
}


def vpc(aws: Clients, inputs: Inputs) -> str | None:
    """By its tags."""
    return _first(aws("ec2").describe_vpcs(Filters=_tagged(inputs))["Vpcs"], "VpcId")


def route_table(aws: Clients, inputs: Inputs) -> str | None:
    """By its tags, in its VPC."""
    filters = [*_tagged(inputs), *_filters({"vpc-id": inputs["vpcId"]})]
    return _first(aws("ec2").describe_route_tables(Filters=filters)["RouteTables"], "RouteTableId")


def subnet(aws: Clients, inputs: Inputs) -> str | None:
    """By its addresses, which a VPC has once."""
    filters = _filters({"vpc-id": inputs["vpcId"], "cidr-block": inputs["cidrBlock"]})
    return _first(aws("ec2").describe_subnets(Filters=filters)["Subnets"], "SubnetId")


def route_table_association(aws: Clients, inputs: Inputs) -> str | None:
    """By its subnet, which has one."""
    filters = _filters({"association.subnet-id": inputs["subnetId"]})
    for table in aws("ec2").describe_route_tables(Filters=filters)["RouteTables"]:
        ours = [each for each in table["Associations"] if each.get("SubnetId") == inputs["subnetId"]]
        return _first(ours, "RouteTableAssociationId")
    return None


def security_group(aws: Clients, inputs: Inputs) -> str | None:
    """By its name, which a VPC has once."""
    filters = _filters({"group-name": inputs["name"], "vpc-id": inputs["vpcId"]})
    return _first(aws("ec2").describe_security_groups(Filters=filters)["SecurityGroups"], "GroupId")


def default_security_group(aws: Clients, inputs: Inputs) -> str | None:
    """The one that comes with the VPC."""
    return security_group(aws, {**inputs, "name": "default"})


def ingress_rule(aws: Clients, inputs: Inputs) -> str | None:
    """By what it allows."""
    return _rule(aws, inputs, egress=False)


def egress_rule(aws: Clients, inputs: Inputs) -> str | None:
    """By what it allows."""
    return _rule(aws, inputs, egress=True)


def vpc_endpoint(aws: Clients, inputs: Inputs) -> str | None:
    """By its service, of which this project's VPC has one endpoint."""
    filters = _filters({"vpc-id": inputs["vpcId"], "service-name": inputs["serviceName"]})
    found = aws("ec2").describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]
    # AWS tells of a deleted one for an hour more.
    standing = [each for each in found if each["State"].lower() not in ("deleting", "deleted")]
    return _first(standing, "VpcEndpointId")


def _rule(aws: Clients, inputs: Inputs, *, egress: bool) -> str | None:
    filters = _filters({"group-id": inputs["securityGroupId"]})
    found = aws("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    peer = inputs.get("referencedSecurityGroupId")
    ours = [
        each
        for each in found
        if each["IsEgress"] == egress
        and each.get("ReferencedGroupInfo", {}).get("GroupId") == peer
        and all(_same(each.get(theirs), inputs.get(name)) for name, theirs in _RULE.items())
    ]
    return _first(ours, "SecurityGroupRuleId")


def _same(theirs: object, wanted: object) -> bool:
    """Ports of protocols that have none are -1 on one side and absent on the other."""
    absent = (None, -1)
    return (theirs in absent and wanted in absent) or theirs == wanted


def _tagged(inputs: Inputs) -> list[dict[str, Any]]:
    return _filters({f"tag:{key}": value for key, value in inputs["tags"].items()})


def _filters(wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"Name": name, "Values": [value]} for name, value in wanted.items()]


def _first(found: list[dict[str, Any]], key: str) -> str | None:
    return str(found[0][key]) if found else None
