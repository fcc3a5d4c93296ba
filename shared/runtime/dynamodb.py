"""Convert Python values to and from DynamoDB's wire format, without importing boto3.

| Python | wire |
|---|---|
| str | `{"S": "text"}` |
| int, Decimal | `{"N": "12.5"}` |
| bool | `{"BOOL": true}` |
| bytes | `{"B": b"..."}` |
| list, tuple | `{"L": [...]}` |
| dict | `{"M": {...}}` |

Binary floats are refused, so that stored numbers are exact. None values are left out of an item.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from shared.runtime.money import plain


class UnsupportedValueError(TypeError):
    """A value cannot be stored exactly, or an attribute is of an unsupported type."""


def to_item(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the wire format of an item, without None values."""
    return {name: to_attribute(value) for name, value in values.items() if value is not None}


def to_attribute(value: object) -> dict[str, Any]:
    """Return the wire format of a value.

    Raises:
        UnsupportedValueError: The type is not in the table above, such as float.
    """
    match value:
        case bool():
            return {"BOOL": value}
        case str() | bytes():
            return {"S" if isinstance(value, str) else "B": value}
        case int():
            return {"N": str(value)}
        case Decimal() if value.is_finite():
            return {"N": plain(value)}
        case list() | tuple():
            return {"L": [to_attribute(element) for element in value]}
        case Mapping():
            return {"M": to_item(value)}
    raise UnsupportedValueError(f"a {type(value).__name__} cannot be stored exactly; use Decimal, int or str")


def from_item(item: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the plain values of an item; numbers are Decimal."""
    return {name: from_attribute(attribute) for name, attribute in item.items()}


def from_attribute(attribute: Mapping[str, Any]) -> Any:
    """Return the plain value of an attribute.

    Raises:
        UnsupportedValueError: The attribute is not of exactly one supported type.
    """
    if len(attribute) == 1:
        [(kind, value)] = attribute.items()
        if kind in _READERS:
            return _READERS[kind](value)
    raise UnsupportedValueError(
        f"an attribute of type {'+'.join(sorted(attribute)) or 'nothing'} is not one we write"
    )


def assignments(values: Mapping[str, Any], defaults: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return UpdateItem arguments that set attributes, without None values.

    Args:
        values: Attributes to set.
        defaults: Attributes to set if the item lacks them.
    """
    names, wire, parts = {}, {}, []
    for prefix, form, given in (("v", "{0} = {1}", values), ("d", "{0} = if_not_exists({0}, {1})", defaults)):
        for number, (name, value) in enumerate(to_item(given or {}).items()):
            placeholder, of_value = f"#{prefix}{number}", f":{prefix}{number}"
            names[placeholder], wire[of_value] = name, value
            parts.append(form.format(placeholder, of_value))
    return {
        "UpdateExpression": "SET " + ", ".join(parts),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": wire,
    }


def _binary(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise UnsupportedValueError(
            "an attribute of type B holds no bytes: it is in JSON's form, not a client's"
        )
    return value


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "S": str,
    "N": Decimal,
    "BOOL": bool,
    "B": _binary,
    "NULL": lambda _: None,
    "L": lambda elements: [from_attribute(element) for element in elements],
    "M": from_item,
}
