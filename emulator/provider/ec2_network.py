"""EC2: the network itself - VPC, subnets and route tables."""

from collections.abc import Iterator
from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.resource import CheckFailure, Properties, Resource, changed, frozen, steps
from emulator.provider.values import pruned


class Vpc(Resource):
    """`aws.ec2.Vpc`."""

    token = "aws:ec2/vpc:Vpc"
    modelled = frozenset({"cidrBlock", "enableDnsHostnames", "enableDnsSupport", "instanceTenancy"})
    replace_on = frozenset({"cidrBlock", "instanceTenancy"})
    defaults = frozen({"enableDnsSupport": True, "instanceTenancy": "default"})
    absent = frozen(
        {
            "enableNetworkAddressUsageMetrics": False,
            "ipv6AssociationId": "",
            "ipv6CidrBlock": "",
            "ipv6CidrBlockNetworkBorderGroup": "",
            "assignGeneratedIpv6CidrBlock": False,
        }
    )

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """A VPC with the default group, access list and route table that AWS adds."""
        made = cloud.client("ec2").create_vpc(
            **pruned(
                CidrBlock=inputs.get("cidrBlock"),
                InstanceTenancy=inputs.get("instanceTenancy"),
                TagSpecifications=tags.specification("vpc", inputs),
            )
        )
        return str(made["Vpc"]["VpcId"])

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        """DNS settings have calls of their own."""
        self._set_dns(cloud, resource_id, {}, inputs)

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The VPC and the ids of what AWS made with it."""
        del known
        ec2 = cloud.client("ec2")
        vpc = ec2.describe_vpcs(VpcIds=[resource_id])["Vpcs"][0]
        here = [{"Name": "vpc-id", "Values": [resource_id]}]
        tables = ec2.describe_route_tables(Filters=[*here, {"Name": "association.main", "Values": ["true"]}])
        groups = ec2.describe_security_groups(Filters=[*here, {"Name": "group-name", "Values": ["default"]}])
        access = ec2.describe_network_acls(Filters=[*here, {"Name": "default", "Values": ["true"]}])
        main = tables["RouteTables"][0]["RouteTableId"]
        return {
            "arn": cloud.arn("ec2", f"vpc/{resource_id}"),
            "cidrBlock": vpc["CidrBlock"],
            "instanceTenancy": vpc["InstanceTenancy"],
            "dhcpOptionsId": vpc["DhcpOptionsId"],
            "ownerId": cloud.account_id,
            "enableDnsHostnames": self._attribute(ec2, resource_id, "EnableDnsHostnames"),
            "enableDnsSupport": self._attribute(ec2, resource_id, "EnableDnsSupport"),
            "mainRouteTableId": main,
            "defaultRouteTableId": main,
            "defaultSecurityGroupId": groups["SecurityGroups"][0]["GroupId"],
            "defaultNetworkAclId": access["NetworkAcls"][0]["NetworkAclId"],
            "tags": tags.as_map(vpc.get("Tags")),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """DNS settings and tags."""
        self._set_dns(cloud, resource_id, old, new)
        tags.update_ec2(cloud, resource_id, old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """AWS refuses while anything of the program is left inside."""
        del known
        cloud.client("ec2").delete_vpc(VpcId=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By `Name` tag."""
        return next(iter(self.find_all(cloud, inputs)), None)

    def find_all(self, cloud: Cloud, inputs: Properties) -> list[str]:
        """By `Name` tag, which is not unique."""
        found = cloud.client("ec2").describe_vpcs(Filters=tags.by_name(inputs))["Vpcs"]
        return [vpc["VpcId"] for vpc in found]

    def _set_dns(self, cloud: Cloud, vpc_id: str, old: Properties, new: Properties) -> None:
        # Host names need DNS support, so it is switched on first and off last.
        names = ["enableDnsSupport", "enableDnsHostnames"]
        for name in names if new.get("enableDnsSupport") else reversed(names):
            if old.get(name) != new.get(name):
                setting = {f"E{name[1:]}": {"Value": bool(new.get(name))}}
                cloud.client("ec2").modify_vpc_attribute(VpcId=vpc_id, **setting)

    def _attribute(self, ec2: Any, vpc_id: str, name: str) -> bool:
        answer = ec2.describe_vpc_attribute(VpcId=vpc_id, Attribute=f"{name[0].lower()}{name[1:]}")
        return bool(answer[name]["Value"])


class Subnet(Resource):
    """`aws.ec2.Subnet`."""

    token = "aws:ec2/subnet:Subnet"
    modelled = frozenset({"vpcId", "cidrBlock", "availabilityZone", "mapPublicIpOnLaunch"})
    replace_on = frozenset({"vpcId", "cidrBlock", "availabilityZone"})
    defaults = frozen({"mapPublicIpOnLaunch": False})
    absent = frozen(
        {
            "assignIpv6AddressOnCreation": False,
            "enableDns64": False,
            "enableResourceNameDnsARecordOnLaunch": False,
            "enableResourceNameDnsAaaaRecordOnLaunch": False,
            "ipv6Native": False,
            "ipv6CidrBlock": "",
            "ipv6CidrBlockAssociationId": "",
            "privateDnsHostnameTypeOnLaunch": "ip-name",
        }
    )

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """A subnet in one zone."""
        made = cloud.client("ec2").create_subnet(
            **pruned(
                VpcId=inputs["vpcId"],
                CidrBlock=inputs.get("cidrBlock"),
                AvailabilityZone=inputs.get("availabilityZone"),
                TagSpecifications=tags.specification("subnet", inputs),
            )
        )
        return str(made["Subnet"]["SubnetId"])

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        """Public addresses on launch have a call of their own."""
        if inputs.get("mapPublicIpOnLaunch"):
            self._set_public(cloud, resource_id, inputs)

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """One description says all."""
        del known
        subnet = cloud.client("ec2").describe_subnets(SubnetIds=[resource_id])["Subnets"][0]
        return {
            "arn": cloud.arn("ec2", f"subnet/{resource_id}"),
            "ownerId": cloud.account_id,
            "vpcId": subnet["VpcId"],
            "cidrBlock": subnet["CidrBlock"],
            "availabilityZone": subnet["AvailabilityZone"],
            "availabilityZoneId": subnet["AvailabilityZoneId"],
            "mapPublicIpOnLaunch": subnet["MapPublicIpOnLaunch"],
            "tags": tags.as_map(subnet.get("Tags")),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Public addresses on launch, and tags."""
        if changed(old, new, "mapPublicIpOnLaunch"):
            self._set_public(cloud, resource_id, new)
        tags.update_ec2(cloud, resource_id, old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """AWS refuses while network interfaces are in it."""
        del known
        cloud.client("ec2").delete_subnet(SubnetId=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By VPC and address range, which no two subnets share."""
        wanted = {"vpc-id": inputs["vpcId"], "cidr-block": inputs.get("cidrBlock", "")}
        filters = [{"Name": name, "Values": [value]} for name, value in wanted.items()]
        found = cloud.client("ec2").describe_subnets(Filters=filters)["Subnets"]
        return found[0]["SubnetId"] if found else None

    def _set_public(self, cloud: Cloud, subnet_id: str, inputs: Properties) -> None:
        value = {"Value": bool(inputs.get("mapPublicIpOnLaunch"))}
        cloud.client("ec2").modify_subnet_attribute(SubnetId=subnet_id, MapPublicIpOnLaunch=value)


class RouteTable(Resource):
    """`aws.ec2.RouteTable` without routes of its own: gateway endpoints add theirs themselves."""

    token = "aws:ec2/routeTable:RouteTable"
    modelled = frozenset({"vpcId", "routes"})
    replace_on = frozenset({"vpcId"})
    unordered = frozenset({"routes"})
    absent = frozen({"propagatingVgws": []})

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Routes would need gateways, which this network has not."""
        if inputs.get("routes"):
            yield CheckFailure("routes", "only a table without routes is modelled by the embedded AWS")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """A table with the VPC's own route."""
        made = cloud.client("ec2").create_route_table(
            **pruned(VpcId=inputs["vpcId"], TagSpecifications=tags.specification("route-table", inputs))
        )
        return str(made["RouteTable"]["RouteTableId"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Routes to gateway endpoints belong to the endpoints and are left out, as the real provider does."""
        del known
        tables = cloud.client("ec2").describe_route_tables(RouteTableIds=[resource_id])["RouteTables"]
        table = tables[0]
        own = [
            {"cidrBlock": route["DestinationCidrBlock"], "gatewayId": route["GatewayId"]}
            for route in table["Routes"]
            if route.get("GatewayId", "local") != "local" and "DestinationCidrBlock" in route
        ]
        return {
            "arn": cloud.arn("ec2", f"route-table/{resource_id}"),
            "ownerId": cloud.account_id,
            "vpcId": table["VpcId"],
            "routes": own,
            "tags": tags.as_map(table.get("Tags")),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Tags."""
        tags.update_ec2(cloud, resource_id, old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """AWS refuses while subnets are associated."""
        del known
        cloud.client("ec2").delete_route_table(RouteTableId=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By `Name` tag within the VPC."""
        return next(iter(self.find_all(cloud, inputs)), None)

    def find_all(self, cloud: Cloud, inputs: Properties) -> list[str]:
        """By `Name` tag within the VPC, which is not unique."""
        filters = tags.by_name(inputs, vpc_id=inputs["vpcId"])
        found = cloud.client("ec2").describe_route_tables(Filters=filters)["RouteTables"]
        return [table["RouteTableId"] for table in found]


class RouteTableAssociation(Resource):
    """`aws.ec2.RouteTableAssociation` of a subnet."""

    token = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    modelled = frozenset({"routeTableId", "subnetId"})
    replace_on = frozenset({"subnetId"})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Associate a subnet with the table."""
        made = cloud.client("ec2").associate_route_table(
            RouteTableId=inputs["routeTableId"], SubnetId=inputs["subnetId"]
        )
        return str(made["AssociationId"])

    def imported(self, cloud: Cloud, import_id: str) -> tuple[str, Properties]:
        """By subnet and table."""
        named = steps(import_id, "subnetId", "routeTableId")
        return self.find(cloud, named) or import_id, {}

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The association as its table lists it."""
        del known
        filters = [{"Name": "association.route-table-association-id", "Values": [resource_id]}]
        for table in cloud.client("ec2").describe_route_tables(Filters=filters)["RouteTables"]:
            for association in table["Associations"]:
                if association["RouteTableAssociationId"] == resource_id:
                    return {
                        "routeTableId": association["RouteTableId"],
                        "subnetId": association.get("SubnetId"),
                    }
        return None

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> str:
        """AWS gives the association with another table another id."""
        del old
        made = cloud.client("ec2").replace_route_table_association(
            AssociationId=resource_id, RouteTableId=new["routeTableId"]
        )
        return str(made["NewAssociationId"])

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """The subnet falls back to the main table."""
        del known
        cloud.client("ec2").disassociate_route_table(AssociationId=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """A subnet has one association at most."""
        filters = [{"Name": "association.subnet-id", "Values": [inputs["subnetId"]]}]
        for table in cloud.client("ec2").describe_route_tables(Filters=filters)["RouteTables"]:
            for association in table["Associations"]:
                if association.get("SubnetId") == inputs["subnetId"]:
                    return str(association["RouteTableAssociationId"])
        return None
