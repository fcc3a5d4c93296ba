"""Typed reading of parsed JSON and DynamoDB items, with errors that name the field and never its value."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, TypeVar

from shared.runtime.dynamodb import from_item

_T = TypeVar("_T")
_LARGEST_NUMBER: Final = Decimal("1E126")
"""DynamoDB's limit of numbers."""
_LARGEST_INTEGER: Final = 2**63 - 1
"""Integers are times and counts, of 64 bits."""


class EventError(ValueError):
    """An event, message or item has an unexpected shape. The text names the field, never its value."""


def is_unicode(text: str) -> bool:
    """Return whether a text can be encoded in UTF-8: JSON escapes can give lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Fields:
    """The fields of a JSON object; `where` is its path, for errors."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, Mapping):
            raise EventError(f"{where} is not an object")
        self._values: Mapping[str, Any] = value
        self._where = where

    @classmethod
    def from_json(cls, text: str, where: str) -> "Fields":
        """Parse a JSON object."""
        try:
            return cls(json.loads(text), where)
        except (ValueError, RecursionError) as error:
            raise error if isinstance(error, EventError) else EventError(f"{where} is not JSON") from None

    def child(self, name: str) -> "Fields":
        """Return a nested object."""
        return Fields(self._values.get(name), f"{self._where}.{name}")

    def optional_child(self, name: str) -> "Fields | None":
        """Return a nested object, or None if the field is missing."""
        return None if self._values.get(name) is None else self.child(name)

    def of_item(self) -> "Fields":
        """Return the fields converted from DynamoDB's wire format to plain values."""
        try:
            return Fields(from_item(self._values), self._where)
        except (ArithmeticError, AttributeError, TypeError, ValueError):
            raise EventError(f"{self._where} is not an item that we store") from None

    def children(self, name: str) -> list["Fields"]:
        """Return a list of nested objects."""
        elements = self._values.get(name)
        if not isinstance(elements, list):
            raise EventError(f"{self._where}.{name} is not a list")
        return [Fields(element, f"{self._where}.{name}[{index}]") for index, element in enumerate(elements)]

    def optional_children(self, name: str) -> list["Fields"]:
        """Return a list of nested objects, empty if the field is missing."""
        return [] if self._values.get(name) is None else self.children(name)

    def optional_texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, empty if the field is missing."""
        elements = self._values.get(name) or []
        if not isinstance(elements, list) or not all(
            isinstance(each, str) and is_unicode(each) for each in elements
        ):
            raise EventError(f"{self._where}.{name} is not a list of texts")
        return tuple(elements)

    def text(self, name: str) -> str:
        """Return a text without lone surrogates, which cannot be stored."""
        found = _typed(self._values.get(name), str, f"{self._where}.{name}", "a text")
        if not is_unicode(found):
            raise EventError(f"{self._where}.{name} is not a text")
        return found

    def optional_text(self, name: str) -> str | None:
        """Return a text, or None if the field is missing."""
        return None if self._values.get(name) is None else self.text(name)

    def integer(self, name: str) -> int:
        """Return an integer."""
        number = self.decimal(name)
        if abs(number) > _LARGEST_INTEGER or number != number.to_integral_value():
            raise EventError(f"{self._where}.{name} is not a whole number")
        return int(number)

    def decimal(self, name: str) -> Decimal:
        """Return a Decimal from a string, integer or Decimal."""
        value = self._values.get(name)
        if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
            try:
                number = Decimal(value)
            except InvalidOperation:
                number = Decimal("NaN")
            if number.is_finite() and abs(number) < _LARGEST_NUMBER:
                return number
        raise EventError(f"{self._where}.{name} is not a number")

    def optional_decimal(self, name: str) -> Decimal | None:
        """Return a Decimal, or None if the field is missing."""
        return None if self._values.get(name) is None else self.decimal(name)

    def boolean(self, name: str) -> bool:
        """Return a boolean."""
        return _typed(self._values.get(name), bool, f"{self._where}.{name}", "true or false")

    def optional_boolean(self, name: str) -> bool | None:
        """Return a boolean, or None if the field is missing."""
        return None if self._values.get(name) is None else self.boolean(name)


def _typed(value: object, kind: type[_T], where: str, words: str) -> _T:
    if not isinstance(value, kind):
        raise EventError(f"{where} is not {words}")
    return value
