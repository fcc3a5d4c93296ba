"""Recorded resources of the programs, as plain resolved data."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi


@dataclass(frozen=True)
class Resource:
    """A registered resource: inputs (camelCase, secrets in plain text), outputs and options."""

    layer: str
    type: str
    name: str
    urn: str
    custom: bool
    parent: str
    provider: str
    id: str
    inputs: Mapping[str, Any]
    secret_inputs: frozenset[str]
    outputs: Mapping[str, Any]
    dependencies: tuple[str, ...]
    options: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """The type without its package and path: ``Queue`` of ``aws:sqs/queue:Queue``."""
        return self.type.rsplit(":", 1)[-1]

    @property
    def arn(self) -> str:
        """The ARN in the outputs."""
        found = self.outputs.get("arn")
        assert isinstance(found, str), f"{self.type} {self.name} has no ARN"
        return found

    def __str__(self) -> str:
        return f"{self.layer}: {self.type} {self.name}"


@dataclass(frozen=True)
class LayerRun:
    """A program's run: its resources, stack references and exports."""

    layer: str
    environment: str
    config: Mapping[str, str]
    resources: tuple[Resource, ...]
    references: tuple[str, ...]
    """Full name of the stack of each StackReference."""
    invokes: tuple[str, ...]
    outputs: Mapping[str, Any]
    secret_outputs: frozenset[str]

    def one(self, type_: str, name: str) -> Resource:
        """Return the one resource of this type and name."""
        return one(self.resources, type_, name)

    def of_type(self, type_: str) -> tuple[Resource, ...]:
        """Every resource of a type, e.g. ``sqs/queue:Queue``."""
        return of_type(self.resources, type_)


@dataclass(frozen=True)
class Deployment:
    """The four layers of an environment, run in order with the exports of earlier layers."""

    environment: str
    suffix: str
    runs: Mapping[str, LayerRun]

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The resources of all layers, in deployment order of the layers."""
        return tuple(resource for run in self.runs.values() for resource in run.resources)

    def one(self, type_: str, stem: str) -> Resource:
        """Return the resource called ``{stem}-{suffix}``."""
        return one(self.resources, type_, f"{stem}-{self.suffix}")

    def of_type(self, type_: str) -> tuple[Resource, ...]:
        """Every resource of a type, e.g. ``sqs/queue:Queue``."""
        return of_type(self.resources, type_)


def of_type(resources: Iterable[Resource], type_: str) -> tuple[Resource, ...]:
    """Return all resources of a type, such as ``sqs/queue:Queue`` (the package ``aws`` is optional)."""
    return tuple(resource for resource in resources if resource.type in {type_, f"aws:{type_}"})


class NotRegisteredError(LookupError):
    """No resource, or more than one, has the type and name."""


def one(resources: Sequence[Resource], type_: str, name: str) -> Resource:
    """Return the one resource of this type and name.

    Raises:
        NotRegisteredError: There is none, or more than one.
    """
    found = [resource for resource in of_type(resources, type_) if resource.name == name]
    names = sorted(resource.name for resource in of_type(resources, type_))
    if len(found) != 1:
        raise NotRegisteredError(f"{len(found)} of {type_} are called {name!r}; registered are {names}")
    return found[0]


def archive_files(archive: Any) -> dict[str, str]:
    """Return path in a function's archive -> text of a string asset, or path on disk."""
    assert isinstance(archive, pulumi.AssetArchive), f"{archive!r} is not an archive of named files"
    files: dict[str, str] = {}
    for name, asset in archive.assets.items():
        if isinstance(asset, pulumi.StringAsset):
            files[name] = asset.text
        else:
            assert isinstance(asset, pulumi.FileAsset), f"{name}: {asset!r}"
            files[name] = str(asset.path)
    return files


@dataclass(frozen=True)
class Estate:
    """All resources of an environment."""

    environment: str
    suffix: str
    resources: tuple[Resource, ...]

    def of_type(self, type_: str) -> tuple[Resource, ...]:
        """Every resource of a type, e.g. ``sqs/queue:Queue``."""
        return of_type(self.resources, type_)

    def one(self, type_: str, stem: str) -> Resource:
        """Return the resource called ``{stem}-{suffix}``."""
        return one(self.resources, type_, f"{stem}-{self.suffix}")
