"""Simple types, declared: their properties are fields of the API, and four calls are all there is to them."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from emulator.provider import tags
from emulator.provider.cloud import Cloud, unless_missing
from emulator.provider.resource import Clients, Properties, Resource
from emulator.provider.shapes import field_of, from_api, to_api


class Declared(Resource):
    """A type whose properties are fields of its service's API.

    Where an API is peculiar, a subclass overrides `arguments` or `properties`, and leaves the calls alone.
    """

    service: ClassVar[str]
    names: ClassVar[Mapping[str, str]] = {}
    """Input -> field of the API, where they differ in more than the first letter."""
    inner_names: ClassVar[Mapping[str, str]] = {}
    """The same inside of objects."""
    capitals: ClassVar[bool] = True
    """Whether the API's fields begin with capital letters."""
    unsent: ClassVar[frozenset[str]] = frozenset()
    """Inputs that are the provider's own and no call's."""
    outputs: ClassVar[Mapping[str, str]] = {}
    """Output that is no input -> field of the description."""

    key: ClassVar[tuple[str, ...]] = ("name",)
    """The inputs that address the resource in every call; with another value it is another resource."""
    id_field: ClassVar[str] = ""
    """The parameter that takes the id, where AWS makes it."""
    id_in: ClassVar[str] = ""
    """Where the answer to a creation, and an item of a listing, hold that id."""
    unique: ClassVar[tuple[str, ...]] = ()
    """The inputs by which a listing tells such a resource from others."""

    creating: ClassVar[str]
    reading: ClassVar[str]
    updating: ClassVar[str] = ""
    """Empty where `creating` writes over what is there."""
    deleting: ClassVar[str]
    listing: ClassVar[tuple[str, str]] = ("", "")
    """Where AWS makes the id: the call that lists such resources, and where its answer has them."""
    described_in: ClassVar[str] = ""
    """The field of the answer to `reading` that lists descriptions: ours is the one with our key."""
    overwrites: ClassVar[bool] = False
    """Whether AWS would silently write over one that exists, instead of refusing."""
    tagged: ClassVar[bool] = False

    def __init_subclass__(cls, **options: Any) -> None:
        """Complete the declaration: the key makes the id, and never changes."""
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
        """What `creating` takes."""
        names = self.modelled - self.unsent
        return {self.field(n): self._shaped(inputs[n]) for n in sorted(names) if inputs.get(n) is not None}

    def changes(self, old: Properties, new: Properties) -> dict[str, Any]:
        """What `updating` takes beside the address: all that may change."""
        return self.arguments({name: value for name, value in new.items() if name not in self.replace_on})

    def properties(self, found: Properties) -> dict[str, Any]:
        """Inputs and outputs of a description, without the key."""
        names = self.modelled - self.write_only - self.unsent - set(self.key)
        inputs = {name: self._told(found.get(self.field(name))) for name in names}
        return {**inputs, **{name: found[field] for name, field in self.outputs.items()}}

    def described(self, aws: Clients, resource_id: str, known: Properties) -> Properties | None:
        """The API's description of the resource, or None where an answer says that there is none."""
        answer: Properties = self.call(aws, self.reading, self.question(resource_id, known))
        if not self.described_in:
            return answer
        ours = {self.field(name): known[name] for name in self.key}
        listed: list[Properties] = answer.get(self.described_in) or []
        return next((each for each in listed if {**ours, **each}.items() >= ours.items()), None)

    def question(self, resource_id: str, known: Properties) -> dict[str, Any]:
        """What `reading` takes."""
        return self.address(resource_id, known)

    def listed(self, aws: Clients, inputs: Properties) -> Iterator[Properties]:
        """Every resource of the kind under the same parent."""
        operation, where = self.listing
        parents = {self.field(name): inputs[name] for name in self.key}
        return pages(aws.client(self.service), operation, where, **parents)

    def address(self, resource_id: str, known: Properties) -> dict[str, Any]:
        """The parameters that name the resource in a call."""
        named = {self.field(name): known[name] for name in self.key}
        return {**named, self.id_field: resource_id} if self.id_field else named

    def call(self, aws: Clients, operation: str, arguments: Mapping[str, Any]) -> Any:
        """One call of the service."""
        return getattr(aws.client(self.service), operation)(**arguments)

    def field(self, name: str) -> str:
        """The API's name of a property."""
        return field_of(name, self.names) if self.capitals else self.names.get(name, name)

    def _shaped(self, value: Any) -> Any:
        return to_api(value, self.inner_names) if self.capitals else value

    def _told(self, value: Any) -> Any:
        told = from_api(value, self.inner_names) if self.capitals else value
        return None if told in ("", {}, []) else told

    def _exists(self, aws: Clients, inputs: Properties) -> bool:
        return unless_missing(lambda: self.described(aws, "", inputs)) is not None


def pages(client: Any, operation: str, where: str, **arguments: Any) -> Iterator[Any]:
    """Every item of a listing, page by page where the API has pages."""
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page.get(where, [])
    else:
        yield from getattr(client, operation)(**arguments).get(where, [])
