"""AWS clients for lookups, with the deployer's credentials."""

from collections.abc import Callable
from typing import Any

from shared.infra.arns import REGION

Clients = Callable[[str], Any]
"""Returns the boto3 client of a service."""


def clients() -> Clients:
    """Return clients with the default credential chain; AWS_ENDPOINT_URL is honoured."""
    import boto3  # noqa: PLC0415 - needed after a run was killed, and then alone

    session = boto3.session.Session(region_name=REGION)

    def client(service: str) -> Any:
        return session.client(service)  # type: ignore[call-overload]

    return client
