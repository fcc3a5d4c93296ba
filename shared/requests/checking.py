"""Validate bodies against a schema, with messages per field that never repeat a value."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import fastjsonschema

from shared.requests.body import Body
from shared.runtime.fields import is_unicode
from shared.runtime.responses import FieldProblem

_MAXIMUM_UNKNOWN_FIELDS: Final = 20
_MAXIMUM_NAME_LENGTH: Final = 64
_NOT_TEXT: Final = "must be Unicode text, with no half of a surrogate pair"


class SchemaChecker:
    """Validates bodies against a schema.

    The schema is compiled once and accepts a valid body in microseconds. Single properties are compiled on
    the first invalid body, to name its problems.

    Args:
        schema: Schema of an object, with a description for each property.
        thing: The object with its article: `a transaction`.
    """

    def __init__(self, schema: Mapping[str, Any], thing: str) -> None:
        self._schema = dict(schema)
        self._thing = thing
        self._fits_schema = _compile(self._schema)
        self._property_fits = cache(self._compile_property)

    def problems(self, body: Body) -> dict[str, str]:
        """Return field -> problem."""
        found = dict.fromkeys(body.repeated, "must be given once")
        if not self._fits_schema(body.values):
            found |= dict(self._schema_problems(body.values))
        for name, value in body.values.items():
            if isinstance(value, str) and not is_unicode(value):
                found.setdefault(name, _NOT_TEXT)
        return found

    def described(self, name: str) -> str:
        """Return the message for an invalid value of a property."""
        return f"must be {self._schema['properties'][name]['description']}"

    def listed(self, found: Mapping[str, str]) -> list[FieldProblem]:
        """Return problems for a response: in the schema's order, then a limited number of unknown fields."""
        known = [name for name in self._schema["properties"] if name in found]
        unknown = sorted(found.keys() - known)[:_MAXIMUM_UNKNOWN_FIELDS]
        return [FieldProblem(_printable(name), found[name]) for name in (*known, *unknown)]

    def _schema_problems(self, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        properties = self._schema["properties"]
        for name in self._schema["required"]:
            if name not in values:
                yield name, "is required"
        for name, needed_names in self._schema.get("dependencies", {}).items():
            for needed in needed_names:
                if name in values and needed not in values:
                    yield needed, f"is required where {name} is given"
        for name in properties:
            if name in values and not self._property_fits(name)(values[name]):
                yield name, self.described(name)
        for name in values.keys() - properties.keys():
            yield name, f"is not a field of {self._thing}"

    def _compile_property(self, name: str) -> Callable[[Any], bool]:
        return _compile({"$schema": self._schema["$schema"], **self._schema["properties"][name]})


def _compile(schema: dict[str, Any]) -> Callable[[Any], bool]:
    check = fastjsonschema.compile(schema, use_default=False, use_formats=False, detailed_exceptions=False)

    def fits(value: Any) -> bool:
        try:
            check(value)
        except fastjsonschema.JsonSchemaException:
            return False
        return True

    return fits


def _printable(name: str) -> str:
    """Return a field's name as short, printable ASCII."""
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in name[:_MAXIMUM_NAME_LENGTH])
