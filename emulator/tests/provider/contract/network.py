"""Cases of VPC, subnets, routes, security groups and endpoints."""

from emulator.tests.provider.contract.case import Case
from emulator.tests.provider.contract.documents import policy

NETWORK = (
    Case(
        "aws:ec2/vpc:Vpc",
        lambda _: {"cidrBlock": "10.9.0.0/16", "enableDnsHostnames": True, "tags": {"Name": "v"}},
        lambda _: {"enableDnsHostnames": False, "tags": {"Name": "w", "More": "x"}},
        {"cidrBlock": "10.8.0.0/16"},
    ),
    Case(
        "aws:ec2/subnet:Subnet",
        lambda w: {"vpcId": w.ids["vpc"], "cidrBlock": "10.50.9.0/24", "availabilityZone": "us-east-1b"},
        lambda _: {"mapPublicIpOnLaunch": True, "tags": {"Name": "s"}},
        {"cidrBlock": "10.50.8.0/24", "availabilityZone": "us-east-1a", "vpcId": "vpc-other"},
    ),
    Case(
        "aws:ec2/routeTable:RouteTable",
        lambda w: {"vpcId": w.ids["vpc"], "tags": {"Name": "r"}},
        lambda _: {"tags": {"Name": "r2"}},
        {"vpcId": "vpc-other"},
    ),
    Case(
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        lambda w: {"routeTableId": w.ids["routes"], "subnetId": w.ids["subnet1"]},
        lambda w: {"routeTableId": w.ids["routes2"]},
        {"subnetId": "subnet-other"},
    ),
    Case(
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        lambda w: {"vpcId": w.ids["vpc2"], "tags": {"Name": "d"}},
        lambda _: {"tags": {"Name": "d2"}},
        {"vpcId": "vpc-other"},
    ),
    Case(
        "aws:ec2/securityGroup:SecurityGroup",
        lambda w: {
            "name": "contract-group",
            "vpcId": w.ids["vpc"],
            "description": "One",
            "tags": {"Name": "g"},
        },
        lambda _: {"tags": {"Name": "g2"}},
        {"name": "contract-group-2", "description": "Two", "vpcId": "vpc-other"},
    ),
    Case(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        lambda w: {
            "securityGroupId": w.ids["group"],
            "referencedSecurityGroupId": w.ids["peer"],
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "description": "To the peer",
            "tags": {"Name": "e"},
        },
        lambda _: {"fromPort": 8443, "toPort": 8443, "description": "To the peer, elsewhere"},
        {"securityGroupId": "sg-other"},
    ),
    Case(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        lambda w: {
            "securityGroupId": w.ids["group"],
            "prefixListId": "pl-02cd2c6b",
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
            "description": "To DynamoDB",
        },
        lambda _: {"description": "To DynamoDB alone"},
        {"securityGroupId": "sg-other"},
        name="SecurityGroupEgressRule to a prefix list",
    ),
    Case(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        lambda w: {
            "securityGroupId": w.ids["peer"],
            "cidrIpv4": "10.0.0.0/8",
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
        },
        lambda _: {"cidrIpv4": "10.50.0.0/16", "description": "From inside"},
        {"securityGroupId": "sg-other"},
    ),
    Case(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        lambda w: {
            "vpcId": w.ids["vpc"],
            "serviceName": "com.amazonaws.us-east-1.dynamodb",
            "routeTableIds": [w.ids["routes"]],
            "policy": policy("dynamodb:PutItem", Principal="*"),
            "tags": {"Name": "gateway"},
        },
        lambda w: {"policy": policy("dynamodb:GetItem", Principal="*"), "routeTableIds": [w.ids["routes2"]]},
        {"serviceName": "com.amazonaws.us-east-1.s3", "vpcEndpointType": "GatewayLoadBalancer"},
        name="VpcEndpoint Gateway",
    ),
    Case(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        lambda w: {
            "vpcId": w.ids["vpc"],
            "serviceName": "com.amazonaws.us-east-1.sqs",
            "vpcEndpointType": "Interface",
            "subnetIds": [w.ids["subnet1"]],
            "securityGroupIds": [w.ids["group"]],
            "privateDnsEnabled": True,
            "policy": policy("sqs:SendMessage", Principal="*"),
        },
        lambda w: {
            "subnetIds": [w.ids["subnet2"], w.ids["subnet1"]],
            "securityGroupIds": [w.ids["group2"]],
            "privateDnsEnabled": False,
        },
        {"serviceName": "com.amazonaws.us-east-1.sns", "vpcId": "vpc-other"},
        name="VpcEndpoint Interface",
    ),
)
