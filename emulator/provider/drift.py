"""What was changed behind our back: what the cloud says now, against the inputs and what was seen last."""

from emulator.provider.comparison import Comparison
from emulator.provider.resource import Properties, Resource
from emulator.provider.schema import Schema, maps_of


def drifted(
    resource: Resource, schema: Schema, inputs: Properties, last_seen: Properties, found: Properties
) -> tuple[str, ...]:
    """Names of inputs that are not as the program wants them, or that it leaves alone and somebody has set.

    `last_seen` are the outputs of the last time, empty for a resource that was only just made.
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
