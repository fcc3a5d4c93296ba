"""EC2: VPCs, subnets and route tables."""

from collections.abc import Iterator
from typing import Any

from emulator.provider.cloud import Cloud
from emulator.provider.ec2 import Ec2Resource, search
from emulator.provider.resource import (
    NO_DATA,
    CheckFailure,
    Clients,
    Place,
    Properties,
    Resource,
    changed,
    digits,
    frozen,
    words,
)


class Vpc(Ec2Resource):
    """`aws.ec2.Vpc`."""

    token = "aws:ec2/vpc:Vpc"
    kind = id_prefix = "vpc"
    id_name = "VpcId"
    listing = ("describe_vpcs", "Vpcs")
    creating, deleting = ("create_vpc", "Vpc"), "delete_vpc"
    found_by_tags = True
    sent, told = words("cidrBlock instanceTenancy"), words("dhcpOptionsId")
    modelled = sent | words("enableDnsHostnames enableDnsSupport")
    replace_on = sent
    defaults = frozen({"enableDnsSupport": True, "instanceTenancy": "default"})

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        self._set_dns(cloud, resource_id, {}, inputs)

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Read the VPC and the ids of the default resources that AWS created with it."""
        ec2, vpc = cloud.client("ec2"), self.described(cloud, resource_id)
        here = [{"Name": "vpc-id", "Values": [resource_id]}]
        tables = ec2.describe_route_tables(Filters=[*here, {"Name": "association.main", "Values": ["true"]}])
        groups = ec2.describe_security_groups(Filters=[*here, {"Name": "group-name", "Values": ["default"]}])
        access = ec2.describe_network_acls(Filters=[*here, {"Name": "default", "Values": ["true"]}])
        main = tables["RouteTables"][0]["RouteTableId"]
        return {
            **self.shared(cloud, resource_id, vpc),
            "enableDnsHostnames": self._attribute(ec2, resource_id, "EnableDnsHostnames"),
            "enableDnsSupport": self._attribute(ec2, resource_id, "EnableDnsSupport"),
            "mainRouteTableId": main,
            "defaultRouteTableId": main,
            "defaultSecurityGroupId": groups["SecurityGroups"][0]["GroupId"],
            "defaultNetworkAclId": access["NetworkAcls"][0]["NetworkAclId"],
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        self._set_dns(cloud, resource_id, old, new)
        super().update(cloud, resource_id, old, new)

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        vpc_id, outputs = super().foretold(place, name, inputs)
        born_with = digits(f"{name}default", 16)
        table = f"rtb-0{born_with}"
        ids = {"defaultRouteTableId": table, "mainRouteTableId": table}
        return vpc_id, {**outputs, **ids, "defaultSecurityGroupId": f"sg-0{born_with}"}

    def _set_dns(self, cloud: Cloud, vpc_id: str, old: Properties, new: Properties) -> None:
        # DNS host names require DNS support: enable it first and disable it last.
        names = ["enableDnsSupport", "enableDnsHostnames"]
        for name in names if new.get("enableDnsSupport") else reversed(names):
            if old.get(name) != new.get(name):
                setting = {f"E{name[1:]}": {"Value": bool(new.get(name))}}
                cloud.client("ec2").modify_vpc_attribute(VpcId=vpc_id, **setting)

    def _attribute(self, ec2: Any, vpc_id: str, name: str) -> bool:
        answer = ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute=f"{name[0].lower()}{name[1:]}")
        return bool(answer[name]["Value"])


class Subnet(Ec2Resource):
    """`aws.ec2.Subnet`."""

    token = "aws:ec2/subnet:Subnet"
    kind = id_prefix = "subnet"
    id_name = "SubnetId"
    listing = ("describe_subnets", "Subnets")
    creating, deleting = ("create_subnet", "Subnet"), "delete_subnet"
    filters = frozen({"vpc-id": "vpcId", "cidr-block": "cidrBlock"})
    sent = words("vpcId cidrBlock availabilityZone")
    told = words("availabilityZoneId mapPublicIpOnLaunch")
    modelled = sent | {"mapPublicIpOnLaunch"}
    replace_on = sent
    defaults = frozen({"mapPublicIpOnLaunch": False})
    absent = frozen({"privateDnsHostnameTypeOnLaunch": "ip-name"})

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        if inputs.get("mapPublicIpOnLaunch"):
            self._set_public(cloud, resource_id, inputs)

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        if changed(old, new, "mapPublicIpOnLaunch"):
            self._set_public(cloud, resource_id, new)
        super().update(cloud, resource_id, old, new)

    def _set_public(self, cloud: Cloud, subnet_id: str, inputs: Properties) -> None:
        value = {"Value": bool(inputs.get("mapPublicIpOnLaunch"))}
        cloud.client("ec2").modify_subnet_attribute(SubnetId=subnet_id, MapPublicIpOnLaunch=value)


class RouteTable(Ec2Resource):
    """`aws.ec2.RouteTable` without inline routes; gateway endpoints add their own."""

    token = "aws:ec2/routeTable:RouteTable"
    kind, id_prefix, id_name = "route-table", "rtb", "RouteTableId"
    listing = ("describe_route_tables", "RouteTables")
    creating, deleting = ("create_route_table", "RouteTable"), "delete_route_table"
    filters = frozen({"vpc-id": "vpcId"})
    found_by_tags = True
    sent = replace_on = frozenset({"vpcId"})
    modelled = sent | {"routes"}
    unordered = frozenset({"routes"})

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Refuse routes, whose targets are not emulated."""
        if inputs.get("routes"):
            yield CheckFailure("routes", "only a table without routes is modelled by the embedded AWS")

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Read the table without routes to gateway endpoints, as the real provider does."""
        table = self.described(cloud, resource_id)
        own = [
            {"cidrBlock": route["DestinationCidrBlock"], "gatewayId": route["GatewayId"]}
            for route in table["Routes"]
            if route.get("GatewayId", "local") != "local" and "DestinationCidrBlock" in route
        ]
        return {**self.shared(cloud, resource_id, table), "routes": own}


class RouteTableAssociation(Resource):
    """`aws.ec2.RouteTableAssociation` of a subnet."""

    token = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    encrypted_by = NO_DATA
    id_prefix = "rtbassoc"
    modelled = frozenset({"routeTableId", "subnetId"})
    replace_on = frozenset({"subnetId"})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        made = cloud.client("ec2").associate_route_table(
            RouteTableId=inputs["routeTableId"], SubnetId=inputs["subnetId"]
        )
        return str(made["AssociationId"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        found = _association(cloud, "RouteTableAssociationId", "route-table-association-id", resource_id)
        if found is None:
            return None
        return {"routeTableId": found["RouteTableId"], "subnetId": found.get("SubnetId")}

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> str:
        """Associate the subnet with another table, which changes the id of the association."""
        made = cloud.client("ec2").replace_route_table_association(
            AssociationId=resource_id, RouteTableId=new["routeTableId"]
        )
        return str(made["NewAssociationId"])

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        cloud.client("ec2").disassociate_route_table(AssociationId=resource_id)

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        """Find by subnet, which has at most one association."""
        found = _association(aws, "SubnetId", "subnet-id", inputs["subnetId"])
        return str(found["RouteTableAssociationId"]) if found else None


def _association(aws: Clients, field: str, filtered_by: str, value: str) -> dict[str, Any] | None:
    """Return the association with a value in a field, as its route table lists it."""
    filters = {f"association.{filtered_by}": value}
    for table in search(aws, "describe_route_tables", "RouteTables", **filters):
        for each in table["Associations"]:
            if each.get(field) == value:
                return dict(each)
    return None
