"""A stack's state as `pulumi stack export` prints it: plain data, secrets encrypted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SECRET = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi marks a value as a secret."""


@dataclass(frozen=True)
class StackState:
    """What a stack holds."""

    exported: Mapping[str, Any]

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Everything, the stack and its providers too, in the order of the state."""
        return list(self.exported["deployment"].get("resources") or [])

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """What exists outside of Pulumi, by URN."""
        return {
            each["urn"]: each
            for each in self.entries
            if each.get("custom") and not each["type"].startswith("pulumi:")
        }

    @property
    def ids(self) -> dict[str, str]:
        """Ids by the resources' own names, where a name is only given once."""
        return {urn.rpartition("::")[2]: str(each["id"]) for urn, each in self.resources.items()}

    @property
    def pending(self) -> list[tuple[str, str]]:
        """Operations of a run that never ended: kind and the resource's name."""
        listed = self.exported["deployment"].get("pending_operations") or []
        return [(each["type"], each["resource"]["urn"].rpartition("::")[2]) for each in listed]

    @property
    def outputs(self) -> dict[str, Any]:
        """What the stack exports; a secret is a mapping that holds the key `SECRET`."""
        (stack,) = (each for each in self.entries if each["type"] == "pulumi:pulumi:Stack")
        return dict(stack.get("outputs") or {})
