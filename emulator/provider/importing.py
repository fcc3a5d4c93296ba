"""Adopting what exists already: the inputs that a program would have given, as far as the cloud tells."""

from collections.abc import Mapping
from typing import Any, Final

from emulator.provider.inputs import DEFAULTED
from emulator.provider.resource import ADOPTED, UNREAD, Properties, Resource
from emulator.provider.schema import Field, Schema

TAGS: Final = "tags"


def derived_inputs(resource: Resource, schema: Schema, found: Properties) -> dict[str, Any]:
    """The inputs of a resource that was found.

    Inputs that the cloud does not give back are named under `UNREAD`: the program's word is taken for them.
    """
    told = {
        **{name: resource.defaults[name] for name in resource.write_only & resource.defaults.keys()},
        **found,
    }
    wanted = told.keys() & (resource.modelled | ({TAGS} & schema.inputs.fields.keys()))
    inputs = {
        name: _declared(schema.inputs.fields[name], told[name])
        for name in sorted(wanted)
        if told[name] is not None
    }
    return {**inputs, DEFAULTED: [], UNREAD: sorted(resource.write_only - inputs.keys())}


def undecided(old: Properties, new: Properties) -> set[str]:
    """Names of inputs that are no difference, though only one side has them.

    An import could not read everything; and a flag that is off is as good as one that nobody mentions.
    """
    off = {name for name, value in old.items() if value is False and name not in new}
    return off | set(new.get(ADOPTED, ()))


def _declared(declared: Field, value: Any) -> Any:
    """A value without the parts that are outputs alone."""
    if declared.kind == "object" and isinstance(value, Mapping):
        fields = declared.fields
        return {name: _declared(fields[name], item) for name, item in value.items() if name in fields}
    if declared.kind == "list" and isinstance(value, list) and declared.element:
        return [_declared(declared.element, item) for item in value]
    return value
