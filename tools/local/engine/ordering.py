"""Deletion order, and the resources that a replacement also replaces."""

from collections.abc import Callable, Iterable, Sequence
from graphlib import TopologicalSorter

from tools.local.engine.state import ResourceState


def deletion_order(resources: Sequence[ResourceState]) -> list[ResourceState]:
    """Return resources after their dependents, the last created first."""
    newest_first = list(reversed(resources))
    sorter: TopologicalSorter[int] = TopologicalSorter()
    for index, resource in enumerate(newest_first):
        dependents = [i for i, other in enumerate(newest_first) if resource.urn in other.needs and i != index]
        sorter.add(index, *dependents)
    sorter.prepare()
    order: list[ResourceState] = []
    while sorter.is_active():
        for index in sorted(sorter.get_ready()):
            order.append(newest_first[index])
            sorter.done(index)
    return order


def must_go_with(
    root: ResourceState,
    resources: Iterable[ResourceState],
    replacing: Callable[[ResourceState, set[str]], tuple[str, ...] | None],
) -> dict[str, tuple[str, ...]]:
    """Return the resources that replacing `root` also replaces: URN -> forcing properties, in creation order.

    `resources` are those not yet registered in this run: registered ones cannot depend on the old root.
    `replacing(resource, changing)` returns the properties of a resource that force its replacement if the
    inputs `changing` become unknown, or None. Resources of a replaced provider are always replaced.
    """
    going: dict[str, tuple[str, ...]] = {root.urn: ()}
    for resource in resources:
        if resource.urn in going or not resource.is_real or resource.obsolete or resource.recreate:
            continue
        if resource.provider.rpartition("::")[0] in going:
            going[resource.urn] = ()
            continue
        changing = {
            name for name, urns in resource.property_dependencies.items() if not going.keys().isdisjoint(urns)
        }
        changing &= resource.inputs.keys()
        forcing = replacing(resource, changing) if changing else None
        if forcing is not None:
            going[resource.urn] = forcing
    del going[root.urn]
    return going
