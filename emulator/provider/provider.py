"""The provider: check, diff, create, read, update, delete and invoke.

The methods and arguments are those of Pulumi's provider protocol, with camelCase dicts instead of protobuf
structs, so that a gRPC servicer only converts.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from emulator.provider import drift, invokes
from emulator.provider.cloud import Cloud, unless_missing
from emulator.provider.comparison import Comparison, differing_paths
from emulator.provider.detail import Kind, differences, without_positions
from emulator.provider.errors import PartialCreateError, ProviderError
from emulator.provider.inputs import PRIVATE, checked, keeps_name
from emulator.provider.registry import resource_of
from emulator.provider.resource import CheckFailure, Properties, Resource
from emulator.provider.schema import coerced, schema_of, violations
from emulator.provider.values import UNKNOWN, is_unknown

T = TypeVar("T")


@dataclass(frozen=True)
class Diff:
    """The difference between old and new inputs; `replaces` are the changed paths that require replacement.

    `delete_before_replace`: old and new cannot exist at the same time, because of an explicit name.
    `details` are the innermost changed paths in Pulumi's notation.
    """

    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False
    details: Mapping[str, Kind] = field(default_factory=dict)

    def needs_replacement(self, path: str) -> bool:
        """Return whether one of `details` requires replacement."""
        plain_path = without_positions(path)
        return any(plain_path == each or plain_path.startswith(f"{each}.") for each in self.replaces)


@dataclass(frozen=True)
class ReadResult:
    """An existing resource: id, corresponding inputs, outputs and drifted inputs."""

    resource_id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    drifted: tuple[str, ...] = ()


@dataclass
class Provider:
    """A configured provider; `default_tags` come from the program's provider resource."""

    cloud: Cloud
    package: str = "aws"
    default_tags: dict[str, str] = field(default_factory=dict)

    def check_config(self, settings: Properties) -> list[CheckFailure]:
        """Return the check failures of the provider's configuration; nested values are JSON strings."""
        declared = schema_of(f"pulumi:providers:{self.package}").inputs
        opened = {name: _opened(value) for name, value in settings.items() if name != "version"}
        failures = [CheckFailure(*each) for each in violations(declared, coerced(declared, opened))]
        region, allowed = opened.get("region"), opened.get("allowedAccountIds")
        if isinstance(region, str) and region != self.cloud.region:
            failures.append(CheckFailure("region", f"the embedded AWS is {self.cloud.region}, not {region}"))
        if isinstance(allowed, list) and self.cloud.account_id not in [*allowed, UNKNOWN]:
            reason = f"the embedded AWS is account {self.cloud.account_id}, allowed: {', '.join(allowed)}"
            failures.append(CheckFailure("allowedAccountIds", reason))
        return failures

    def configure(self, settings: Properties) -> None:
        """Apply checked configuration."""
        tags = _opened(settings.get("defaultTags"))
        self.default_tags = dict(tags.get("tags") or {}) if isinstance(tags, Mapping) else {}

    def check(
        self, token: str, urn: str, olds: Properties, news: Properties
    ) -> tuple[dict[str, Any], list[CheckFailure]]:
        """Complete inputs (defaults, automatic name, default tags) and check them.

        `olds` are the inputs of the existing resource; empty for a new one and for a replacement, which gets
        a new automatic name.

        Raises:
            UnknownTypeError: The type is not supported.
        """
        resource, schema = resource_of(token), schema_of(token)
        return checked(self.cloud, resource, schema, self.default_tags, urn, olds, news)

    def diff(self, token: str, old_inputs: Properties, new_inputs: Properties) -> Diff:
        """Compare checked inputs; unknown new values count as changed."""
        resource = resource_of(token)
        old, new = ({k: v for k, v in each.items() if k not in PRIVATE} for each in (old_inputs, new_inputs))
        comparison = _comparison(resource)
        # A flag that is off equals one that is not set.
        same = {name for name, value in old_inputs.items() if value is False and name not in new_inputs}
        paths = tuple(
            path
            for path in differing_paths(comparison, resource.replace_on, old, new)
            if path.partition(".")[0] not in same
        )
        details = {
            where: kind
            for name in paths
            if "." not in name
            for where, kind in differences(comparison, name, old.get(name), new.get(name))
        }
        replaces = tuple(path for path in paths if path in resource.replace_on)
        return Diff(paths, replaces, keeps_name(resource, old_inputs, new_inputs), details)

    def create(self, token: str, inputs: Properties, *, preview: bool = False) -> tuple[str, dict[str, Any]]:
        """Create a resource and return its id and outputs; a preview returns those known in advance.

        Raises:
            PartialCreateError: The resource was created but not completed.
            ProviderError: The creation failed, and there is no resource.
        """
        resource = resource_of(token)
        if preview:
            declared = schema_of(token).outputs
            return "", {**dict.fromkeys(declared, UNKNOWN), **self._told(token, inputs)}
        resource_id = _attempt(lambda: resource.create(self.cloud, inputs))
        try:
            resource.complete(self.cloud, resource_id, inputs)
            return resource_id, self._outputs(token, resource_id, inputs)
        except Exception as error:
            raise PartialCreateError(resource_id, _text(error)) from error

    def read(
        self, token: str, resource_id: str, inputs: Properties, outputs: Properties
    ) -> ReadResult | None:
        """Read a resource; return None if it does not exist.

        Raises:
            ProviderError: The read failed, or neither inputs nor outputs are given (an import).
        """
        if not inputs and not outputs:
            raise ProviderError(
                f"the embedded AWS imports nothing: declare {token} {resource_id} and deploy it"
            )
        return _attempt(lambda: self._read(token, resource_id, inputs, outputs))

    def update(  # noqa: PLR0913 - the protocol's own parameters
        self,
        token: str,
        resource_id: str,
        old_inputs: Properties,
        old_outputs: Properties,
        new_inputs: Properties,
        *,
        preview: bool = False,
    ) -> tuple[str, dict[str, Any]]:
        """Update a resource in place and return its id, which may have changed, and outputs.

        Raises:
            ProviderError: The update failed.
        """
        resource = resource_of(token)
        if preview:
            gone = resource.volatile | old_inputs.keys()
            kept = {name: value for name, value in old_outputs.items() if name not in gone}
            unknown = dict.fromkeys(resource.volatile, UNKNOWN)
            return resource_id, {**kept, **unknown, **self._told(token, new_inputs)}
        renamed = _attempt(lambda: resource.update(self.cloud, resource_id, old_inputs, new_inputs))
        new_id = renamed or resource_id
        return new_id, self._outputs(token, new_id, new_inputs)

    def delete(self, token: str, resource_id: str, inputs: Properties, outputs: Properties) -> None:
        """Delete a resource, if it exists.

        Raises:
            ProviderError: The deletion failed.
        """
        resource = resource_of(token)
        _attempt(
            lambda: unless_missing(lambda: resource.delete(self.cloud, resource_id, {**inputs, **outputs}))
        )

    def find(self, token: str, inputs: Properties, owned: Collection[str] = ()) -> str | None:
        """Return the id of a resource that an interrupted creation with these inputs left, or None.

        `owned` are ids of other known resources of the type.
        """
        resource = resource_of(token)
        found = _attempt(lambda: unless_missing(lambda: resource.find_all(self.cloud, inputs)))
        return next((each for each in found or () if each not in owned), None)

    def invoke(self, token: str, arguments: Properties) -> dict[str, Any]:
        """Answer an invoke.

        Raises:
            UnknownTypeError: The function is not supported.
        """
        return _attempt(lambda: invokes.call(self.cloud, token, arguments))

    def _read(
        self, token: str, resource_id: str, inputs: Properties, last_seen: Properties
    ) -> ReadResult | None:
        resource = resource_of(token)
        found = unless_missing(lambda: resource.read(self.cloud, resource_id, {**inputs, **last_seen}))
        if found is None:
            return None
        unused = {**schema_of(token).unset_outputs(), **resource.absent}
        told = {name: unused.get(name) if value is None else value for name, value in found.items()}
        drifted = drift.drifted(resource, schema_of(token), inputs, last_seen, told)
        outputs = {**unused, **{k: v for k, v in inputs.items() if k not in PRIVATE}}
        for name, value in found.items():
            if value is None or name in drifted:
                outputs[name] = unused.get(name) if value is None else value
            else:
                outputs[name] = _spelt_as(inputs.get(name), value)
        if "tags" in found:
            outputs["tagsAll"] = found["tags"] or {}
        if resource.regional:
            outputs["region"] = self.cloud.region
        current = {**inputs, **{name: found[name] for name in drifted}}
        return ReadResult(resource_id, _set_only(current), _set_only(outputs), drifted)

    def _outputs(self, token: str, resource_id: str, inputs: Properties) -> dict[str, Any]:
        """Return the declared outputs of a resource that must exist."""
        result = self.read(token, resource_id, inputs, {})
        if result is None:
            raise ProviderError(f"{token} {resource_id} is not there although it was just written")
        declared = schema_of(token).outputs
        if undeclared := sorted(result.outputs.keys() - declared.keys()):
            raise ProviderError(f"the provider is at fault in {token}: outputs not declared: {undeclared}")
        return result.outputs

    def _told(self, token: str, inputs: Properties) -> dict[str, Any]:
        """Return the outputs that follow from the inputs."""
        declared = schema_of(token).outputs
        told = {name: value for name, value in inputs.items() if name in declared}
        extra = {"region": self.cloud.region, "tagsAll": inputs.get("tags", {})}
        return {**told, **{name: value for name, value in extra.items() if name in declared}}


def _comparison(resource: Resource) -> Comparison:
    return Comparison(resource.unordered, resource.references, resource.documents, computed=resource.computed)


def _opened(value: Any) -> Any:
    """Return a configuration value; all but plain strings are JSON."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    return json.loads(value)


def _spelt_as(given: Any, found: Any) -> Any:
    """Return a value without drift in the program's notation, with values that the cloud added."""
    if isinstance(given, Mapping) and isinstance(found, Mapping):
        return {**found, **given}
    return found if given is None or isinstance(given, list) or is_unknown(given) else given


def _set_only(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _attempt(call: Callable[[], T]) -> T:
    """Run a call, converting AWS and boto3 errors to provider errors."""
    try:
        return call()
    except ProviderError:
        raise
    except Exception as error:
        raise ProviderError(_text(error)) from error


def _text(error: BaseException) -> str:
    """Return the error's message without botocore's retry count."""
    return str(error).replace(" (reached max retries: 0)", "") or type(error).__name__
