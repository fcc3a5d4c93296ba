"""Declarative resource types, whose properties are API fields and which need four calls."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from emulator.provider import tags
from emulator.provider.cloud import Cloud, unless_missing
from emulator.provider.resource import Clients, Properties, Resource
from emulator.provider.shapes import field_of, from_api, to_api


class Declared(Resource):
    """A type whose properties are fields of its service's API.

    Subclasses override `arguments` or `properties` where an API deviates, and leave the calls unchanged.
    """

    service: ClassVar[str]
    names: ClassVar[Mapping[str, str]] = {}
    """Input -> API field, where they differ in more than the first letter."""
    inner_names: ClassVar[Mapping[str, str]] = {}
    """The same for nested properties."""
    capitals: ClassVar[bool] = True
    """Whether API fields begin with capital letters."""
    unsent: ClassVar[frozenset[str]] = frozenset()
    """Inputs that are not sent in calls."""
    outputs: ClassVar[Mapping[str, str]] = {}
    """Output that is not an input -> field of the description."""

    key: ClassVar[tuple[str, ...]] = ("name",)
    """Inputs that identify the resource in calls; changing one replaces the resource."""
    id_field: ClassVar[str] = ""
    """Parameter for the id, if AWS generates it."""
    id_in: ClassVar[str] = ""
    """Field of that id in the response to `creating` and in list items."""
    unique: ClassVar[tuple[str, ...]] = ()
    """Inputs that identify the resource in a list."""

    creating: ClassVar[str]
    reading: ClassVar[str]
    updating: ClassVar[str] = ""
    """Empty if `creating` overwrites."""
    deleting: ClassVar[str]
    listing: ClassVar[tuple[str, str]] = ("", "")
    """Operation that lists such resources and field of the list in its response, if AWS generates the id."""
    described_in: ClassVar[str] = ""
    """Field of the response to `reading` that lists descriptions, among which the key identifies ours."""
    overwrites: ClassVar[bool] = False
    """Whether AWS silently overwrites an existing resource instead of refusing."""
    tagged: ClassVar[bool] = False

    def __init_subclass__(cls, **options: Any) -> None:
        """Derive the id and the replacement paths from the key."""
        super().__init_subclass__(**options)
        if "token" in cls.__dict__:
            cls.replace_on |= frozenset(cls.key)
            if not cls.id_field and not cls.id_form:
                cls.id_form = "/".join(f"{{{name}}}" for name in cls.key)

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        if self.overwrites and self._exists(cloud, inputs):
            raise ValueError(f"{self.id_form.format(**inputs)} exists already")
        given = tags.at_creation(self.service, inputs) if self.tagged else {}
        made = self.call(cloud, self.creating, {**self.arguments(inputs), **given})
        return str(made[self.id_in]) if self.id_in else self.id_form.format(**inputs)

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        found = self.described(cloud, resource_id, known)
        if found is None:
            return None
        arn = self.arn_output(cloud, resource_id, known)
        told = {"tags": tags.of(cloud, self.service, arn["arn"])} if self.tagged else {}
        return {**{name: known.get(name) for name in self.key}, **arn, **self.properties(found), **told}

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> str | None:
        if any(old.get(name) != new.get(name) for name in self.modelled - self.unsent):
            if self.updating:
                change = {**self.changes(old, new), **self.address(resource_id, new)}
                self.call(cloud, self.updating, change)
            else:
                self.call(cloud, self.creating, self.arguments(new))
        if self.tagged:
            tags.update(cloud, self.service, self.arn_output(cloud, resource_id, new)["arn"], old, new)
        return None

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        self.call(cloud, self.deleting, self.address(resource_id, known))

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        if not self.id_field:
            return self.id_form.format(**inputs) if self._exists(aws, inputs) else None
        for each in self.listed(aws, inputs):
            if all(each.get(self.field(name)) == inputs.get(name) for name in self.unique):
                return str(each[self.id_in])
        return None

    def arguments(self, inputs: Properties) -> dict[str, Any]:
        """Return the arguments of `creating`."""
        names = self.modelled - self.unsent
        return {self.field(n): self._shaped(inputs[n]) for n in sorted(names) if inputs.get(n) is not None}

    def changes(self, old: Properties, new: Properties) -> dict[str, Any]:
        """Return the arguments of `updating`, without the address."""
        return self.arguments({name: value for name, value in new.items() if name not in self.replace_on})

    def properties(self, found: Properties) -> dict[str, Any]:
        """Return the inputs and outputs in a description, without the key."""
        names = self.modelled - self.write_only - self.unsent - set(self.key)
        inputs = {name: self._told(found.get(self.field(name))) for name in names}
        return {**inputs, **{name: found[field] for name, field in self.outputs.items()}}

    def described(self, aws: Clients, resource_id: str, known: Properties) -> Properties | None:
        """Return the API's description of the resource, or None if the response has none."""
        answer: Properties = self.call(aws, self.reading, self.question(resource_id, known))
        if not self.described_in:
            return answer
        ours = {self.field(name): known[name] for name in self.key}
        listed: list[Properties] = answer.get(self.described_in) or []
        return next((each for each in listed if {**ours, **each}.items() >= ours.items()), None)

    def question(self, resource_id: str, known: Properties) -> dict[str, Any]:
        """Return the arguments of `reading`."""
        return self.address(resource_id, known)

    def listed(self, aws: Clients, inputs: Properties) -> Iterator[Properties]:
        """Yield all resources of the type with the same parent."""
        operation, where = self.listing
        parents = {self.field(name): inputs[name] for name in self.key}
        return pages(aws.client(self.service), operation, where, **parents)

    def address(self, resource_id: str, known: Properties) -> dict[str, Any]:
        """Return the parameters that identify the resource in a call."""
        named = {self.field(name): known[name] for name in self.key}
        return {**named, self.id_field: resource_id} if self.id_field else named

    def call(self, aws: Clients, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Call the service."""
        return getattr(aws.client(self.service), operation)(**arguments)

    def field(self, name: str) -> str:
        """Return the API field of a property."""
        return field_of(name, self.names) if self.capitals else self.names.get(name, name)

    def _shaped(self, value: Any) -> Any:
        return to_api(value, self.inner_names) if self.capitals else value

    def _told(self, value: Any) -> Any:
        told = from_api(value, self.inner_names) if self.capitals else value
        return None if told in ("", {}, []) else told

    def _exists(self, aws: Clients, inputs: Properties) -> bool:
        return unless_missing(lambda: self.described(aws, "", inputs)) is not None


def pages(client: Any, operation: str, where: str, **arguments: Any) -> Iterator[Any]:
    """Yield all items of a list operation, following pagination."""
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page.get(where, [])
    else:
        yield from getattr(client, operation)(**arguments).get(where, [])
