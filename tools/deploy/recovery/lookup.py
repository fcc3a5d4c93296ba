"""Look up a resource whose creation was interrupted, by its resource type in the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from emulator.provider.cloud import is_missing
from emulator.provider.registry import resource_of
from tools.deploy.recovery.clients import Clients

Inputs = Mapping[str, Any]
"""A resource's inputs in the state, with default tags."""


@dataclass(frozen=True)
class _Account:
    clients: Clients

    def client(self, service: str) -> Any:
        return self.clients(service)


def find(aws: Clients, type_token: str, inputs: Inputs) -> str | None:
    """Return the Pulumi id of the resource created with these inputs, or None.

    Raises:
        emulator.provider.errors.UnknownTypeError: The catalogue lacks the type.
        botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: The lookup failed.
    """
    try:
        return resource_of(type_token).find(_Account(aws), inputs)
    except ClientError as error:
        if is_missing(error):
            return None
        raise
