"""The VPC: private subnets in two availability zones, without internet access."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stacks.network.settings import NetworkSettings

SUBNET_BITS = 4
"""Each subnet has a sixteenth of the VPC, which leaves room for more zones and layers."""


@dataclass(frozen=True)
class PrivateNetwork:
    """The VPC, subnets and route table."""

    vpc: aws.ec2.Vpc
    subnets: list[aws.ec2.Subnet]
    route_table: aws.ec2.RouteTable


def private_network(settings: NetworkSettings, opts: pulumi.ResourceOptions) -> PrivateNetwork:
    """Register the VPC with DNS, its subnets and their shared route table."""
    names = settings.names
    vpc = aws.ec2.Vpc(
        names.of("vpc"),
        cidr_block=str(settings.vpc_cidr),
        enable_dns_support=True,
        enable_dns_hostnames=True,
        tags={"Name": names.of("vpc")},
        opts=opts,
    )
    # Remove the default group's rules, so that resources without their own group reach nothing.
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
    # Each zone has its own name and CIDR block, so that a new subnet can be created before an old one is
    # deleted.
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
