"""Tags in the two shapes that AWS APIs use, and what must be done to get from old ones to new ones."""

from collections.abc import Iterable, Mapping
from typing import Any

from emulator.provider.cloud import Cloud
from emulator.provider.resource import Properties


def as_list(tags: Mapping[str, str] | None, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """`{"a": "b"}` as `[{"Key": "a", "Value": "b"}]`."""
    return [{key: name, value: text} for name, text in (tags or {}).items()]


def as_map(
    tags: Iterable[Mapping[str, str]] | None, key: str = "Key", value: str = "Value"
) -> dict[str, str]:
    """The reverse of `as_list`."""
    return {tag[key]: tag[value] for tag in tags or ()}


def changes(old: Properties, new: Properties) -> tuple[dict[str, str], list[str]]:
    """Tags to set and keys to remove, from old to new inputs."""
    before, after = old.get("tags") or {}, new.get("tags") or {}
    return {k: v for k, v in after.items() if before.get(k) != v}, sorted(before.keys() - after.keys())


def specification(kind: str, inputs: Properties) -> list[dict[str, Any]] | None:
    """EC2's `TagSpecifications` for a resource that is created with its tags."""
    return [{"ResourceType": kind, "Tags": as_list(inputs["tags"])}] if inputs.get("tags") else None


def update_ec2(cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
    """Bring the tags of an EC2 resource from old to new."""
    added, removed = changes(old, new)
    if removed:
        cloud.client("ec2").delete_tags(Resources=[resource_id], Tags=[{"Key": key} for key in removed])
    if added:
        cloud.client("ec2").create_tags(Resources=[resource_id], Tags=as_list(added))


def by_name(inputs: Properties, **more: str | None) -> list[dict[str, Any]]:
    """EC2 filters for the resource with these inputs' `Name` tag; nothing matches without one."""
    name = (inputs.get("tags") or {}).get("Name", "\0")
    wanted = {"tag:Name": name, **{k.replace("_", "-"): v for k, v in more.items() if v is not None}}
    return [{"Name": key, "Values": [value]} for key, value in wanted.items()]
