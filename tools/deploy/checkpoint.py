"""Read a stack's exported state: resources, outputs, pending operations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools.deploy.program_runner.project import STACK_TYPE

REFERENCE_TYPE = "pulumi:pulumi:StackReference"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Key with which Pulumi marks secrets and other special values."""


@dataclass(frozen=True)
class PendingOperation:
    """An operation that was in progress when the engine was killed."""

    kind: str
    """`creating`, `updating`, `deleting`, `reading` or `importing`."""
    resource: Mapping[str, Any]
    """The intended resource as in the state, with `urn`, `type` and `inputs`."""

    @property
    def urn(self) -> str:
        """The URN of the resource."""
        return str(self.resource["urn"])

    @property
    def name(self) -> str:
        """The logical name of the resource."""
        return name_of(self.urn)

    def __str__(self) -> str:
        return f"{self.kind} {self.resource['type']} {self.name}"


@dataclass(frozen=True)
class Checkpoint:
    """The state of a stack as `pulumi stack export` prints it, with encrypted secrets."""

    document: Mapping[str, Any]

    @property
    def deployment(self) -> Mapping[str, Any]:
        """The deployment, without the document's version."""
        deployment: Mapping[str, Any] = self.document.get("deployment") or {}
        return deployment

    @property
    def resources(self) -> tuple[Mapping[str, Any], ...]:
        """All resources, including the stack and its providers."""
        return tuple(self.deployment.get("resources") or ())

    @property
    def custom_resources(self) -> tuple[Mapping[str, Any], ...]:
        """The cloud resources, without components, providers and stack references."""
        return tuple(each for each in self.resources if each.get("custom") and not _is_pulumi_s(each["type"]))

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The stack outputs; empty before the first completed deployment."""
        return next((each.get("outputs") or {} for each in self.resources if each["type"] == STACK_TYPE), {})

    @property
    def written(self) -> datetime:
        """Time of the last completed operation, with or without changes."""
        return datetime.fromisoformat(self.deployment["manifest"]["time"])

    @property
    def pending(self) -> tuple[PendingOperation, ...]:
        """Operations of a killed or running update."""
        listed = self.deployment.get("pending_operations") or ()
        return tuple(PendingOperation(each["type"], each["resource"]) for each in listed)

    def references(self) -> Mapping[str, Mapping[str, Any]]:
        """Return stack name -> outputs of upstream stacks at the last deployment."""
        return {
            str(each["outputs"]["name"]): each["outputs"].get("outputs") or {}
            for each in self.resources
            if each["type"] == REFERENCE_TYPE and each.get("outputs")
        }


def name_of(urn: str) -> str:
    """Return the logical name at the end of a URN: `urn:pulumi:dev::project::type::name`."""
    return urn.rsplit("::", 1)[-1]


def is_secret(value: object) -> bool:
    """Return whether a value in a state is an encrypted secret, which cannot be compared."""
    return isinstance(value, Mapping) and _SIGNATURE in value


def _is_pulumi_s(type_token: str) -> bool:
    return type_token.startswith("pulumi:")
