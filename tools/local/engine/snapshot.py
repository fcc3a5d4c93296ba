"""The state of a layer during a run: registered and remaining resources."""

import threading
from collections.abc import Callable
from typing import Any

from tools.local.engine.state import LayerState, ResourceState


class Snapshot:
    """Thread-safe changes of a layer's state, each saved before the next step.

    Resources are in registration order, and thereby after their dependencies; resources not yet registered
    follow in their previous order.
    """

    def __init__(self, state: LayerState, save: Callable[[LayerState], None]) -> None:
        """Set the state and `save`, which writes it; a preview passes a function that does nothing."""
        self._lock = threading.RLock()
        self._save = save
        self._layer = state
        self._old = {each.urn: each for each in state.resources if not each.obsolete}
        self._obsolete = [each for each in state.resources if each.obsolete]
        self._registered: dict[str, ResourceState] = {}
        self._claimed: set[str] = set()

    def claim(self, urn: str, aliases: tuple[str, ...]) -> ResourceState | None:
        """Return the existing resource that the program registers as `urn`, or None.

        Raises:
            KeyError: The URN was already registered in this run.
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
        """Record a pending creation, which is looked up later unless its end is recorded."""
        with self._lock:
            self._layer.pending_creations.append(state)
            self._write()

    def put(self, state: ResourceState, retired: ResourceState | None = None) -> None:
        """Record the state of a registered resource, and end its pending creation.

        `retired` is the replaced resource, kept until it is deleted.
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
        """Record that a creation failed without creating anything."""
        with self._lock:
            self._end_creation(urn)
            self._write()

    def mark_recreate(self, urn: str) -> None:
        """Record that a resource was deleted for its replacement."""
        with self._lock:
            self._old[urn].recreate = True
            self._write()

    def remove(self, state: ResourceState) -> None:
        """Remove a deleted resource."""
        with self._lock:
            if state.obsolete:
                self._obsolete = [each for each in self._obsolete if each is not state]
            else:
                self._old.pop(state.urn, None)
                self._registered.pop(state.urn, None)
            self._write()

    def end_pending(self, state: ResourceState) -> None:
        """Remove a pending creation of an earlier run after its lookup."""
        with self._lock:
            self._layer.pending_creations = [e for e in self._layer.pending_creations if e is not state]
            self._write()

    def set_outputs(self, urn: str, outputs: dict[str, Any], secret: list[str]) -> None:
        """Record the outputs of a component or the stack."""
        with self._lock:
            state = self._registered[urn]
            state.outputs, state.secret_outputs = outputs, secret
            self._write()

    def outputs_of(self, urn: str) -> tuple[dict[str, Any], list[str]]:
        """Return the outputs of a registered resource, and the paths of secrets."""
        with self._lock:
            state = self._registered[urn]
            return state.outputs, state.secret_outputs

    @property
    def resources(self) -> list[ResourceState]:
        """All resources in order."""
        with self._lock:
            return [*self._registered.values(), *self._old.values(), *self._obsolete]

    @property
    def unregistered(self) -> list[ResourceState]:
        """Resources that the program no longer has, and replaced ones."""
        with self._lock:
            return [*self._old.values(), *self._obsolete]

    @property
    def waiting(self) -> list[ResourceState]:
        """Resources not yet registered in this run, in their previous order."""
        with self._lock:
            return [each for urn, each in self._old.items() if urn not in self._claimed]

    @property
    def pending_creations(self) -> list[ResourceState]:
        """Creations without a recorded end."""
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
