"""Generate the id and outputs of a recorded resource.

The catalogue of resource types (`emulator/provider`) defines them. Other outputs are set to ``UNGIVEN``, so
that a program that reads one is detected.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.provider.registry import resource_of
from tools.deploy.program_runner.sdk import output_names

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"
UNGIVEN = "<an output that the catalogue of resource types does not foretell>"

Inputs = Mapping[str, Any]
Created = tuple[str, dict[str, Any]]
"""The id of a resource and its outputs."""


@dataclass(frozen=True)
class _AnyAccount:
    """A placeholder account."""

    account_id: str = ACCOUNT_ID
    region: str = REGION

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        return arn(service, resource, region=REGION if region is None else region)


def arn(service: str, resource: str, *, region: str = REGION) -> str:
    """Return an ARN in the placeholder account."""
    return f"arn:aws:{service}:{region}:{ACCOUNT_ID}:{resource}"


def create(type_: str, name: str, inputs: Inputs) -> Created:
    """Return the id and outputs of a new resource: generated ones, inputs, and ``UNGIVEN`` for the rest.

    Raises:
        emulator.provider.errors.UnknownTypeError: The catalogue lacks the type.
    """
    resource = resource_of(type_)
    identifier, outputs = resource.foretold(_AnyAccount(), name, {**resource.defaults, **inputs})
    return identifier, {**dict.fromkeys(output_names(type_), UNGIVEN), **inputs, **outputs}
