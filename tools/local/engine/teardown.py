"""Operations that do not run a layer's program: refresh and destroy."""

import time

from emulator.provider.cloud import Cloud
from emulator.provider.errors import ProviderError
from emulator.provider.provider import Provider
from tools.local.engine.errors import ResourceError
from tools.local.engine.make_command import make_command
from tools.local.engine.ordering import deletion_order
from tools.local.engine.progress import Progress
from tools.local.engine.snapshot import Snapshot
from tools.local.engine.stack_references import STACK_REFERENCE, stack_reference
from tools.local.engine.state import LayerState, ResourceState, StateStore
from tools.local.engine.stopping import StoppedError, Stopping, stopping
from tools.local.engine.wire import abridged


def destroy_layer(store: StateStore, cloud: Cloud, layer: str) -> int:
    """Delete all resources of a layer, dependents first, then its state; return an exit code.

    Raises:
        KeyboardInterrupt: The run was interrupted; the state has the remaining resources.
    """
    with store.locked(layer):
        state = store.own(layer)
        if state is None:
            store.remove(layer)
            print(f"Destroying {layer} ({store.stack}): nothing is deployed", flush=True)
            return 0
        progress = Progress(f"Destroying {layer} ({store.stack})")
        try:
            with stopping() as stop:
                _delete_all(state, store, cloud, progress, stop)
        except StoppedError:
            if progress.counts:
                progress.summary()
            raise KeyboardInterrupt from None
        except ResourceError as error:
            progress.failure(str(error))
            if progress.counts:
                progress.summary()
            command = make_command(f"destroy-{layer}", store.stack, store.run_directory)
            progress.line(f"When the cause is gone, run: {command}")
            return 1
        store.remove(layer)
        progress.summary()
        return 0


def refresh_layer(store: StateStore, cloud: Cloud, layer: str) -> None:
    """Read all resources of a layer and update the state.

    Raises:
        ForeignStateError: The state belongs to an emulator that has ended.
        KeyboardInterrupt: The run was interrupted; the state is unchanged.
        ResourceError: A resource cannot be read.
    """
    with store.locked(layer):
        state = store.read(layer)
        if state is None:
            print(f"Refreshing {layer} ({store.stack}): nothing is deployed", flush=True)
            return
        progress = Progress(f"Refreshing {layer} ({store.stack})")
        try:
            with stopping() as stop:
                bring_up_to_date(state, store, cloud, progress, stop)
        except StoppedError:
            raise KeyboardInterrupt from None
        store.write(state)
        progress.summary()


def bring_up_to_date(
    state: LayerState, store: StateStore, cloud: Cloud, progress: Progress, stop: Stopping
) -> None:
    """Update the state of a layer from its resources, without writing it.

    Raises:
        ResourceError: A resource cannot be read.
        StoppedError: The run was interrupted.
    """
    provider = Provider(cloud)
    for each in state.resources:
        if each.type == STACK_REFERENCE:
            each.outputs, each.secret_outputs = stack_reference(store, each.id)
    found = [each for each in state.resources if _refreshed(each, provider, progress, stop)]
    _forget(state, {each.urn for each in found})


def _forget(state: LayerState, found: set[str]) -> None:
    """Remove missing resources and dependencies on them."""
    state.resources = [each for each in state.resources if each.urn in found]
    for each in state.resources:
        each.dependencies = [urn for urn in each.dependencies if urn in found]
        each.property_dependencies = {
            name: [urn for urn in urns if urn in found] for name, urns in each.property_dependencies.items()
        }


def _delete_all(
    state: LayerState, store: StateStore, cloud: Cloud, progress: Progress, stop: Stopping
) -> None:
    provider = Provider(cloud)
    snapshot = Snapshot(state, store.write)
    for pending in snapshot.pending_creations:
        owned = {each.id for each in snapshot.resources if each.type == pending.type}
        found = provider.find(pending.type, pending.inputs, owned)
        if found is not None:
            provider.delete(pending.type, found, pending.inputs, {})
        snapshot.end_pending(pending)
    for resource in deletion_order(snapshot.resources):
        stop.check()
        started = time.monotonic()
        if resource.is_real and not resource.recreate:
            if resource.protect:
                raise ResourceError(resource.type, resource.name, "is protected: take protect away first")
            if not resource.retain_on_delete:
                _delete(provider, resource)
            progress.step("delete", resource.type, resource.name, seconds=time.monotonic() - started)
        snapshot.remove(resource)


def _delete(provider: Provider, resource: ResourceState) -> None:
    try:
        provider.delete(resource.type, resource.id, resource.inputs, resource.outputs)
    except ProviderError as error:
        raise ResourceError(resource.type, resource.name, f"cannot be deleted: {error}") from error


def _refreshed(resource: ResourceState, provider: Provider, progress: Progress, stop: Stopping) -> bool:
    """Update a resource's state; return False if it does not exist."""
    stop.check()
    if not resource.is_real or resource.recreate:
        return True
    try:
        found = provider.read(resource.type, resource.id, resource.inputs, resource.outputs)
    except ProviderError as error:
        raise ResourceError(resource.type, resource.name, f"cannot be read: {error}") from error
    if found is None:
        progress.step("forget", resource.type, resource.name)
        return False
    resource.inputs, resource.outputs = abridged(found.inputs), abridged(found.outputs)
    progress.step("update" if found.drifted else "same", resource.type, resource.name, details=found.drifted)
    return True
