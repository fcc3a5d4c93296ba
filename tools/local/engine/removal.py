"""Delete resources that the program no longer has, and replaced ones."""

import time

from emulator.provider.errors import ProviderError
from emulator.provider.provider import Provider
from emulator.provider.values import UNKNOWN
from tools.local.engine.decision import decided
from tools.local.engine.ordering import deletion_order, must_go_with
from tools.local.engine.run import Run, failure
from tools.local.engine.state import ResourceState


class Removal:
    """Deletes dependents before their dependencies."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._forced: dict[str, tuple[str, ...]] = {}

    def forcing(self, urn: str) -> tuple[str, ...]:
        """Return the changing properties that caused the deletion of a dependent resource."""
        return self._forced.get(urn, ())

    def everything_unwanted(self) -> None:
        """Delete what the program did not register and what was replaced, dependents first.

        Raises:
            ResourceError: A resource is protected or cannot be deleted.
            StoppedError: The run was interrupted.
        """
        for state in deletion_order(self._run.snapshot.unregistered):
            self._run.stopping.check()
            self._remove(state)

    def make_way(self, old: ResourceState) -> None:
        """Delete a resource before its replacement, after the dependents that are also replaced.

        Raises:
            ResourceError: A dependent is protected, or a deletion failed.
        """
        waiting = self._run.snapshot.waiting
        going = must_go_with(old, waiting, self._replacing)
        dependents = [each for each in waiting if each.urn in going]
        for state in deletion_order([old, *dependents]):
            if state is not old:
                self.refuse_if_protected(state)
                self._forced[state.urn] = going[state.urn]
            self._run.note("delete-replaced", state)
            self._delete_in_cloud(state)
            self._run.snapshot.mark_recreate(state.urn)

    def refuse_if_protected(self, state: ResourceState) -> None:
        """Refuse to delete a protected resource.

        Raises:
            ResourceError: The resource is protected.
        """
        if state.protect:
            raise failure(state, "is protected: take protect away first")

    def _remove(self, state: ResourceState) -> None:
        started = time.monotonic()
        if state.recreate:
            self._run.snapshot.remove(state)
            return
        if not state.obsolete:
            self.refuse_if_protected(state)
        self._run.note(
            "discard" if state.external else "delete-replaced" if state.obsolete else "delete", state
        )
        if state.is_real:
            self._delete_in_cloud(state)
        self._run.snapshot.remove(state)
        if state.is_real and not state.obsolete:
            self._run.tell("delete", state, started)

    def _delete_in_cloud(self, state: ResourceState) -> None:
        if self._run.preview or state.retain_on_delete:
            return
        try:
            Provider(self._run.cloud).delete(state.type, state.id, state.inputs, state.outputs)
        except ProviderError as error:
            raise failure(state, f"cannot be deleted: {error}") from error

    def _replacing(self, state: ResourceState, changing: set[str]) -> tuple[str, ...] | None:
        inputs = {**state.inputs, **dict.fromkeys(changing, UNKNOWN)}
        diff = Provider(self._run.cloud).diff(state.type, state.inputs, inputs)
        decision = decided(diff, state.replace_on_changes)
        return decision.replaces if decision.replacing else None
