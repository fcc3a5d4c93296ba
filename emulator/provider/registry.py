"""The table of resource types: what the embedded AWS can create. Anything else is an error, never a guess."""

from collections.abc import Mapping
from types import MappingProxyType

from emulator.provider import (
    apigateway_account,
    apigateway_api,
    apigateway_members,
    apigateway_method,
    apigateway_stage,
    cloudwatch,
    dynamodb,
    ec2_endpoints,
    ec2_network,
    ec2_security,
    events,
    iam,
    kms,
    lambda_events,
    lambda_function,
    logs,
    pipes,
    randomness,
    sns,
    sqs,
)
from emulator.provider.errors import UnknownTypeError
from emulator.provider.resource import Resource

_TYPES: tuple[type[Resource], ...] = (
    ec2_network.Vpc,
    ec2_network.Subnet,
    ec2_network.RouteTable,
    ec2_network.RouteTableAssociation,
    ec2_security.DefaultSecurityGroup,
    ec2_security.SecurityGroup,
    ec2_security.SecurityGroupEgressRule,
    ec2_security.SecurityGroupIngressRule,
    ec2_endpoints.VpcEndpoint,
    kms.Key,
    kms.Alias,
    dynamodb.Table,
    sqs.Queue,
    sqs.QueuePolicy,
    sns.Topic,
    sns.TopicPolicy,
    sns.TopicSubscription,
    iam.Role,
    iam.RolePolicy,
    iam.RolePolicyAttachment,
    logs.LogGroup,
    lambda_function.Function,
    lambda_events.Permission,
    lambda_events.FunctionEventInvokeConfig,
    lambda_events.EventSourceMapping,
    apigateway_api.RestApi,
    apigateway_members.ApiResource,
    apigateway_members.Model,
    apigateway_members.RequestValidator,
    apigateway_method.Method,
    apigateway_method.Integration,
    apigateway_method.GatewayResponse,
    apigateway_stage.Deployment,
    apigateway_stage.Stage,
    apigateway_stage.MethodSettings,
    apigateway_account.Account,
    events.EventBus,
    events.EventRule,
    events.EventTarget,
    pipes.Pipe,
    cloudwatch.MetricAlarm,
    cloudwatch.Dashboard,
    randomness.RandomPassword,
)

RESOURCES: Mapping[str, Resource] = MappingProxyType({each.token: each() for each in _TYPES})


def resource_of(token: str) -> Resource:
    """What is known of a resource type.

    Raises:
        UnknownTypeError: the embedded AWS does not have it.
    """
    try:
        return RESOURCES[token]
    except KeyError:
        raise UnknownTypeError(
            f"the embedded AWS has no resource type {token}; add a class for it under emulator/provider/"
        ) from None
