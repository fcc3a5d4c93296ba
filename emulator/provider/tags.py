"""Read, write and convert tags in the format of each service."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from emulator.provider.resource import Clients, Properties


@dataclass(frozen=True)
class _Api:
    """The tagging operations of a service; `pair` are the field names in a tag list, None for a tag map."""

    address: str
    """Parameter that identifies the resource, by ARN unless stated otherwise."""
    read: str | None = "list_tags_for_resource"
    """Operation that reads tags; None if the resource's description includes them."""
    pair: tuple[str, str] | None = ("Key", "Value")
    created_with: str = "Tags"
    tags: str = "Tags"
    keys: str = "TagKeys"
    verbs: tuple[str, str] = ("tag_resource", "untag_resource")


_MAP = None
_APIS: Final[Mapping[str, _Api]] = MappingProxyType(
    {
        "apigateway": _Api("resourceArn", None, _MAP, created_with="tags", tags="tags", keys="tagKeys"),
        "budgets": _Api(
            "ResourceARN", created_with="ResourceTags", tags="ResourceTags", keys="ResourceTagKeys"
        ),
        "cloudwatch": _Api("ResourceARN"),
        "dynamodb": _Api("ResourceArn", "list_tags_of_resource"),
        "events": _Api("ResourceARN"),
        "iam": _Api("RoleName", "list_role_tags", verbs=("tag_role", "untag_role")),
        "kms": _Api("KeyId", "list_resource_tags", ("TagKey", "TagValue")),
        "lambda": _Api("Resource", "list_tags", _MAP),
        "logs": _Api("resourceArn", pair=_MAP, created_with="tags", tags="tags", keys="tagKeys"),
        "pipes": _Api("resourceArn", pair=_MAP, tags="tags", keys="tagKeys"),
        "sns": _Api("ResourceArn"),
        "sqs": _Api(
            "QueueUrl", "list_queue_tags", _MAP, created_with="tags", verbs=("tag_queue", "untag_queue")
        ),
        "xray": _Api("ResourceARN"),
    }
)


def as_list(tags: Mapping[str, str] | None, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Convert `{"a": "b"}` to `[{"Key": "a", "Value": "b"}]`."""
    return [{key: name, value: text} for name, text in (tags or {}).items()]


def as_map(
    tags: Iterable[Mapping[str, str]] | None, key: str = "Key", value: str = "Value"
) -> dict[str, str]:
    """Convert a tag list to a map, the reverse of `as_list`."""
    return {tag[key]: tag[value] for tag in tags or ()}


def at_creation(service: str, inputs: Properties) -> dict[str, Any]:
    """Return the tags parameter of a creation; empty without tags."""
    given = inputs.get("tags")
    return {_APIS[service].created_with: _shaped(_APIS[service], given)} if given else {}


def of(aws: Clients, service: str, address: str) -> dict[str, str]:
    """Return the tags of a resource; `address` is its ARN, or the service's own identifier."""
    api = _APIS[service]
    assert api.read, f"{service} tells tags with the description"
    answer = getattr(aws.client(service), api.read)(**{api.address: address})
    found = answer.get(api.tags) or ()
    return as_map(found, *api.pair) if api.pair else dict(found)


def update(aws: Clients, service: str, address: str, old: Properties, new: Properties) -> None:
    """Update the tags of a resource from old to new inputs."""
    api, client = _APIS[service], aws.client(service)
    tag, untag = api.verbs
    added, removed = changes(old, new)
    if removed:
        getattr(client, untag)(**{api.address: address, api.keys: removed})
    if added:
        getattr(client, tag)(**{api.address: address, api.tags: _shaped(api, added)})


def changes(old: Properties, new: Properties) -> tuple[dict[str, str], list[str]]:
    """Return the tags to set and the keys to remove."""
    before, after = old.get("tags") or {}, new.get("tags") or {}
    return {k: v for k, v in after.items() if before.get(k) != v}, sorted(before.keys() - after.keys())


def among(inputs: Properties, found: Mapping[str, str]) -> bool:
    """Return whether the resource found has all tags of the inputs, of which there must be some."""
    wanted = inputs.get("tags") or {}
    return bool(wanted) and wanted.items() <= found.items()


def _shaped(api: _Api, tags: Mapping[str, str]) -> Any:
    return as_list(tags, *api.pair) if api.pair else dict(tags)
