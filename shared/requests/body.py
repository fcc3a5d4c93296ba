"""From the gateway's event to the values of the body: size, encoding, JSON with exact numbers."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from shared.runtime.responses import Refused

MAXIMUM_BODY_BYTES: Final = 16 * 1024

# No field takes a number so large; written out, one with a larger exponent would fill the memory.
_MAXIMUM_DIGITS: Final = 38
_MAXIMUM_EXPONENT: Final = 400


class Unrepresentable:
    """Stands for a number that is none (NaN) or too large for any field: of no type that schemas allow."""


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON object as it was sent.

    Attributes:
        values: Fields by name; whole numbers are int, others Decimal.
        repeated: Names that were given more than once.
    """

    values: dict[str, Any]
    repeated: frozenset[str]


def read_body(event: Mapping[str, Any]) -> Body:
    """Read the body of a proxy integration event.

    Raises:
        Refused: 413 over 16 KB; 400 where the body is not one JSON object in UTF-8.
    """
    raw = _raw_body(event)
    repeated: set[str] = set()

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) < len(pairs):
            names = [name for name, _ in pairs]
            repeated.update(name for name in values if names.count(name) > 1)
        return values

    try:
        values = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=unique,
            parse_float=_exact_number,
            parse_int=_whole_number,
            parse_constant=lambda _: Unrepresentable(),
        )
    except (ValueError, RecursionError):
        raise Refused(400, "invalid_json", "The body is not JSON in UTF-8.") from None
    if not isinstance(values, dict):
        raise Refused(400, "invalid_json", "The body is not a JSON object.")
    return Body(values, frozenset(repeated))


def _raw_body(event: Mapping[str, Any]) -> bytes:
    text = event.get("body")
    if not isinstance(text, str) or not text:
        raise Refused(400, "invalid_json", "The request has no body.")
    try:
        raw = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, ValueError):
        raise Refused(400, "invalid_json", "The body is not JSON in UTF-8.") from None
    if len(raw) > MAXIMUM_BODY_BYTES:
        raise Refused(413, "body_too_large", f"The body is larger than {MAXIMUM_BODY_BYTES} bytes.")
    return raw


def _whole_number(token: str) -> int | Unrepresentable:
    return int(token) if len(token) <= _MAXIMUM_DIGITS else Unrepresentable()


def _exact_number(token: str) -> Decimal | Unrepresentable:
    try:
        number = Decimal(token)
    except InvalidOperation:
        # JSON's grammar has been checked: its exponent alone can be too long for a Decimal.
        return Decimal(0) if "e-" in token.lower() else Unrepresentable()
    if number.adjusted() > _MAXIMUM_EXPONENT:
        return Unrepresentable()
    return number if number.adjusted() >= -_MAXIMUM_EXPONENT else Decimal(0)
