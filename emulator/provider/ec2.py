"""EC2: base class. AWS generates the ids, and API fields are named like properties."""

from collections.abc import Mapping
from typing import Any, ClassVar

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.declared import pages
from emulator.provider.resource import NO_DATA, Clients, Properties, Resource
from emulator.provider.shapes import field_of
from emulator.provider.values import pruned


class Ec2Resource(Resource):
    """A resource of EC2; `id_prefix` is the prefix of generated ids."""

    encrypted_by = NO_DATA
    kind: ClassVar[str]
    """Resource type in tags and ARNs, such as `route-table`."""
    id_name: ClassVar[str]
    """Field of the id, such as `RouteTableId`."""
    listing: ClassVar[tuple[str, str]]
    """Operation that describes such resources, and field of the list in its response."""
    creating: ClassVar[tuple[str, str]]
    """Operation that creates one, and field of the resource in its response (empty: the response itself)."""
    deleting: ClassVar[str]
    sent: ClassVar[frozenset[str]] = frozenset()
    """Inputs that are arguments of `creating` and fields of the description."""
    told: ClassVar[frozenset[str]] = frozenset()
    """Other properties in the description."""
    names: ClassVar[Mapping[str, str]] = {}
    """Property -> API field, where they differ in more than the first letter."""
    filters: ClassVar[Properties] = {}
    """Filter -> input, for searches."""
    found_by_tags: ClassVar[bool] = False
    """Whether only tags distinguish two such resources."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "kind" in cls.__dict__:
            cls.arn_form = ("ec2", f"{cls.kind}/{{id}}")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        operation, where = self.creating
        given = pruned(**{field_of(name, self.names): inputs.get(name) for name in self.sent})
        made = getattr(cloud.client("ec2"), operation)(**given, **self.tagged_with(inputs))
        return str((made[where] if where else made)[self.id_name])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        return self.shared(cloud, resource_id, self.described(cloud, resource_id))

    def described(self, cloud: Cloud, resource_id: str) -> dict[str, Any]:
        """Return the description of the resource with this id."""
        operation, where = self.listing
        answer = getattr(cloud.client("ec2"), operation)(**{f"{self.id_name}s": [resource_id]})
        return dict(answer[where][0])

    def shared(self, cloud: Cloud, resource_id: str, found: Properties) -> dict[str, Any]:
        """Return the common outputs and those that the description has by name."""
        return {
            **self.arn_output(cloud, resource_id, {}),
            **{name: found.get(field_of(name, self.names)) for name in self.sent | self.told},
            "ownerId": cloud.account_id,
            "tags": tags.as_map(found.get("Tags")),
        }

    def tagged_with(self, inputs: Properties) -> dict[str, Any]:
        """Return the tag specification for a creation."""
        if not inputs.get("tags"):
            return {}
        return {"TagSpecifications": [{"ResourceType": self.kind, "Tags": tags.as_list(inputs["tags"])}]}

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        added, removed = tags.changes(old, new)
        if removed:
            cloud.client("ec2").delete_tags(Resources=[resource_id], Tags=[{"Key": key} for key in removed])
        if added:
            cloud.client("ec2").create_tags(Resources=[resource_id], Tags=tags.as_list(added))

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        getattr(cloud.client("ec2"), self.deleting)(**{self.id_name: resource_id})

    def find_all(self, aws: Clients, inputs: Properties) -> list[str]:
        wanted = {name: str(inputs.get(of, "")) for name, of in self.filters.items()}
        found = search(aws, *self.listing, **wanted)
        if self.found_by_tags:
            found = [each for each in found if tags.among(inputs, tags.as_map(each.get("Tags")))]
        return [str(each[self.id_name]) for each in found]


def search(aws: Clients, operation: str, where: str, **filters: str) -> list[dict[str, Any]]:
    """Return all descriptions that match the filters; `_` in a filter name stands for `-`."""
    given = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    return list(pages(aws.client("ec2"), operation, where, Filters=given))
