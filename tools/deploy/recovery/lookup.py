"""Looks in AWS for a resource whose creation was interrupted, as the catalogue of resource types finds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from emulator.provider.cloud import is_missing
from emulator.provider.registry import resource_of
from tools.deploy.recovery.clients import Clients

Inputs = Mapping[str, Any]
"""A resource's inputs as the state has them, default tags among the tags."""


@dataclass(frozen=True)
class _Account:
    clients: Clients

    def client(self, service: str) -> Any:
        return self.clients(service)


def find(aws: Clients, type_token: str, inputs: Inputs) -> str | None:
    """Return the Pulumi id of the resource that these inputs have made; None where there is none.

    Raises:
        emulator.provider.errors.UnknownTypeError: the catalogue does not have the type.
        botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: AWS did not answer, or refused to.
    """
    try:
        return resource_of(type_token).find(_Account(aws), inputs)
    except ClientError as error:
        if is_missing(error):
            return None
        raise
