"""The provider: check, diff, create, read, update, delete and invoke, for any engine that drives it.

The methods and their arguments are those of Pulumi's provider protocol, with plain camelCase dicts in place
of protobuf structs, so that a gRPC servicer only translates.
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
    """How new inputs differ from old ones; `replaces` are the changed paths that need a new resource.

    `delete_before_replace`: if it is replaced, old and new cannot exist at the same time (a given name).
    `details` are the innermost changed paths, as Pulumi writes them.
    """

    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False
    details: Mapping[str, Kind] = field(default_factory=dict)

    def needs_replacement(self, path: str) -> bool:
        """Whether one of `details` needs a new resource."""
        plain_path = without_positions(path)
        return any(plain_path == each or plain_path.startswith(f"{each}.") for each in self.replaces)


@dataclass(frozen=True)
class ReadResult:
    """What exists: its id, the inputs it corresponds to, its outputs, and which inputs have drifted."""

    resource_id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    drifted: tuple[str, ...] = ()


@dataclass
class Provider:
    """One configured provider; `default_tags` come from the program's explicit provider resource."""

    cloud: Cloud
    package: str = "aws"
    default_tags: dict[str, str] = field(default_factory=dict)

    def check_config(self, settings: Properties) -> list[CheckFailure]:
        """What is wrong with a provider's settings; nested ones are JSON strings, as Pulumi passes them."""
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
        """Take a provider's settings, already checked."""
        tags = _opened(settings.get("defaultTags"))
        self.default_tags = dict(tags.get("tags") or {}) if isinstance(tags, Mapping) else {}

    def check(
        self, token: str, urn: str, olds: Properties, news: Properties
    ) -> tuple[dict[str, Any], list[CheckFailure]]:
        """Complete and judge inputs: defaults, automatic name, default tags; schema and the type's own rules.

        `olds` are the inputs of the resource as it stands; empty for a new one and for a replacement, which
        gets an automatic name of its own.

        Raises:
            UnknownTypeError: the provider has no such type.
        """
        resource, schema = resource_of(token), schema_of(token)
        return checked(self.cloud, resource, schema, self.default_tags, urn, olds, news)

    def diff(self, token: str, old_inputs: Properties, new_inputs: Properties) -> Diff:
        """Compare checked inputs. Unknown new values count as changed."""
        resource = resource_of(token)
        old, new = ({k: v for k, v in each.items() if k not in PRIVATE} for each in (old_inputs, new_inputs))
        comparison = _comparison(resource)
        # A flag that is off is as good as one that nobody mentions.
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
        """Create a resource; returns its id and outputs. A preview returns what is known beforehand.

        Raises:
            PartialCreateError: it exists, but is not as it should be.
            ProviderError: it was refused, nothing exists.
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
        """What a resource is now; None when it is gone.

        Raises:
            ProviderError: the emulator refuses to say; or neither inputs nor outputs are given, as when a
                resource is to be imported.
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
        """Change a resource in place; returns its id (some change theirs) and outputs.

        Raises:
            ProviderError: the change was refused.
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
        """Delete a resource; one that is gone already is no error.

        Raises:
            ProviderError: the deletion was refused.
        """
        resource = resource_of(token)
        _attempt(
            lambda: unless_missing(lambda: resource.delete(self.cloud, resource_id, {**inputs, **outputs}))
        )

    def find(self, token: str, inputs: Properties, owned: Collection[str] = ()) -> str | None:
        """The id of a resource that a creation with these inputs would have made, if it is there.

        `owned` are ids of the same type that are known to be something else.
        """
        resource = resource_of(token)
        found = _attempt(lambda: unless_missing(lambda: resource.find_all(self.cloud, inputs)))
        return next((each for each in found or () if each not in owned), None)

    def invoke(self, token: str, arguments: Properties) -> dict[str, Any]:
        """Answer a function call of a program.

        Raises:
            UnknownTypeError: the provider has no such function.
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
        """The outputs of a resource that must exist, none of them undeclared."""
        result = self.read(token, resource_id, inputs, {})
        if result is None:
            raise ProviderError(f"{token} {resource_id} is not there although it was just written")
        declared = schema_of(token).outputs
        if undeclared := sorted(result.outputs.keys() - declared.keys()):
            raise ProviderError(f"the provider is at fault in {token}: outputs not declared: {undeclared}")
        return result.outputs

    def _told(self, token: str, inputs: Properties) -> dict[str, Any]:
        """What the inputs tell of the outputs before anything is done."""
        declared = schema_of(token).outputs
        told = {name: value for name, value in inputs.items() if name in declared}
        extra = {"region": self.cloud.region, "tagsAll": inputs.get("tags", {})}
        return {**told, **{name: value for name, value in extra.items() if name in declared}}


def _comparison(resource: Resource) -> Comparison:
    return Comparison(resource.unordered, resource.references, resource.documents, computed=resource.computed)


def _opened(value: Any) -> Any:
    """A provider setting: anything but a plain string arrives as JSON."""
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    return json.loads(value)


def _spelt_as(given: Any, found: Any) -> Any:
    """A value that has not drifted: the program's own spelling, with what the cloud filled in beside it."""
    if isinstance(given, Mapping) and isinstance(found, Mapping):
        return {**found, **given}
    return found if given is None or isinstance(given, list) or is_unknown(given) else given


def _set_only(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _attempt(call: Callable[[], T]) -> T:
    """Run a call, turning whatever AWS or boto3 refuses into the provider's own error."""
    try:
        return call()
    except ProviderError:
        raise
    except Exception as error:
        raise ProviderError(_text(error)) from error


def _text(error: BaseException) -> str:
    """What was said, without botocore's count of retries: there are none."""
    return str(error).replace(" (reached max retries: 0)", "") or type(error).__name__
