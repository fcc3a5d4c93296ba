"""What the provider must know of a resource type; service modules hold a subclass for each of theirs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Final

from emulator.provider.cloud import Cloud

Properties = Mapping[str, Any]
"""Inputs or outputs of a resource, camelCase as the Pulumi schema spells them."""

UNREAD: Final = "__unread"
"""Key under which the inputs of an imported resource name those that the cloud does not give back."""

ADOPTED: Final = "__adopted"
"""Key under which a program's inputs name those that an imported resource takes over as they are."""


@dataclass(frozen=True)
class CheckFailure:
    """An input that the provider refuses, and why."""

    property: str
    reason: str


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
    """Outputs of features that the emulator does not have, as the real provider reads them when unused."""

    shared_id: ClassVar[bool] = False
    """Whether all resources of the type have the same id, so that it tells nothing."""

    def check(self, inputs: Properties) -> Iterable[CheckFailure]:
        """What is wrong with the inputs beyond their schema; unknown values must be let pass."""
        del inputs
        return ()

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Make the resource exist, in one call where the API allows it; returns its id."""
        raise NotImplementedError

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        """The rest of a creation. If it fails, the resource exists and must be replaced."""

    def imported(self, cloud: Cloud, import_id: str) -> tuple[str, Properties]:
        """The id of the resource that `pulumi import` names, and the inputs that its name tells.

        Raises:
            ValueError: the name has not the form that the real provider documents.
        """
        del cloud
        return import_id, {}

    def adopts(self, name: str, old: Properties, new: Properties) -> bool:
        """Whether an imported resource may take over an input that the cloud did not tell."""
        del name, old, new
        return True

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """What the cloud says of the resource now, or None when it is gone.

        Holds every modelled input that is not write-only (None where it is not set) and every computed
        output. `known` are the outputs or inputs last seen: what names the resource beyond its id.
        """
        raise NotImplementedError

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> str | None:
        """Change the resource in place from old to new inputs; returns an id if that changes it."""
        raise NotImplementedError

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Remove the resource. Errors that say it is gone already are taken for success by the caller."""
        raise NotImplementedError

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """The id of a resource with these inputs: a crash may come between making and noting it."""
        raise NotImplementedError

    def find_all(self, cloud: Cloud, inputs: Properties) -> list[str]:
        """Like `find`, for types that may exist twice with the same inputs while one replaces the other."""
        found = self.find(cloud, inputs)
        return [] if found is None else [found]


def frozen(values: dict[str, Any]) -> Properties:
    """A table that belongs to a class, which nobody may change."""
    return MappingProxyType(values)


def changed(old: Properties, new: Properties, *names: str) -> bool:
    """Whether any of the named inputs differs."""
    return any(old.get(name) != new.get(name) for name in names)


def steps(import_id: str, *names: str) -> dict[str, str]:
    """The parts of an import id such as `api/resource/method`; the last one may hold further slashes.

    Raises:
        ValueError: it has fewer parts.
    """
    parts = import_id.split("/", len(names) - 1)
    if len(parts) != len(names) or not all(parts):
        raise ValueError(f"{import_id!r} is no id to import by: write {'/'.join(names)}")
    return dict(zip(names, parts, strict=True))
