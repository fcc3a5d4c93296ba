"""What a program wants of one resource, taken from its registration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.engine.errors import EngineError, ResourceError
from local.engine.program import STACK_TYPE
from local.engine.state import ResourceState
from local.engine.wire import decode


@dataclass(frozen=True)
class Goal:
    """A registration with its options. `delete_before_replace` is None where the program does not say."""

    urn: str
    type: str
    name: str
    custom: bool
    parent: str
    provider: str
    inputs: Mapping[str, Any]
    secrets: frozenset[str]
    dependencies: tuple[str, ...]
    property_dependencies: Mapping[str, tuple[str, ...]]
    aliases: tuple[str, ...]
    delete_before_replace: bool | None
    ignore_changes: tuple[str, ...]
    replace_on_changes: tuple[str, ...]
    additional_secret_outputs: frozenset[str]
    protect: bool
    retain_on_delete: bool

    def state(self, **more: Any) -> ResourceState:
        """The state of a resource that fulfils the goal; what the provider knows is in `more`."""
        return ResourceState(
            urn=self.urn,
            type=self.type,
            name=self.name,
            custom=self.custom,
            parent=self.parent,
            provider=self.provider,
            dependencies=list(self.dependencies),
            property_dependencies={name: list(urns) for name, urns in self.property_dependencies.items()},
            secret_properties=sorted(self.secrets | self.additional_secret_outputs),
            protect=self.protect,
            retain_on_delete=self.retain_on_delete,
            **more,
        )


def goal_of(request: Any, urn: str) -> Goal:
    """Read a RegisterResource request.

    Raises:
        ResourceError: it has an option that the embedded engine does not honour.
    """
    for option in ("importId", "deletedWith", "replace_with", "remote", "state_migrations"):
        if getattr(request, option):
            reason = f"the embedded engine does not support {option}"
            raise ResourceError(request.type, request.name, reason)
    try:
        inputs, secrets = decode(request.object)
    except ValueError as error:
        raise ResourceError(request.type, request.name, str(error)) from error
    decided = request.deleteBeforeReplaceDefined
    return Goal(
        urn=urn,
        type=request.type,
        name=request.name,
        custom=request.custom,
        parent=request.parent,
        provider=request.provider,
        inputs=inputs,
        secrets=frozenset(secrets),
        dependencies=tuple(request.dependencies),
        property_dependencies={name: tuple(each.urns) for name, each in request.propertyDependencies.items()},
        aliases=tuple(_alias_urn(alias, request, urn) for alias in request.aliases),
        delete_before_replace=request.deleteBeforeReplace if decided else None,
        ignore_changes=tuple(request.ignoreChanges),
        replace_on_changes=tuple(request.replaceOnChanges),
        additional_secret_outputs=frozenset(request.additionalSecretOutputs),
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
    )


def urn_of(stack: str, project: str, parent: str, type_token: str, name: str) -> str:
    """A URN as the real engine builds it: the types of all parents but the stack, joined by `$`."""
    ancestors = parent.split("::")[2] if parent else STACK_TYPE
    qualified = type_token if ancestors == STACK_TYPE else f"{ancestors}${type_token}"
    return f"urn:pulumi:{stack}::{project}::{qualified}::{name}"


def _alias_urn(alias: Any, request: Any, urn: str) -> str:
    if alias.urn:
        return str(alias.urn)
    spec = alias.spec
    prefix, project, _, _ = urn.split("::", 3)
    parent = "" if spec.noParent else spec.parentUrn or request.parent
    return urn_of(
        spec.stack or prefix.rsplit(":", 1)[-1],
        spec.project or project,
        parent,
        spec.type or request.type,
        spec.name or request.name,
    )


def with_ignored(goal: Goal, old_inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The goal's inputs with the properties of `ignoreChanges` as they were.

    Raises:
        EngineError: a path goes into a list.
    """
    inputs = dict(goal.inputs)
    for path in goal.ignore_changes:
        if "[" in path:
            raise EngineError(f"{goal.urn}: ignoreChanges into a list ({path}) is not supported")
        _copy(path.split("."), old_inputs, inputs)
    return inputs


def _copy(steps: list[str], source: Mapping[str, Any], target: dict[str, Any]) -> None:
    first, rest = steps[0], steps[1:]
    if not rest:
        if first in source:
            target[first] = source[first]
        else:
            target.pop(first, None)
    elif isinstance(source.get(first), Mapping) and isinstance(target.get(first), Mapping):
        target[first] = dict(target[first])
        _copy(rest, source[first], target[first])
