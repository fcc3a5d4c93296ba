"""In which order resources can be deleted, and which must go with one that is replaced."""

from collections.abc import Callable, Iterable, Sequence
from graphlib import TopologicalSorter

from local.engine.state import ResourceState


def deletion_order(resources: Sequence[ResourceState]) -> list[ResourceState]:
    """Every resource after all that stand on it; of those that may go, the last created first."""
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
    would_replace: Callable[[ResourceState, set[str]], bool],
) -> list[ResourceState]:
    """The resources that a replacement of `root` replaces too, in order of creation.

    `would_replace(resource, changing)` says whether a resource would be replaced if the named inputs got
    values that are not known yet.
    """
    going = {root.urn}
    result: list[ResourceState] = []
    for resource in resources:
        if resource.urn in going or resource.obsolete or resource.recreate:
            continue
        if resource.provider and resource.provider.rpartition("::")[0] in going:
            going.add(resource.urn)
            result.append(resource)
            continue
        if not resource.is_real or not going.intersection(resource.needs):
            continue
        changing = {name for name, urns in resource.property_dependencies.items() if going.intersection(urns)}
        if changing and would_replace(resource, changing):
            going.add(resource.urn)
            result.append(resource)
    return result
