"""A stack's state as `pulumi stack export` prints it: plain data, secrets encrypted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SECRET = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi marks a value as a secret."""

_NOWHERE = {"sourcePosition": None, "stackTrace": None}


@dataclass(frozen=True)
class StackState:
    """What a stack holds."""

    exported: Mapping[str, Any]

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Everything, the stack and its providers too, in the order of the state."""
        return list(self.exported["deployment"].get("resources") or [])

    @property
    def owned(self) -> list[dict[str, Any]]:
        """What exists outside of Pulumi, what was replaced and waits to be deleted too."""
        return [
            each for each in self.entries if each.get("custom") and not each["type"].startswith("pulumi:")
        ]

    @property
    def resources(self) -> dict[str, dict[str, Any]]:
        """What exists outside of Pulumi and is to stay, by URN."""
        return {each["urn"]: each for each in self.owned if not each.get("delete")}

    @property
    def content(self) -> dict[str, Any]:
        """Everything by URN, but for what each run writes anew.

        That is encrypted texts, the order of dependencies, and where in the program a resource stands.
        """
        return {each["urn"]: {**_masked(each), **_dependencies(each), **_NOWHERE} for each in self.entries}

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
        stack = next((each for each in self.entries if each["type"] == "pulumi:pulumi:Stack"), {})
        return dict(stack.get("outputs") or {})


def _masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return "[secret]" if SECRET in value else {key: _masked(each) for key, each in value.items()}
    return [_masked(each) for each in value] if isinstance(value, list) else value


def _dependencies(entry: Mapping[str, Any]) -> dict[str, Any]:
    by_property = entry.get("propertyDependencies") or {}
    return {
        "dependencies": sorted(entry.get("dependencies") or ()),
        "propertyDependencies": {name: sorted(urns or ()) for name, urns in by_property.items()},
    }


def identities(resource: Mapping[str, Any]) -> set[str]:
    """By what names a resource of a state can be met in AWS."""
    known = {**resource.get("inputs", {}), **resource.get("outputs", {})}
    pairs = (("topic", " ", "endpoint"), ("eventBusName", "/", "name"), ("role", "/", "name"))
    return {
        str(resource["id"]),
        *(str(known[key]) for key in ("arn", "url", "name", "streamArn") if key in known),
        *(f"{known[a]}{between}{known[b]}" for a, between, b in pairs if a in known and b in known),
        # An endpoint brings its network interfaces along.
        *known.get("networkInterfaceIds", ()),
    }
