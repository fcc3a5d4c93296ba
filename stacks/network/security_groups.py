"""Security groups of the functions and the interface endpoints, which reach nothing else."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from shared.infra.naming import Names

HTTPS = 443
_REPLACED_WITH_ITS_VPC_ALONE = pulumi.ResourceOptions(
    delete_before_replace=False, ignore_changes=["description"]
)
"""A group in use cannot be deleted, so that delete-before-replace would fail. A new group in another VPC can
have the same name; in the same VPC only a changed description would replace the group."""


@dataclass(frozen=True)
class SecurityGroups:
    """The two groups; functions share one, and thereby a network interface per subnet."""

    functions: aws.ec2.SecurityGroup
    endpoints: aws.ec2.SecurityGroup


def security_groups(names: Names, vpc: aws.ec2.Vpc, opts: pulumi.ResourceOptions) -> SecurityGroups:
    """Register both groups, and the rule from functions to interface endpoints."""
    functions = _group("function-security-group", "Every function of the pipeline", names, vpc, opts)
    endpoints = _group("endpoint-security-group", "Interface endpoints of the VPC", names, vpc, opts)
    aws.vpc.SecurityGroupEgressRule(
        names.of("function-to-endpoints-egress-rule"),
        description="HTTPS to the interface endpoints",
        security_group_id=functions.id,
        referenced_security_group_id=endpoints.id,
        ip_protocol="tcp",
        from_port=HTTPS,
        to_port=HTTPS,
        tags={"Name": names.of("function-to-endpoints-egress-rule")},
        opts=opts,
    )
    aws.vpc.SecurityGroupIngressRule(
        names.of("endpoint-from-functions-ingress-rule"),
        description="HTTPS from the functions",
        security_group_id=endpoints.id,
        referenced_security_group_id=functions.id,
        ip_protocol="tcp",
        from_port=HTTPS,
        to_port=HTTPS,
        tags={"Name": names.of("endpoint-from-functions-ingress-rule")},
        opts=opts,
    )
    return SecurityGroups(functions, endpoints)


def allow_dynamodb(
    names: Names,
    groups: SecurityGroups,
    dynamodb_endpoint: aws.ec2.VpcEndpoint,
    opts: pulumi.ResourceOptions,
) -> None:
    """Allow functions to reach DynamoDB by the prefix list of its gateway endpoint."""
    aws.vpc.SecurityGroupEgressRule(
        names.of("function-to-dynamodb-egress-rule"),
        description="HTTPS to DynamoDB by its gateway endpoint",
        security_group_id=groups.functions.id,
        prefix_list_id=dynamodb_endpoint.prefix_list_id,
        ip_protocol="tcp",
        from_port=HTTPS,
        to_port=HTTPS,
        tags={"Name": names.of("function-to-dynamodb-egress-rule")},
        opts=opts,
    )


def _group(
    stem: str, description: str, names: Names, vpc: aws.ec2.Vpc, opts: pulumi.ResourceOptions
) -> aws.ec2.SecurityGroup:
    name = names.of(stem, "security-group")
    return aws.ec2.SecurityGroup(
        name,
        name=name,
        description=description,
        vpc_id=vpc.id,
        tags={"Name": name},
        opts=pulumi.ResourceOptions.merge(opts, _REPLACED_WITH_ITS_VPC_ALONE),
    )
