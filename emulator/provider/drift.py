"""Detect drift: compare the current state with the inputs and the last known outputs."""

from emulator.provider.comparison import Comparison
from emulator.provider.resource import Properties, Resource
from emulator.provider.schema import Schema, maps_of


def drifted(
    resource: Resource, schema: Schema, inputs: Properties, last_seen: Properties, found: Properties
) -> tuple[str, ...]:
    """Return the names of inputs that differ from the program's, or that it leaves unset and someone has set.

    `last_seen` are the last known outputs, empty for a new resource.
    """
    comparison = Comparison(
        resource.unordered, resource.references, resource.documents, maps_of(schema.inputs)
    )
    changed = [
        name
        for name, value in inputs.items()
        if name in found and not comparison.contained(name, value, found[name])
    ]
    unmentioned = (resource.modelled | {"tags"}) - inputs.keys() - resource.computed - resource.write_only
    appeared = [
        name
        for name in sorted(unmentioned & found.keys())
        if last_seen and not comparison.same(name, last_seen.get(name), found[name])
    ]
    return (*changed, *appeared)
