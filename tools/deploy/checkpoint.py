"""What a stack's exported state says: resources, outputs, operations that never ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools.deploy.program_runner.project import STACK_TYPE

REFERENCE_TYPE = "pulumi:pulumi:StackReference"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi marks a value that is no plain one, a secret among others."""


@dataclass(frozen=True)
class PendingOperation:
    """What the engine had begun when it was killed."""

    kind: str
    """`creating`, `updating`, `deleting`, `reading` or `importing`."""
    resource: Mapping[str, Any]
    """As in the state, with `urn`, `type` and `inputs`; what it would have become."""

    @property
    def urn(self) -> str:
        """The engine's name of the resource."""
        return str(self.resource["urn"])

    @property
    def name(self) -> str:
        """Its logical name."""
        return name_of(self.urn)

    def __str__(self) -> str:
        return f"{self.kind} {self.resource['type']} {self.name}"


@dataclass(frozen=True)
class Checkpoint:
    """The state of a stack that exists, as `pulumi stack export` prints it: secrets are encrypted."""

    document: Mapping[str, Any]

    @property
    def deployment(self) -> Mapping[str, Any]:
        """What the document is about; the rest is the version of its format."""
        deployment: Mapping[str, Any] = self.document.get("deployment") or {}
        return deployment

    @property
    def resources(self) -> tuple[Mapping[str, Any], ...]:
        """Everything in the state, the stack itself and its providers too."""
        return tuple(self.deployment.get("resources") or ())

    @property
    def custom_resources(self) -> tuple[Mapping[str, Any], ...]:
        """What exists outside of Pulumi: neither components, providers nor references to other stacks."""
        return tuple(each for each in self.resources if each.get("custom") and not _is_pulumi_s(each["type"]))

    @property
    def outputs(self) -> Mapping[str, Any]:
        """What the stack exports; empty until a deployment has come to its end."""
        return next((each.get("outputs") or {} for each in self.resources if each["type"] == STACK_TYPE), {})

    @property
    def written(self) -> datetime:
        """When an operation on the stack last came to its end, with or without changes."""
        return datetime.fromisoformat(self.deployment["manifest"]["time"])

    @property
    def pending(self) -> tuple[PendingOperation, ...]:
        """Operations of a run that was killed, or that is at work now."""
        listed = self.deployment.get("pending_operations") or ()
        return tuple(PendingOperation(each["type"], each["resource"]) for each in listed)

    def references(self) -> Mapping[str, Mapping[str, Any]]:
        """Return outputs of other stacks as this one has last seen them, by the other stack's name."""
        return {
            str(each["outputs"]["name"]): each["outputs"].get("outputs") or {}
            for each in self.resources
            if each["type"] == REFERENCE_TYPE and each.get("outputs")
        }


def name_of(urn: str) -> str:
    """Return the logical name at the end of a URN: `urn:pulumi:dev::project::type::name`."""
    return urn.rsplit("::", 1)[-1]


def is_secret(value: object) -> bool:
    """Whether a value of a state is one that Pulumi keeps encrypted (and so cannot be compared)."""
    return isinstance(value, Mapping) and _SIGNATURE in value


def _is_pulumi_s(type_token: str) -> bool:
    return type_token.startswith("pulumi:")
