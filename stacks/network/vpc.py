"""The VPC: private subnets in two availability zones, and no way to the internet."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stacks.network.settings import NetworkSettings

SUBNET_BITS = 4
"""Each subnet is a sixteenth of the VPC, which leaves room for every zone and for more layers."""


@dataclass(frozen=True)
class PrivateNetwork:
    """Where functions and endpoints live."""

    vpc: aws.ec2.Vpc
    subnets: list[aws.ec2.Subnet]
    route_table: aws.ec2.RouteTable


def private_network(settings: NetworkSettings, opts: pulumi.ResourceOptions) -> PrivateNetwork:
    """Register the VPC with DNS, its subnets and the one route table that they share."""
    names = settings.names
    vpc = aws.ec2.Vpc(
        names.of("vpc"),
        cidr_block=str(settings.vpc_cidr),
        enable_dns_support=True,
        enable_dns_hostnames=True,
        tags={"Name": names.of("vpc")},
        opts=opts,
    )
    # A group without rules: whatever is started without a group of its own can reach nothing.
    aws.ec2.DefaultSecurityGroup(
        names.of("default-security-group"),
        vpc_id=vpc.id,
        tags={"Name": names.of("default-security-group")},
        opts=opts,
    )
    route_table = aws.ec2.RouteTable(
        names.of("private-route-table"),
        vpc_id=vpc.id,
        tags={"Name": names.of("private-route-table")},
        opts=opts,
    )
    # Each zone has a name and a block of its own: the subnet of another zone comes before an old one goes.
    blocks = dict(zip("abcdef", settings.vpc_cidr.subnets(prefixlen_diff=SUBNET_BITS), strict=False))
    subnets = []
    for zone in settings.availability_zones:
        letter = zone[-1]
        subnet = aws.ec2.Subnet(
            names.of(f"private-subnet-{letter}"),
            vpc_id=vpc.id,
            availability_zone=zone,
            cidr_block=str(blocks[letter]),
            map_public_ip_on_launch=False,
            tags={"Name": names.of(f"private-subnet-{letter}")},
            opts=opts,
        )
        aws.ec2.RouteTableAssociation(
            names.of(f"private-route-table-association-{letter}"),
            subnet_id=subnet.id,
            route_table_id=route_table.id,
            opts=opts,
        )
        subnets.append(subnet)
    return PrivateNetwork(vpc, subnets, route_table)
