"""VPC endpoints, the only egress from the private subnets, each for named roles, actions and resources."""

import pulumi
import pulumi_aws as aws

from shared.infra.arns import REGION, Arns
from shared.infra.calls import Service, endpoint_statements
from shared.infra.iam import document
from stacks.network.security_groups import SecurityGroups
from stacks.network.settings import NetworkSettings
from stacks.network.vpc import PrivateNetwork


def dynamodb_endpoint(
    arns: Arns, network: PrivateNetwork, opts: pulumi.ResourceOptions
) -> aws.ec2.VpcEndpoint:
    """Register the gateway endpoint, which is free of charge."""
    name = arns.names.of("dynamodb-endpoint")
    return aws.ec2.VpcEndpoint(
        name,
        vpc_id=network.vpc.id,
        vpc_endpoint_type="Gateway",
        service_name=_service_name("dynamodb"),
        route_table_ids=[network.route_table.id],
        policy=document(*endpoint_statements("dynamodb", arns)),
        tags={"Name": name},
        opts=opts,
    )


def interface_endpoints(
    settings: NetworkSettings,
    arns: Arns,
    network: PrivateNetwork,
    groups: SecurityGroups,
    opts: pulumi.ResourceOptions,
) -> None:
    """Register the interface endpoints of SQS and SNS, with private DNS."""
    services: tuple[Service, ...] = ("sqs", "sns")
    for service in services:
        name = arns.names.of(f"{service}-endpoint")
        aws.ec2.VpcEndpoint(
            name,
            vpc_id=network.vpc.id,
            vpc_endpoint_type="Interface",
            service_name=_service_name(service),
            subnet_ids=[subnet.id for subnet in network.subnets[: settings.endpoint_availability_zones]],
            security_group_ids=[groups.endpoints.id],
            private_dns_enabled=True,
            policy=document(*endpoint_statements(service, arns)),
            tags={"Name": name},
            opts=opts,
        )


def _service_name(service: Service) -> str:
    return f"com.amazonaws.{REGION}.{service}"
