"""Parse the body of a proxy integration event: size, encoding, JSON with exact numbers."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from shared.runtime.responses import Refused

MAXIMUM_BODY_BYTES: Final = 32 * 1024
"""Fits an array of the maximum number of transactions, each of maximum length."""
MAXIMUM_FILE_BODY_BYTES: Final = 160 * 1024
"""Fits a file of 64 KB as a JSON string with escapes."""

# No field accepts a larger number, and expanding a larger exponent would exhaust memory.
_MAXIMUM_DIGITS: Final = 38
_MAXIMUM_EXPONENT: Final = 400


class Unrepresentable:
    """Placeholder for NaN or a number too large for any field, which no schema accepts."""


@dataclass(frozen=True, slots=True)
class Body:
    """A parsed JSON object.

    Attributes:
        values: Fields by name; integers are int, other numbers Decimal.
        repeated: Names that occur more than once.
    """

    values: dict[str, Any]
    repeated: frozenset[str]


def read_body(event: Mapping[str, Any], maximum_bytes: int = MAXIMUM_BODY_BYTES) -> Body:
    """Read the body of a proxy integration event.

    Raises:
        Refused: 413 over the maximum; 400 if the body is not a JSON object in UTF-8.
    """
    body = _body(_content(event, maximum_bytes))
    if body is None:
        raise Refused(400, "invalid_json", "The body is not a JSON object.")
    return body


def read_bodies(event: Mapping[str, Any], maximum: int) -> Body | list[Body | None]:
    """Read a body that is a JSON object or an array of 1 to `maximum`; None for an element of another type.

    Raises:
        Refused: 413 over 32 KB; 400 if the body is neither, or an array of another length.
    """
    content = _content(event)
    if isinstance(content, list):
        if not 1 <= len(content) <= maximum:
            raise Refused(400, "invalid_batch", f"An array must hold 1 to {maximum} objects.")
        return [_body(element) for element in content]
    body = _body(content)
    if body is None:
        raise Refused(400, "invalid_json", "The body is neither a JSON object nor an array of objects.")
    return body


class _Object(dict[str, Any]):
    """A JSON object with its repeated names."""

    repeated: frozenset[str] = frozenset()


def _content(event: Mapping[str, Any], maximum_bytes: int = MAXIMUM_BODY_BYTES) -> Any:
    raw = _raw_body(event, maximum_bytes)
    try:
        return json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_exact_number,
            parse_int=_whole_number,
            parse_constant=lambda _: Unrepresentable(),
        )
    except (ValueError, RecursionError):
        raise Refused(400, "invalid_json", "The body is not JSON in UTF-8.") from None


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    values = _Object(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        values.repeated = frozenset(name for name in values if names.count(name) > 1)
    return values


def _body(content: object) -> Body | None:
    return Body(content, content.repeated) if isinstance(content, _Object) else None


def _raw_body(event: Mapping[str, Any], maximum_bytes: int) -> bytes:
    text = event.get("body")
    if not isinstance(text, str) or not text:
        raise Refused(400, "invalid_json", "The request has no body.")
    try:
        raw = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, ValueError):
        raise Refused(400, "invalid_json", "The body is not JSON in UTF-8.") from None
    if len(raw) > maximum_bytes:
        raise Refused(413, "body_too_large", f"The body is larger than {maximum_bytes} bytes.")
    return raw


def _whole_number(token: str) -> int | Unrepresentable:
    return int(token) if len(token) <= _MAXIMUM_DIGITS else Unrepresentable()


def _exact_number(token: str) -> Decimal | Unrepresentable:
    try:
        number = Decimal(token)
    except InvalidOperation:
        # The number is valid JSON: only its exponent can be too large for a Decimal.
        return Decimal(0) if "e-" in token.lower() else Unrepresentable()
    if number.adjusted() > _MAXIMUM_EXPONENT:
        return Unrepresentable()
    return number if number.adjusted() >= -_MAXIMUM_EXPONENT else Decimal(0)
