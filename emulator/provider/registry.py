"""The table of resource types: what the embedded AWS can create. Anything else is an error, never a guess."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from emulator.provider import (
    apigateway_account,
    apigateway_api,
    apigateway_members,
    apigateway_method,
    apigateway_stage,
    budgets,
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
    xray,
)
from emulator.provider.errors import UnknownTypeError
from emulator.provider.resource import Resource

_MODULES = (
    ec2_network,
    ec2_security,
    ec2_endpoints,
    kms,
    dynamodb,
    sqs,
    sns,
    iam,
    logs,
    lambda_function,
    lambda_events,
    apigateway_api,
    apigateway_members,
    apigateway_method,
    apigateway_stage,
    apigateway_account,
    events,
    pipes,
    cloudwatch,
    budgets,
    xray,
    randomness,
)


def _resources() -> Iterator[Resource]:
    for module in _MODULES:
        found = (
            each for each in vars(module).values() if isinstance(each, type) and issubclass(each, Resource)
        )
        yield from (each() for each in found if each.__module__ == module.__name__ and "token" in vars(each))


RESOURCES: Mapping[str, Resource] = MappingProxyType({each.token: each for each in _resources()})
"""Every class with a token in the modules above."""


def resource_of(token: str) -> Resource:
    """What is known of a resource type.

    Raises:
        UnknownTypeError: the embedded AWS does not have it.
    """
    try:
        return RESOURCES[token]
    except KeyError:
        raise UnknownTypeError(
            f"the embedded AWS has no resource type {token}; declare it in emulator/provider/"
        ) from None
