"""One run of a layer: brings each resource that the program registers to what the program wants."""

import json
import threading
import time
from collections.abc import Mapping
from typing import Any

from local.engine.errors import EngineError, ResourceError
from local.engine.goal import Goal, with_ignored
from local.engine.ordering import deletion_order, must_go_with
from local.engine.progress import Action, Progress
from local.engine.snapshot import Snapshot
from local.engine.state import ResourceState
from local.engine.wire import abridged
from local.provider.cloud import Cloud
from local.provider.errors import PartialCreateError, ProviderError
from local.provider.provider import Diff, Provider
from local.provider.values import UNKNOWN

_PROVIDER_TYPE = "pulumi:providers:"
_SAME_ID = (
    "its replacement got the same id ({id}), so that deleting the old one would delete the new one; "
    "give the resource delete_before_replace=True"
)


class Deployment:
    """Decides and does what each registration needs; called from several threads at once.

    In a preview the same decisions are made and nothing is done: creations answer with unknown values.
    """

    def __init__(
        self,
        cloud: Cloud,
        snapshot: Snapshot,
        progress: Progress,
        config: Mapping[str, str],
        *,
        preview: bool = False,
    ) -> None:
        """`config` is the stack's, for which default providers are allowed and how they are set."""
        self._cloud = cloud
        self._snapshot = snapshot
        self._progress = progress
        self._config = config
        self._preview = preview
        self._providers: dict[str, Provider] = {}
        self._lock = threading.Lock()
        self.failures: list[str] = []

    def register(self, goal: Goal) -> ResourceState:
        """Bring one resource to its goal; returns its state.

        Raises:
            ResourceError: it was refused; the text has the provider's reason.
        """
        try:
            old = self._claim(goal)
            if not goal.custom:
                state = goal.state(outputs=dict(goal.inputs))
                self._snapshot.put(state)
            elif goal.type.startswith(_PROVIDER_TYPE):
                state = self._register_provider(goal, old)
            else:
                state = self._register_resource(goal, old)
        except (EngineError, ProviderError) as error:
            failure = error if isinstance(error, ResourceError) else self._failure(goal, str(error))
            with self._lock:
                self.failures.append(str(failure))
            raise failure from error
        return state

    def provider(self, reference: str, package: str) -> Provider:
        """The provider that a resource or invoke names; for an empty reference the package's default one.

        Raises:
            EngineError: it was not registered, or default providers are disabled.
        """
        with self._lock:
            if reference:
                urn = reference.rpartition("::")[0]
                if urn not in self._providers:
                    raise EngineError(f"provider {urn} is not registered")
                return self._providers[urn]
            return self._default_provider(package)

    def finish(self) -> None:
        """Delete what the program did not register and what it replaced, dependents first."""
        for state in deletion_order(self._snapshot.unregistered):
            self._delete(state, count=not state.obsolete)

    def recover(self) -> None:
        """Look for what an interrupted run may have created without noting it, and remove it.

        Raises:
            ResourceError: it is there and cannot be removed.
        """
        resources = self._snapshot.resources
        for state in self._snapshot.pending_creations:
            provider = Provider(self._cloud)
            owned = {each.id for each in resources if each.type == state.type and not each.recreate}
            try:
                found = provider.find(state.type, state.inputs, owned)
                if found is not None and not self._preview:
                    self._progress.line(f" ! {state.type} {state.name} was being created: starting again")
                    provider.delete(state.type, found, state.inputs, {})
            except ProviderError as error:
                reason = f"its creation was interrupted and cannot be undone: {error}"
                raise ResourceError(state.type, state.name, reason) from error
            self._snapshot.end_pending(state)

    def _claim(self, goal: Goal) -> ResourceState | None:
        try:
            return self._snapshot.claim(goal.urn, goal.aliases)
        except KeyError:
            raise self._failure(goal, "is registered twice: names must be unique for each type") from None

    def _register_provider(self, goal: Goal, old: ResourceState | None) -> ResourceState:
        provider = Provider(self._cloud, goal.type.removeprefix(_PROVIDER_TYPE))
        if faults := provider.check_config(goal.inputs):
            raise self._failure(goal, "; ".join(f"{each.property}: {each.reason}" for each in faults))
        provider.configure(goal.inputs)
        identity = old.id if old else "" if self._preview else f"{goal.name}-provider"
        state = goal.state(id=identity or goal.name, inputs=dict(goal.inputs), outputs=dict(goal.inputs))
        with self._lock:
            self._providers[goal.urn] = provider
        self._snapshot.put(state)
        return state

    def _register_resource(self, goal: Goal, old: ResourceState | None) -> ResourceState:
        provider = self.provider(goal.provider, goal.type.partition(":")[0])
        existing = old if old and not old.recreate else None
        inputs = self._checked(provider, goal, existing)
        if existing is None:
            return self._create(provider, goal, inputs, replaces=old)
        diff = self._diff(provider, goal, existing, inputs)
        if diff.replaces or existing.tainted:
            return self._replace(provider, goal, existing, diff)
        if diff.changed:
            return self._update(provider, goal, existing, inputs, diff)
        self._progress.step("same", goal.type, goal.name)
        state = goal.state(id=existing.id, inputs=existing.inputs, outputs=existing.outputs)
        self._snapshot.put(state)
        return state

    def _checked(self, provider: Provider, goal: Goal, old: ResourceState | None) -> dict[str, Any]:
        known = old.inputs if old else {}
        news = with_ignored(goal, known) if old else goal.inputs
        inputs, faults = provider.check(goal.type, goal.urn, known, news)
        if faults:
            raise self._failure(goal, "; ".join(f"{each.property} {each.reason}" for each in faults))
        return inputs

    def _diff(self, provider: Provider, goal: Goal, old: ResourceState, inputs: dict[str, Any]) -> Diff:
        diff = provider.diff(goal.type, old.inputs, inputs)
        forced = [
            path
            for path in diff.changed
            if any(each in ("*", path) or path.startswith(f"{each}.") for each in goal.replace_on_changes)
        ]
        replaces = tuple(dict.fromkeys([*diff.replaces, *forced]))
        return Diff(diff.changed, replaces, diff.delete_before_replace)

    def _create(
        self, provider: Provider, goal: Goal, inputs: dict[str, Any], replaces: ResourceState | None
    ) -> ResourceState:
        started = time.monotonic()
        state = self._created(provider, goal, inputs)
        action: Action = "create" if replaces is None else "replace"
        self._progress.step(action, goal.type, goal.name, seconds=self._since(started))
        return state

    def _created(
        self,
        provider: Provider,
        goal: Goal,
        inputs: dict[str, Any],
        retired: ResourceState | None = None,
    ) -> ResourceState:
        """Create through the provider, so that at no moment something exists that the state does not know."""
        kept = abridged(inputs)
        if not self._preview:
            self._snapshot.begin(goal.state(inputs=kept))
        try:
            resource_id, outputs = provider.create(goal.type, inputs, preview=self._preview)
        except PartialCreateError as error:
            tainted = goal.state(id=error.resource_id, inputs=kept, outputs=kept, tainted=True)
            self._snapshot.put(tainted, retired)
            raise
        except ProviderError:
            self._snapshot.fail_creation(goal.urn)
            raise
        state = goal.state(id=resource_id, inputs=kept, outputs=abridged(outputs))
        self._snapshot.put(state, retired)
        return state

    def _update(
        self, provider: Provider, goal: Goal, old: ResourceState, inputs: dict[str, Any], diff: Diff
    ) -> ResourceState:
        started = time.monotonic()
        resource_id, outputs = provider.update(
            goal.type, old.id, old.inputs, old.outputs, inputs, preview=self._preview
        )
        state = goal.state(id=resource_id, inputs=abridged(inputs), outputs=abridged(outputs))
        self._snapshot.put(state)
        seconds = self._since(started)
        self._progress.step("update", goal.type, goal.name, seconds=seconds, details=diff.changed)
        return state

    def _replace(self, provider: Provider, goal: Goal, old: ResourceState, diff: Diff) -> ResourceState:
        self._refuse_if_protected(old)
        started = time.monotonic()
        decided = goal.delete_before_replace
        if old.tainted or (diff.delete_before_replace if decided is None else decided):
            self._delete_with_dependents(old)
        inputs = self._checked(provider, goal, None)
        state = self._created(provider, goal, inputs, None if old.recreate else old)
        if not old.recreate and state.id == old.id and not self._preview:
            raise self._failure(goal, _SAME_ID.format(id=old.id))
        details = diff.replaces or ("its creation had failed",)
        self._progress.step("replace", goal.type, goal.name, seconds=self._since(started), details=details)
        return state

    def _delete_with_dependents(self, old: ResourceState) -> None:
        """Delete a resource that is about to be made anew, and before it what would be replaced with it."""
        others = must_go_with(old, self._snapshot.resources, self._would_replace)
        for state in deletion_order([old, *others]):
            self._refuse_if_protected(state)
            if not self._preview and state.is_real:
                self._delete_in_cloud(state)
            self._snapshot.mark_recreate(state.urn)

    def _would_replace(self, state: ResourceState, changing: set[str]) -> bool:
        inputs = {**state.inputs, **dict.fromkeys(changing & state.inputs.keys(), UNKNOWN)}
        return bool(Provider(self._cloud).diff(state.type, state.inputs, inputs).replaces)

    def _delete(self, state: ResourceState, *, count: bool) -> None:
        started = time.monotonic()
        if not state.is_real or state.recreate:
            self._snapshot.remove(state)
            return
        self._refuse_if_protected(state)
        if not self._preview and not state.retain_on_delete:
            self._delete_in_cloud(state)
        self._snapshot.remove(state)
        if count:
            self._progress.step("delete", state.type, state.name, seconds=self._since(started))

    def _delete_in_cloud(self, state: ResourceState) -> None:
        try:
            Provider(self._cloud).delete(state.type, state.id, state.inputs, state.outputs)
        except ProviderError as error:
            raise ResourceError(state.type, state.name, f"cannot be deleted: {error}") from error

    def _refuse_if_protected(self, state: ResourceState) -> None:
        if state.protect:
            raise ResourceError(state.type, state.name, "is protected: take protect away first")

    def _default_provider(self, package: str) -> Provider:
        disabled = json.loads(self._config.get("pulumi:disable-default-providers", "[]"))
        if package in disabled or "*" in disabled:
            raise EngineError(f"default provider for {package!r} disabled: pass an explicit provider")
        if package not in self._providers:
            provider = Provider(self._cloud, package)
            prefix = f"{package}:"
            settings = {k.removeprefix(prefix): v for k, v in self._config.items() if k.startswith(prefix)}
            provider.configure(settings)
            self._providers[package] = provider
        return self._providers[package]

    def _since(self, started: float) -> float | None:
        return None if self._preview else time.monotonic() - started

    def _failure(self, goal: Goal, reason: str) -> ResourceError:
        return ResourceError(goal.type, goal.name, reason)
