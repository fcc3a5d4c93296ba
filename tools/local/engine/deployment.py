"""One run of a layer: brings each resource that the program registers to what the program wants."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from emulator.provider.errors import PartialCreateError, ProviderError
from emulator.provider.provider import Provider
from emulator.provider.registry import resource_of
from tools.deploy.program_runner.project import STACK_TYPE
from tools.local.engine.decision import UNFINISHED, Decision, decided
from tools.local.engine.errors import EngineError, ResourceError
from tools.local.engine.goal import Goal, with_ignored
from tools.local.engine.progress import Action
from tools.local.engine.property_path import parsed
from tools.local.engine.providers import Providers
from tools.local.engine.removal import Removal
from tools.local.engine.run import Run, failure
from tools.local.engine.state import PROVIDER_TYPE, ResourceState
from tools.local.engine.wire import abridged

_SAME_ID = (
    "its replacement got the same id ({id}), so that deleting the old one would delete the new one; "
    "give the resource delete_before_replace=True"
)
_UNFINISHED = "its creation had failed"


Answer = Callable[[Provider], tuple[dict[str, Any], list[str]] | None]
"""Reads a resource through its provider: its outputs and the paths of the secret ones; None if it is gone."""


class Deployment:
    """Decides and does what each registration needs; called from several threads at once."""

    def __init__(self, run: Run, config: Mapping[str, str], default_urn: Callable[[str, str], str]) -> None:
        """`config` and `default_urn` are for default providers: see `Providers`."""
        self._run = run
        self._providers = Providers(run, config, default_urn)
        self._removal = Removal(run)
        self._lock = threading.Lock()
        self._exports: tuple[str, dict[str, Any], set[str]] | None = None
        self.failures: list[str] = []

    def register(self, goal: Goal) -> ResourceState:
        """Bring one resource to its goal; returns its state.

        Raises:
            ResourceError: it was refused; the text has the provider's reason.
            StoppedError: somebody asked to stop.
        """
        self._run.stopping.check()
        try:
            old = self._claim(goal)
            if not goal.custom:
                return self._register_group(goal, old)
            if goal.type.startswith(PROVIDER_TYPE):
                return self._providers.register(goal, old)
            return self._register_resource(goal, old)
        except (EngineError, ProviderError) as error:
            refused = error if isinstance(error, ResourceError) else failure(goal, str(error))
            with self._lock:
                self.failures.append(str(refused))
            raise refused from error

    def read(self, goal: Goal, resource_id: str, answer: Answer) -> ResourceState:
        """Note a resource that somebody else owns; returns its state.

        Raises:
            ResourceError: there is none with this id.
        """
        old = self._claim(goal)
        goal = replace(goal, provider=self.provider_of(goal.provider, goal.type, goal.version))
        found = answer(self._providers.get(goal.provider))
        if found is None:
            raise failure(goal, f"there is none with id {resource_id}")
        relinquished = old if old and old.is_real and old.id != resource_id else None
        self._run.note("read", goal)
        outputs, secret = found
        state = goal.state(id=resource_id, inputs=dict(goal.inputs), outputs=outputs, external=True)
        state.secret_outputs = sorted({*state.secret_outputs, *secret})
        self._run.snapshot.put(state, relinquished)
        return state

    def provider_of(self, reference: str, token: str, version: str) -> str:
        """The reference of the provider that a resource or invoke uses: the named one, or a default one.

        Raises:
            EngineError: default providers are disabled.
        """
        return reference or self._providers.default(token.partition(":")[0], version, self.register)

    def invoke(
        self, reference: str, token: str, version: str, arguments: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Answer a function call of the program."""
        return self._providers.get(self.provider_of(reference, token, version)).invoke(token, arguments)

    def set_outputs(self, urn: str, outputs: dict[str, Any], secret: set[str]) -> None:
        """Note what a component says of itself at its end; what the stack says waits for `publish`."""
        if urn.split("::")[2] == STACK_TYPE:
            self._exports = (urn, abridged(outputs), secret)
        else:
            self._run.snapshot.set_outputs(urn, abridged(outputs), sorted(secret))

    def publish(self, *, failed: bool) -> None:
        """Note what the stack exports. After a failure an absent output is not taken for one that is gone."""
        if self._exports is None:
            return
        urn, outputs, secret = self._exports
        snapshot = self._run.snapshot
        if failed:
            old, old_secret = snapshot.outputs_of(urn)
            secret = secret | {path for path in old_secret if parsed(path)[0] not in outputs}
            outputs = {**old, **outputs}
        snapshot.set_outputs(urn, outputs, sorted(secret))

    def finish(self) -> None:
        """Delete what the program did not register and what it replaced, dependents first."""
        self._removal.everything_unwanted()

    def recover(self) -> None:
        """Look for what an interrupted run may have created without noting it, and remove it.

        Raises:
            ResourceError: it is there and cannot be removed.
        """
        snapshot = self._run.snapshot
        for state in snapshot.pending_creations:
            provider = Provider(self._run.cloud)
            same_type = (each for each in snapshot.resources if each.type == state.type)
            owned = {each.id for each in same_type if not each.recreate}
            try:
                found = provider.find(state.type, state.inputs, owned)
                if found is not None and not self._run.preview:
                    self._run.progress.line(f" ! {state.type} {state.name} was being created: starting again")
                    provider.delete(state.type, found, state.inputs, {})
            except ProviderError as error:
                reason = f"its creation was interrupted and cannot be undone: {error}"
                raise failure(state, reason) from error
            snapshot.end_pending(state)

    def _claim(self, goal: Goal) -> ResourceState | None:
        try:
            return self._run.snapshot.claim(goal.urn, goal.aliases)
        except KeyError:
            raise failure(goal, "is registered twice: names must be unique for each type") from None

    def _register_group(self, goal: Goal, old: ResourceState | None) -> ResourceState:
        """Return a component or the stack itself: it keeps its outputs until it says new ones."""
        same = old is not None and old.inputs == abridged(dict(goal.inputs))
        self._run.note("create" if old is None else "same" if same else "update", goal)
        state = goal.state(inputs=abridged(dict(goal.inputs)))
        if old is not None and same:
            state.outputs, state.secret_outputs = old.outputs, old.secret_outputs
        self._run.snapshot.put(state)
        return state

    def _register_resource(self, goal: Goal, old: ResourceState | None) -> ResourceState:
        goal = replace(goal, provider=self.provider_of(goal.provider, goal.type, goal.version))
        provider = self._providers.get(goal.provider)
        if old is None or old.external:
            return self._create(provider, goal)
        if old.recreate:
            return self._create_again(provider, goal, old)
        started = time.monotonic()
        inputs = self._checked(provider, goal, old)
        decision = UNFINISHED
        if not old.tainted:
            decision = decided(provider.diff(goal.type, old.inputs, inputs), goal.replace_on_changes)
        if decision.replacing:
            return self._replace(provider, goal, old, decision)
        if decision.changed:
            return self._update(provider, goal, old, inputs, decision)
        self._run.note("same", goal)
        state = goal.state(id=old.id, inputs=abridged(inputs), outputs=old.outputs)
        self._run.snapshot.put(state)
        self._run.tell("same", goal, started)
        return state

    def _checked(self, provider: Provider, goal: Goal, old: ResourceState | None) -> dict[str, Any]:
        known = old.inputs if old else {}
        news = with_ignored(goal, known) if old else goal.inputs
        inputs, faults = provider.check(goal.type, goal.urn, known, news)
        if faults:
            raise failure(goal, "; ".join(f"{each.property} {each.reason}" for each in faults))
        return inputs

    def _create(self, provider: Provider, goal: Goal) -> ResourceState:
        started = time.monotonic()
        inputs = self._checked(provider, goal, None)
        self._run.note("create", goal)
        return self._told("create", started, self._created(provider, goal, inputs))

    def _create_again(self, provider: Provider, goal: Goal, old: ResourceState) -> ResourceState:
        """Create what was deleted to make way, now that its turn has come."""
        started = time.monotonic()
        inputs = self._checked(provider, goal, None)
        forcing = self._removal.forcing(old.urn)
        self._run.note("replace", goal)
        self._run.note("create-replacement", goal, Decision((), forcing))
        return self._told("replace", started, self._created(provider, goal, inputs), forcing)

    def _created(
        self, provider: Provider, goal: Goal, inputs: dict[str, Any], retired: ResourceState | None = None
    ) -> ResourceState:
        """Create through the provider, so that at no moment something exists that the state does not know."""
        kept = abridged(inputs)
        if not self._run.preview:
            self._run.snapshot.begin(goal.state(inputs=kept))
        try:
            resource_id, outputs = provider.create(goal.type, inputs, preview=self._run.preview)
        except PartialCreateError as error:
            tainted = goal.state(id=error.resource_id, inputs=kept, outputs=kept, tainted=True)
            self._run.snapshot.put(tainted, retired)
            raise
        except ProviderError:
            self._run.snapshot.fail_creation(goal.urn)
            raise
        state = goal.state(id=resource_id, inputs=kept, outputs=abridged(outputs))
        self._run.snapshot.put(state, retired)
        return state

    def _update(
        self, provider: Provider, goal: Goal, old: ResourceState, inputs: dict[str, Any], decision: Decision
    ) -> ResourceState:
        started = time.monotonic()
        self._run.note("update", goal, decision)
        resource_id, outputs = provider.update(
            goal.type, old.id, old.inputs, old.outputs, inputs, preview=self._run.preview
        )
        state = goal.state(id=resource_id, inputs=abridged(inputs), outputs=abridged(outputs))
        self._run.snapshot.put(state)
        return self._told("update", started, state, decision.changed)

    def _replace(
        self, provider: Provider, goal: Goal, old: ResourceState, decision: Decision
    ) -> ResourceState:
        started = time.monotonic()
        if goal.protect:
            self._removal.refuse_if_protected(old)
        inputs = self._checked(provider, goal, None)
        wanted = goal.delete_before_replace
        makes_way = old.tainted or (decision.delete_before_replace if wanted is None else wanted)
        if makes_way:
            self._removal.make_way(old)
        self._note_replacement(goal, decision, makes_way=makes_way)
        state = self._created(provider, goal, inputs, None if makes_way else old)
        same_id = state.id == old.id and not resource_of(goal.type).shared_id
        if same_id and not makes_way and not self._run.preview:
            raise failure(goal, _SAME_ID.format(id=old.id))
        return self._told("replace", started, state, (_UNFINISHED,) if old.tainted else decision.changed)

    def _note_replacement(self, goal: Goal, decision: Decision, *, makes_way: bool) -> None:
        """A replacement is one step that says so beside the creation: before it where the old one is gone."""
        if makes_way:
            self._run.note("replace", goal, decision)
        self._run.note("create-replacement", goal, decision)
        if not makes_way:
            self._run.note("replace", goal, decision)

    def _told(
        self, action: Action, started: float, state: ResourceState, details: tuple[str, ...] = ()
    ) -> ResourceState:
        self._run.tell(action, state, started, details)
        return state
