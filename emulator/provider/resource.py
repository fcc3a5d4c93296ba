"""Base class of resource types; each type is one class in the module of its service.

The provider, the recovery of interrupted runs, the program recorder and the policy checks use these classes.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from emulator.provider.cloud import Cloud

Properties = Mapping[str, Any]
"""Inputs or outputs of a resource, in camelCase as in the Pulumi schema."""
NO_DATA = ""
"""`encrypted_by` of a type that stores no user data at rest, only configuration, policies or addresses."""


@dataclass(frozen=True)
class CheckFailure:
    """A refused input and the reason."""

    property: str
    reason: str


class Clients(Protocol):
    """Clients of an AWS account, emulated or real."""

    def client(self, service: str) -> Any:
        """Return the boto3 client of a service."""


class Place(Protocol):
    """The account and region in ARNs."""

    @property
    def account_id(self) -> str:
        """The account ID."""

    @property
    def region(self) -> str:
        """The region."""

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """Return an ARN in the account; `region=""` for global services."""


class Resource:
    """A resource type: its properties, and the calls that create, read, update and delete it.

    Property paths are top-level names, or `outer.inner` for a nested property.
    """

    token: ClassVar[str]
    """Pulumi type token, such as `aws:sqs/queue:Queue`."""
    modelled: ClassVar[frozenset[str]]
    """Supported inputs; any other declared input is refused, never ignored."""
    replace_on: ClassVar[frozenset[str]] = frozenset()
    """Property paths whose change replaces the resource (ForceNew in the Terraform provider)."""
    defaults: ClassVar[Properties] = {}
    """Defaults that the real provider sets for missing inputs."""
    auto_name: ClassVar[str | None] = None
    """The input that defaults to `<logical name>-<random>`."""
    auto_name_start: ClassVar[str] = ""
    """Required prefix of an automatic name."""
    regional: ClassVar[bool] = True
    """Whether the type has the `region` property, which global services lack."""
    unordered: ClassVar[frozenset[str]] = frozenset()
    """List properties that are sets."""
    documents: ClassVar[frozenset[str]] = frozenset()
    """String properties that hold JSON and are compared by meaning."""
    write_only: ClassVar[frozenset[str]] = frozenset()
    """Inputs that the API does not return, so that `read` takes them from the state."""
    computed: ClassVar[frozenset[str]] = frozenset()
    """Inputs that AWS sets if the program does not (Optional and Computed in Terraform); removing one from
    the program changes nothing."""
    references: ClassVar[frozenset[str]] = frozenset()
    """Inputs that accept an ARN or its last part, which are equivalent."""
    volatile: ClassVar[frozenset[str]] = frozenset()
    """Outputs that an update may change, which a preview shows as unknown."""
    absent: ClassVar[Properties] = {}
    """Outputs of unsupported features, as the real provider reads them when unused, if not the zero value of
    their type."""

    shared_id: ClassVar[bool] = False
    """Whether all resources of the type have the same id."""
    id_form: ClassVar[str] = ""
    """Format of the id from inputs, such as `{role}:{name}`; empty if AWS generates it."""
    id_prefix: ClassVar[str] = "id"
    """Prefix of a generated id."""
    arn_form: ClassVar[tuple[str, str] | None] = None
    """Service and resource format of the output `arn`, such as `("events", "event-bus/{name}")`."""
    encrypted_by: ClassVar[str]
    """Path of the input for the KMS key that encrypts the type's data, or `NO_DATA`."""

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Yield check failures beyond the schema; unknown values must pass."""
        for name in sorted(self.documents):
            if isinstance(text := inputs.get(name), str) and text:
                try:
                    json.loads(text)
                except ValueError as error:
                    yield CheckFailure(name, f"is not valid JSON: {error}")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Create the resource, with one call if possible, and return its id."""
        raise NotImplementedError

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        """Complete a creation. If this fails, the resource exists and must be replaced."""

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Return the current properties of the resource, or None if it does not exist.

        Includes every modelled input that is not write-only (None if unset) and every computed output.
        `known` are the last known inputs and outputs, which may identify the resource beyond its id.
        """
        raise NotImplementedError

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> str | None:
        """Update the resource in place; return the new id if it changes."""
        raise NotImplementedError

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Delete the resource. The caller treats not-found errors as success."""
        raise NotImplementedError

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        """Return the id of a resource with these inputs, for recovery after a crash during a creation.

        Works on AWS and the emulator. The inputs' tags include default tags.
        """
        return next(iter(self.find_all(aws, inputs)), None)

    def find_all(self, aws: Clients, inputs: Properties) -> list[str]:
        """Return all such ids, for types that can exist twice with the same inputs during a replacement."""
        found = self.find(aws, inputs)
        return [] if found is None else [found]

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        """Return an id and outputs of the right shape, for programs that run without a cloud."""
        made_id = f"{self.id_prefix}-0{digits(name, 16)}"
        resource_id = self.id_form.format(**inputs) if self.id_form else made_id
        return resource_id, self.arn_output(place, resource_id, inputs)

    def arn_output(self, place: Place, resource_id: str, known: Properties) -> dict[str, Any]:
        """Return the output `arn`, if the type has one."""
        if self.arn_form is None:
            return {}
        service, form = self.arn_form
        return {"arn": place.arn(service, form.format(**{**known, "id": resource_id}))}


def words(names: str) -> frozenset[str]:
    """Split space-separated names into a set."""
    return frozenset(names.split())


def frozen(values: dict[str, Any]) -> Properties:
    """Return a read-only mapping, for class attributes."""
    return MappingProxyType(values)


def changed(old: Properties, new: Properties, *names: str) -> bool:
    """Return whether any of the named inputs differs."""
    return any(old.get(name) != new.get(name) for name in names)


def digits(name: str, length: int) -> str:
    """Return hexadecimal digits derived from a name, for ids in recorded programs."""
    return sha256(name.encode()).hexdigest()[:length]
