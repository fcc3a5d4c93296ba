"""The supported resource types. Any other type is an error."""

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
"""Type token -> resource type, for every class with a token in the modules above."""


def resource_of(token: str) -> Resource:
    """Return a resource type.

    Raises:
        UnknownTypeError: The type is not supported.
    """
    try:
        return RESOURCES[token]
    except KeyError:
        raise UnknownTypeError(
            f"the embedded AWS has no resource type {token}; declare it in emulator/provider/"
        ) from None
