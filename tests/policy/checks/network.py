"""The network: no way to or from the internet, and endpoints that serve exactly what the functions need."""

import json
from collections.abc import Iterator

from tests.policy.checks.registry import check, every, setting, texts
from tests.support.recorded import Estate

WAYS_OUT = (
    "ec2/internetGateway:InternetGateway",
    "ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
    "ec2/natGateway:NatGateway",
    "ec2/eip:Eip",
    "ec2/route:Route",
    "ec2/vpnGateway:VpnGateway",
    "ec2/vpcPeeringConnection:VpcPeeringConnection",
    "ec2/securityGroupRule:SecurityGroupRule",
    "ec2transitgateway/vpcAttachment:VpcAttachment",
)
EGRESS = "vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS = "vpc/securityGroupIngressRule:SecurityGroupIngressRule"


@check
def no_way_to_the_internet(estate: Estate) -> Iterator[str]:
    """No gateway, route, address or peering exists: the VPC reaches AWS through its endpoints alone."""
    for type_ in WAYS_OUT:
        yield from (f"{resource}: is a way out" for resource in estate.of_type(type_))
    for table in every(estate, "ec2/routeTable:RouteTable"):
        if setting(table, "routes"):
            yield f"{table}: has routes"


@check
def security_groups_allow_https_between_functions_and_endpoints_only(estate: Estate) -> Iterator[str]:
    """Functions reach 443 of the DynamoDB prefix list and of the endpoints' group, and nothing else."""
    functions = estate.one("ec2/securityGroup:SecurityGroup", "function-security-group").id
    endpoints = estate.one("ec2/securityGroup:SecurityGroup", "endpoint-security-group").id
    prefix_lists = {
        endpoint.outputs["prefixListId"]
        for endpoint in every(estate, "ec2/vpcEndpoint:VpcEndpoint")
        if setting(endpoint, "vpcEndpointType") == "Gateway"
    }
    for rule in (*every(estate, EGRESS), *every(estate, INGRESS)):
        ports = (setting(rule, "ipProtocol"), setting(rule, "fromPort"), setting(rule, "toPort"))
        if ports != ("tcp", 443, 443):
            yield f"{rule}: opens {ports}"
        if setting(rule, "cidrIpv4") or setting(rule, "cidrIpv6"):
            yield f"{rule}: opens to addresses, not to a group or prefix list"
    for rule in every(estate, EGRESS):
        to = setting(rule, "referencedSecurityGroupId") or setting(rule, "prefixListId")
        if setting(rule, "securityGroupId") != functions or to not in {endpoints, *prefix_lists}:
            yield f"{rule}: lets {setting(rule, 'securityGroupId')} reach {to}"
    for rule in every(estate, INGRESS):
        if (setting(rule, "securityGroupId"), setting(rule, "referencedSecurityGroupId")) != (
            endpoints,
            functions,
        ):
            yield f"{rule}: lets {setting(rule, 'referencedSecurityGroupId')} in"


@check
def security_groups_have_no_inline_rules(estate: Estate) -> Iterator[str]:
    """Rules are resources of their own (inline ones conflict with them), and the default group has none."""
    groups = (
        *every(estate, "ec2/securityGroup:SecurityGroup"),
        *every(estate, "ec2/defaultSecurityGroup:DefaultSecurityGroup"),
    )
    for group in groups:
        if setting(group, "ingress") or setting(group, "egress"):
            yield f"{group}: has inline rules"


@check
def interface_endpoints_are_private(estate: Estate) -> Iterator[str]:
    """Interface endpoints answer under the service's own name, in our subnets, through their own group."""
    group = estate.one("ec2/securityGroup:SecurityGroup", "endpoint-security-group").id
    subnets = {subnet.id for subnet in every(estate, "ec2/subnet:Subnet")}
    for endpoint in every(estate, "ec2/vpcEndpoint:VpcEndpoint"):
        if setting(endpoint, "vpcEndpointType") != "Interface":
            continue
        if setting(endpoint, "privateDnsEnabled") is not True:
            yield f"{endpoint}: has no private DNS"
        if texts(setting(endpoint, "securityGroupIds")) != (group,):
            yield f"{endpoint}: security groups are {setting(endpoint, 'securityGroupIds')!r}"
        if (
            not texts(setting(endpoint, "subnetIds"))
            or not set(texts(setting(endpoint, "subnetIds"))) <= subnets
        ):
            yield f"{endpoint}: subnets are {setting(endpoint, 'subnetIds')!r}"


@check
def endpoint_policies_name_principals_actions_resources(estate: Estate) -> Iterator[str]:
    """Every endpoint has a policy whose statements name roles of this environment, actions and resources."""
    roles = {role.arn for role in every(estate, "iam/role:Role")}
    for endpoint in every(estate, "ec2/vpcEndpoint:VpcEndpoint"):
        policy = setting(endpoint, "policy")
        if not policy:
            yield f"{endpoint}: has no policy, which allows everyone everything"
            continue
        for statement in json.loads(policy)["Statement"]:
            named = set(
                texts((statement.get("Condition") or {}).get("ArnEquals", {}).get("aws:PrincipalArn"))
            )
            named |= set(
                texts((statement.get("Condition") or {}).get("StringEquals", {}).get("aws:PrincipalArn"))
            )
            principals = set(texts((statement.get("Principal") or {}).get("AWS")))
            callers = named or principals
            if not callers or not callers <= roles:
                yield f"{endpoint}: {statement['Sid']} is for {sorted(callers)}, not for our roles"


@check
def vpc_resolves_names(estate: Estate) -> Iterator[str]:
    """DNS is on in the VPC: without it, private DNS of the endpoints does nothing."""
    for vpc in every(estate, "ec2/vpc:Vpc"):
        if setting(vpc, "enableDnsSupport") is not True or setting(vpc, "enableDnsHostnames") is not True:
            yield f"{vpc}: DNS support or host names are off"
