"""The state of a layer while it is being changed: what is registered so far, and what is left over."""

import threading
from collections.abc import Callable
from typing import Any

from tools.local.engine.state import LayerState, ResourceState


class Snapshot:
    """Thread-safe changes to a layer's state, each of them saved before the next thing happens.

    The order of resources is the order in which the program registered them, which puts every resource after
    all that it depends on; what this run has not registered yet follows in its old order.
    """

    def __init__(self, state: LayerState, save: Callable[[LayerState], None]) -> None:
        """`save` writes the state; a preview passes one that does nothing."""
        self._lock = threading.RLock()
        self._save = save
        self._layer = state
        self._old = {each.urn: each for each in state.resources if not each.obsolete}
        self._obsolete = [each for each in state.resources if each.obsolete]
        self._registered: dict[str, ResourceState] = {}
        self._claimed: set[str] = set()

    def claim(self, urn: str, aliases: tuple[str, ...]) -> ResourceState | None:
        """The resource that the program now registers under `urn`, as it stands, or None for a new one.

        Raises:
            KeyError: the URN was registered before in this run.
        """
        with self._lock:
            if urn in self._claimed:
                raise KeyError(urn)
            self._claimed.add(urn)
            found = next((name for name in (urn, *aliases) if name in self._old), None)
            if found is None:
                return None
            old = self._old[found]
            if found != urn:
                self._rename(found, urn)
            return old

    def begin(self, state: ResourceState) -> None:
        """Note that a creation is about to happen: it must be looked for if nobody notes its end."""
        with self._lock:
            self._layer.pending_creations.append(state)
            self._write()

    def put(self, state: ResourceState, retired: ResourceState | None = None) -> None:
        """Note the state of a resource that the program registered; ends a pending creation of it.

        `retired` is what it replaces and what still exists: kept until it is deleted.
        """
        with self._lock:
            self._end_creation(state.urn)
            if retired is not None:
                retired.obsolete = True
                self._obsolete.append(retired)
            self._old.pop(state.urn, None)
            self._registered[state.urn] = state
            self._write()

    def fail_creation(self, urn: str) -> None:
        """Note that a creation was refused, so that nothing exists."""
        with self._lock:
            self._end_creation(urn)
            self._write()

    def mark_recreate(self, urn: str) -> None:
        """Note that a resource was deleted because it is about to be replaced."""
        with self._lock:
            self._old[urn].recreate = True
            self._write()

    def remove(self, state: ResourceState) -> None:
        """Forget a resource that was deleted."""
        with self._lock:
            if state.obsolete:
                self._obsolete = [each for each in self._obsolete if each is not state]
            else:
                self._old.pop(state.urn, None)
                self._registered.pop(state.urn, None)
            self._write()

    def end_pending(self, state: ResourceState) -> None:
        """Forget a creation of an earlier run, after it was looked for."""
        with self._lock:
            self._layer.pending_creations = [e for e in self._layer.pending_creations if e is not state]
            self._write()

    def set_outputs(self, urn: str, outputs: dict[str, Any], secret: list[str]) -> None:
        """Note what a component or the stack says of itself at its end."""
        with self._lock:
            state = self._registered[urn]
            state.outputs, state.secret_outputs = outputs, secret
            self._write()

    def outputs_of(self, urn: str) -> tuple[dict[str, Any], list[str]]:
        """Return the outputs of a resource that this run has registered, and which are secret."""
        with self._lock:
            state = self._registered[urn]
            return state.outputs, state.secret_outputs

    @property
    def resources(self) -> list[ResourceState]:
        """Everything, in order."""
        with self._lock:
            return [*self._registered.values(), *self._old.values(), *self._obsolete]

    @property
    def unregistered(self) -> list[ResourceState]:
        """What the program does not want any more, and what it has replaced."""
        with self._lock:
            return [*self._old.values(), *self._obsolete]

    @property
    def waiting(self) -> list[ResourceState]:
        """What the program has not begun to register in this run, in its old order."""
        with self._lock:
            return [each for urn, each in self._old.items() if urn not in self._claimed]

    @property
    def pending_creations(self) -> list[ResourceState]:
        """Creations whose end nobody noted."""
        return list(self._layer.pending_creations)

    def _rename(self, alias: str, urn: str) -> None:
        self._old = {urn if name == alias else name: each for name, each in self._old.items()}
        self._old[urn].urn = urn

        def renamed(names: list[str]) -> list[str]:
            return [urn if name == alias else name for name in names]

        for each in self.resources:
            each.dependencies = renamed(each.dependencies)
            each.property_dependencies = {k: renamed(urns) for k, urns in each.property_dependencies.items()}
            (each.parent,) = renamed([each.parent])
            owner, separator, identity = each.provider.rpartition("::")
            each.provider = f"{renamed([owner])[0]}{separator}{identity}"

    def _end_creation(self, urn: str) -> None:
        pending = self._layer.pending_creations
        self._layer.pending_creations = [each for each in pending if each.urn != urn]

    def _write(self) -> None:
        self._layer.resources = self.resources
        self._save(self._layer)
