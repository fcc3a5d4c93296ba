"""What a program wants of one resource, taken from its registration."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.deploy.program_runner.project import STACK_TYPE
from tools.local.engine.errors import ResourceError
from tools.local.engine.property_path import parsed, reset, shown
from tools.local.engine.secret_paths import as_secret_as
from tools.local.engine.state import ResourceState
from tools.local.engine.wire import decode


@dataclass(frozen=True)
class Goal:
    """A registration with its options. `delete_before_replace` is None where the program does not say.

    `version` is the one of the SDK package that registered it; empty for components.
    """

    urn: str
    type: str
    name: str
    custom: bool
    inputs: Mapping[str, Any]
    parent: str = ""
    provider: str = ""
    version: str = ""
    secrets: frozenset[str] = frozenset()
    dependencies: tuple[str, ...] = ()
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    delete_before_replace: bool | None = None
    ignore_changes: tuple[str, ...] = ()
    replace_on_changes: tuple[str, ...] = ()
    additional_secret_outputs: tuple[str, ...] = ()
    protect: bool = False
    retain_on_delete: bool = False

    def state(self, **more: Any) -> ResourceState:
        """Return the state of a resource that fulfils the goal; what the provider knows is in `more`."""
        inputs, outputs = more.get("inputs", {}), more.get("outputs", {})
        secret_inputs = as_secret_as(inputs, self.secrets) if self.custom else sorted(self.secrets)
        told = {shown([name]) for name in self.additional_secret_outputs if name in outputs}
        return ResourceState(
            urn=self.urn,
            type=self.type,
            name=self.name,
            custom=self.custom,
            parent=self.parent,
            provider=self.provider,
            dependencies=list(self.dependencies),
            property_dependencies={name: list(urns) for name, urns in self.property_dependencies.items()},
            secret_inputs=secret_inputs,
            secret_outputs=sorted({*as_secret_as(outputs, secret_inputs), *told}),
            additional_secret_outputs=list(self.additional_secret_outputs),
            protect=self.protect,
            retain_on_delete=self.retain_on_delete,
            ignore_changes=list(self.ignore_changes),
            replace_on_changes=list(self.replace_on_changes),
            **more,
        )


def goal_of(request: Any, urn: str) -> Goal:
    """Read a RegisterResource request.

    Raises:
        ResourceError: it has an option that the embedded engine does not honour, or a malformed one.
    """
    for option in ("importId", "deletedWith", "replace_with", "remote", "state_migrations"):
        if getattr(request, option):
            reason = f"the embedded engine does not support {option}"
            raise ResourceError(request.type, request.name, reason)
    try:
        inputs, secrets = decode(request.object)
        _check_paths([*request.ignoreChanges, *request.replaceOnChanges])
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
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
        version=request.version,
    )


def goal_of_read(request: Any, urn: str) -> Goal:
    """Read a ReadResource request."""
    inputs, secrets = decode(request.properties)
    return Goal(
        urn=urn,
        type=request.type,
        name=request.name,
        custom=True,
        inputs=inputs,
        parent=request.parent,
        provider=request.provider,
        version=request.version,
        secrets=frozenset(secrets),
        dependencies=tuple(request.dependencies),
        additional_secret_outputs=tuple(request.additionalSecretOutputs),
    )


def _check_paths(paths: Iterable[str]) -> None:
    for path in paths:
        parsed(path)


def urn_of(stack: str, project: str, parent: str, type_token: str, name: str) -> str:
    """Return a URN as the real engine builds it: the types of all parents but the stack, joined by `$`."""
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
    """Return the goal's inputs with the properties of `ignoreChanges` as they were."""
    inputs: dict[str, Any] = dict(goal.inputs)
    for path in goal.ignore_changes:
        inputs = reset(parsed(path), old_inputs, inputs)
    return inputs
