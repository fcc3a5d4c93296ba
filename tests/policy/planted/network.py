"""Ways out of the VPC, and endpoints that serve too much."""

from tests.policy.mutations import (
    Planted,
    adding,
    set_in,
    with_input,
    with_statements,
)

EGRESS = "vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS = "vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ENDPOINT = "ec2/vpcEndpoint:VpcEndpoint"

PLANTED = (
    Planted("no_way_to_the_internet", adding("ec2/natGateway:NatGateway", "nat"), "nat-dev"),
    Planted(
        "no_way_to_the_internet", adding("ec2/internetGateway:InternetGateway", "gateway"), "gateway-dev"
    ),
    Planted("no_way_to_the_internet", adding("ec2/route:Route", "default-route"), "default-route-dev"),
    Planted(
        "no_way_to_the_internet",
        with_input(
            "ec2/routeTable:RouteTable", "private-route-table", "routes", [{"cidrBlock": "0.0.0.0/0"}]
        ),
        "has routes",
    ),
    Planted(
        "security_groups_allow_https_between_functions_and_endpoints_only",
        with_input(EGRESS, "function-to-endpoints-egress-rule", "cidrIpv4", "0.0.0.0/0"),
        "addresses",
    ),
    Planted(
        "security_groups_allow_https_between_functions_and_endpoints_only",
        with_input(EGRESS, "function-to-endpoints-egress-rule", "toPort", 65535),
        "65535",
    ),
    Planted(
        "security_groups_allow_https_between_functions_and_endpoints_only",
        with_input(EGRESS, "function-to-dynamodb-egress-rule", "prefixListId", "pl-everything"),
        "pl-everything",
    ),
    Planted(
        "security_groups_allow_https_between_functions_and_endpoints_only",
        with_input(
            INGRESS, "endpoint-from-functions-ingress-rule", "referencedSecurityGroupId", "sg-anybody"
        ),
        "sg-anybody",
    ),
    Planted(
        "security_groups_have_no_inline_rules",
        with_input(
            "ec2/defaultSecurityGroup:DefaultSecurityGroup",
            "default-security-group",
            "egress",
            [{"protocol": "-1"}],
        ),
        "inline rules",
    ),
    Planted(
        "interface_endpoints_are_private",
        with_input(ENDPOINT, "sqs-endpoint", "privateDnsEnabled", False),
        "DNS",
    ),
    Planted(
        "interface_endpoints_are_private",
        with_input(ENDPOINT, "sns-endpoint", "securityGroupIds", ["sg-other"]),
        "sg-other",
    ),
    Planted(
        "interface_endpoints_are_private",
        with_input(ENDPOINT, "sns-endpoint", "subnetIds", []),
        "subnets are",
    ),
    Planted(
        "endpoint_policies_name_principals_actions_resources",
        with_input(ENDPOINT, "dynamodb-endpoint", "policy", None),
        "has no policy",
    ),
    Planted(
        "endpoint_policies_name_principals_actions_resources",
        with_statements(
            ENDPOINT, "sqs-endpoint", "policy", set_in("DetectorUsesSuspiciousQueue", "Condition", None)
        ),
        "'*'",
    ),
    Planted(
        "endpoint_policies_name_principals_actions_resources",
        with_statements(
            ENDPOINT,
            "sns-endpoint",
            "policy",
            set_in(
                "NotifierUsesFraudAlertsTopic",
                "Condition",
                {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/stranger"}},
            ),
        ),
        "stranger",
    ),
    Planted(
        "vpc_resolves_names", with_input("ec2/vpc:Vpc", "vpc", "enableDnsHostnames", False), "host names"
    ),
)
