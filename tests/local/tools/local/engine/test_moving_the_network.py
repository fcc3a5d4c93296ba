"""The network in other zones or with other addresses: the new comes beside the old, which goes last."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from emulator.provider.cloud import Cloud
from tests.local.tools.local.engine.test_four_layers import changes, succeed

ADDRESSES = "fraud-network:vpc_cidr=10.30.0.0/16"
ZONES = 'fraud-network:availability_zones=["us-east-1a", "us-east-1c"]'


def subnets(cloud: Cloud) -> dict[str, str]:
    """Zones of the environment's subnets and their blocks."""
    found = cloud.client("ec2").describe_subnets(Filters=[{"Name": "tag:Environment", "Values": ["local"]}])
    return {each["AvailabilityZone"]: each["CidrBlock"] for each in found["Subnets"]}


def test_other_addresses_and_other_zones(run_directory: Path, cloud: Cloud, emulator: object) -> None:
    del emulator
    succeed(run_directory, "deploy", "--layer", "network")
    assert subnets(cloud) == {"us-east-1a": "10.20.0.0/20", "us-east-1b": "10.20.16.0/20"}

    moved = succeed(run_directory, "deploy", "--layer", "network", "--config", ADDRESSES)
    assert {"vpc-local", "function-security-group-local", "sqs-endpoint-local"} <= {
        name for symbol, name in changes(moved) if symbol == "±"
    }
    assert subnets(cloud) == {"us-east-1a": "10.30.0.0/20", "us-east-1b": "10.30.16.0/20"}

    both = ["--config", ADDRESSES, "--config", ZONES]
    elsewhere = succeed(run_directory, "deploy", "--layer", "network", *both)
    assert {("+", "private-subnet-c-local"), ("-", "private-subnet-b-local")} <= set(changes(elsewhere))
    assert subnets(cloud) == {"us-east-1a": "10.30.0.0/20", "us-east-1c": "10.30.32.0/20"}
    assert changes(succeed(run_directory, "deploy", "--layer", "network", *both)) == []


def test_what_an_endpoint_uses_is_not_deleted(cloud: Cloud, emulator: object) -> None:
    del emulator
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.77.0.0/24")["Subnet"]["SubnetId"]
    used, caller = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("used", "caller")
    )
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.sqs",
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
        SecurityGroupIds=[used],
    )["VpcEndpoint"]["VpcEndpointId"]
    pair = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": caller}]}]
    ec2.authorize_security_group_ingress(GroupId=used, IpPermissions=pair)

    in_use = pytest.raises(ClientError, match="DependencyViolation")
    with in_use:
        ec2.delete_security_group(GroupId=used)
    with in_use:
        ec2.delete_security_group(GroupId=caller)
    with in_use:
        ec2.delete_subnet(SubnetId=subnet)

    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    ec2.delete_security_group(GroupId=used)
    ec2.delete_security_group(GroupId=caller)
    ec2.delete_subnet(SubnetId=subnet)
