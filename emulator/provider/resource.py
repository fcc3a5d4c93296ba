"""What is known of a resource type, in one place: one class for each, in the module of its service.

The provider, the recovery of interrupted runs, the recorder of programs and the policy checks read it here.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from emulator.provider.cloud import Cloud

Properties = Mapping[str, Any]
"""Inputs or outputs of a resource, camelCase as the Pulumi schema spells them."""
NO_DATA = ""
"""`encrypted_by` of a type that keeps none of its users' data at rest: configuration, policies, addresses."""


@dataclass(frozen=True)
class CheckFailure:
    """An input that the provider refuses, and why."""

    property: str
    reason: str


class Clients(Protocol):
    """An AWS account, embedded or real: all that a search needs."""

    def client(self, service: str) -> Any:
        """The boto3 client of a service."""


class Place(Protocol):
    """The account and region that ARNs name."""

    @property
    def account_id(self) -> str:
        """The account's number."""

    @property
    def region(self) -> str:
        """Where it is."""

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """An ARN of the account; `region=""` for global services."""


class Resource:
    """One resource type: what its properties mean, and the calls that create, read, update and delete it.

    Property paths are top-level names, or `outer.inner` where only the inner part counts.
    """

    token: ClassVar[str]
    """Pulumi's type token, such as `aws:sqs/queue:Queue`."""
    modelled: ClassVar[frozenset[str]]
    """Inputs that the emulator gives a meaning; any other declared input is refused, never ignored."""
    replace_on: ClassVar[frozenset[str]] = frozenset()
    """Paths whose change AWS only allows on a new resource (ForceNew in the Terraform provider)."""
    defaults: ClassVar[Properties] = {}
    """What the real provider fills in for absent inputs."""
    auto_name: ClassVar[str | None] = None
    """The input that gets `<logical name>-<random>` when the program gives none."""
    auto_name_start: ClassVar[str] = ""
    """What an automatic name must begin with."""
    regional: ClassVar[bool] = True
    """Whether the type has the `region` property (global services have not)."""
    unordered: ClassVar[frozenset[str]] = frozenset()
    """Lists that are sets."""
    documents: ClassVar[frozenset[str]] = frozenset()
    """Strings that are JSON, compared by meaning."""
    write_only: ClassVar[frozenset[str]] = frozenset()
    """Inputs that the cloud does not give back; they are remembered, not read."""
    computed: ClassVar[frozenset[str]] = frozenset()
    """Inputs that AWS decides where the program does not mention them (Optional and Computed in Terraform):
    leaving one out of the program changes nothing."""
    references: ClassVar[frozenset[str]] = frozenset()
    """Inputs that name a resource by its ARN or by the last part of it, which means the same."""
    volatile: ClassVar[frozenset[str]] = frozenset()
    """Outputs that an update may change, so that a preview shows them as unknown."""
    absent: ClassVar[Properties] = {}
    """Outputs of features that the emulator does not have, as the real provider reads them when unused, where
    that is not the zero value of their type."""

    shared_id: ClassVar[bool] = False
    """Whether all resources of the type have the same id, so that it tells nothing."""
    id_form: ClassVar[str] = ""
    """How inputs make the id: `{role}:{name}`. Empty where AWS makes it."""
    id_prefix: ClassVar[str] = "id"
    """What an id that AWS makes begins with."""
    arn_form: ClassVar[tuple[str, str] | None] = None
    """Service and resource of the output `arn`, from inputs and `{id}`: `("events", "event-bus/{name}")`."""
    encrypted_by: ClassVar[str]
    """Path of the input that names the key under which AWS keeps the type's data, or `NO_DATA`."""

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """What is wrong with the inputs beyond their schema; unknown values must be let pass."""
        for name in sorted(self.documents):
            if isinstance(text := inputs.get(name), str) and text:
                try:
                    json.loads(text)
                except ValueError as error:
                    yield CheckFailure(name, f"is not valid JSON: {error}")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Make the resource exist, in one call where the API allows it; returns its id."""
        raise NotImplementedError

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        """The rest of a creation. If it fails, the resource exists and must be replaced."""

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """What the cloud says of the resource now, or None when it is gone.

        Holds every modelled input that is not write-only (None where it is not set) and every computed
        output. `known` are the inputs and the outputs last seen: what names the resource beyond its id.
        """
        raise NotImplementedError

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> str | None:
        """Change the resource in place from old to new inputs; returns an id if that changes it."""
        raise NotImplementedError

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Remove the resource. Errors that say it is gone already are taken for success by the caller."""
        raise NotImplementedError

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        """The id of a resource with these inputs: a crash may come between making and noting it.

        Works on AWS as on the emulator; default tags are among the inputs' tags.
        """
        return next(iter(self.find_all(aws, inputs)), None)

    def find_all(self, aws: Clients, inputs: Properties) -> list[str]:
        """Like `find`, for types that may exist twice with the same inputs while one replaces the other."""
        found = self.find(aws, inputs)
        return [] if found is None else [found]

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        """An id and the outputs of the right shape, for a program that runs without any cloud."""
        made_id = f"{self.id_prefix}-0{digits(name, 16)}"
        resource_id = self.id_form.format(**inputs) if self.id_form else made_id
        return resource_id, self.arn_output(place, resource_id, inputs)

    def arn_output(self, place: Place, resource_id: str, known: Properties) -> dict[str, Any]:
        """The output `arn`, where the type has one."""
        if self.arn_form is None:
            return {}
        service, form = self.arn_form
        return {"arn": place.arn(service, form.format(**{**known, "id": resource_id}))}


def words(names: str) -> frozenset[str]:
    """The names in a line of them."""
    return frozenset(names.split())


def frozen(values: dict[str, Any]) -> Properties:
    """A table that belongs to a class, which nobody may change."""
    return MappingProxyType(values)


def changed(old: Properties, new: Properties, *names: str) -> bool:
    """Whether any of the named inputs differs."""
    return any(old.get(name) != new.get(name) for name in names)


def digits(name: str, length: int) -> str:
    """Hexadecimal digits for an id that nothing made, always the same for one name."""
    return sha256(name.encode()).hexdigest()[:length]
