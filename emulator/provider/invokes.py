"""Provider functions: account and region."""

from collections.abc import Callable, Mapping
from typing import Any

from emulator.provider.cloud import Cloud
from emulator.provider.errors import ProviderError, UnknownTypeError
from emulator.provider.resource import Properties


def call(cloud: Cloud, token: str, arguments: Properties) -> dict[str, Any]:
    """Answer an invoke.

    Raises:
        UnknownTypeError: The function is not supported.
        ProviderError: Arguments are given, and none is supported.
    """
    try:
        function = FUNCTIONS[token]
    except KeyError:
        known = ", ".join(sorted(FUNCTIONS))
        raise UnknownTypeError(f"the embedded AWS has no function {token}; it has {known}") from None
    if given := sorted(name for name, value in arguments.items() if value is not None):
        raise ProviderError(f"{token}: {', '.join(given)} is not modelled by the embedded AWS")
    return function(cloud)


def _caller_identity(cloud: Cloud) -> dict[str, Any]:
    found = cloud.client("sts").get_caller_identity()
    account = found["Account"]
    return {"accountId": account, "arn": found["Arn"], "userId": found["UserId"], "id": account}


def _region(cloud: Cloud) -> dict[str, Any]:
    name, description = cloud.region, "US East (N. Virginia)"
    endpoint = f"ec2.{name}.amazonaws.com"
    return {"id": name, "name": name, "region": name, "endpoint": endpoint, "description": description}


FUNCTIONS: Mapping[str, Callable[[Cloud], dict[str, Any]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getRegion:getRegion": _region,
}
