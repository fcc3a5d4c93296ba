"""The network layer: VPC, endpoints and KMS key."""

import pulumi
import pulumi_aws as aws

from shared.infra.arns import Arns
from shared.infra.contracts import NetworkContract
from shared.infra.provider import aws_provider
from stacks.network.encryption import encryption_key
from stacks.network.endpoints import dynamodb_endpoint, interface_endpoints
from stacks.network.security_groups import allow_dynamodb, security_groups
from stacks.network.settings import NetworkSettings
from stacks.network.vpc import private_network


def build(settings: NetworkSettings) -> NetworkContract:
    """Register the layer's resources."""
    names = settings.names
    provider = aws_provider("network", names, settings.allowed_account_ids)
    opts = pulumi.ResourceOptions(provider=provider)
    identity = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(provider=provider))
    arns = Arns(names, identity.account_id)

    network = private_network(settings, opts)
    groups = security_groups(names, network.vpc, opts)
    allow_dynamodb(names, groups, dynamodb_endpoint(arns, network, opts), opts)
    interface_endpoints(settings, arns, network, groups, opts)
    key = encryption_key(arns, opts)

    return NetworkContract(
        environment_suffix=names.suffix,
        account_id=identity.account_id,
        private_subnet_ids=[subnet.id for subnet in network.subnets],
        function_security_group_id=groups.functions.id,
        key_arn=key.arn,
        vpc_id=network.vpc.id,
    )
