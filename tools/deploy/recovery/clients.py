"""AWS as the lookups use it, by the credentials that deploy."""

from collections.abc import Callable
from typing import Any

from shared.infra.arns import REGION

Clients = Callable[[str], Any]
"""A service's name -> its boto3 client."""


def clients() -> Clients:
    """Clients by the usual chain of credentials; AWS_ENDPOINT_URL leads them to another AWS."""
    import boto3  # noqa: PLC0415 - needed after a run was killed, and then alone

    session = boto3.session.Session(region_name=REGION)

    def client(service: str) -> Any:
        return session.client(service)  # type: ignore[call-overload]

    return client
