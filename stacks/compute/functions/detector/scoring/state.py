"""Shared by stored states: the error, and packing of small tables into text."""

import struct
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from struct import Struct
from typing import Any, Final


class ProfileError(ValueError):
    """A stored profile cannot be read by this version of the code."""


def rounded(value: float, digits: int) -> float:
    """Return a number as short as JSON can write it: whole numbers without a decimal point."""
    short = round(value, digits)
    whole = int(short)
    return whole if whole == short else short


def pack(layout: Struct, rows: list[tuple[Any, ...]]) -> str:
    """Return rows of numbers as text."""
    return b64encode(b"".join([layout.pack(*row) for row in rows])).decode()


def unpack(layout: Struct, text: str) -> list[tuple[Any, ...]]:
    """Read the result of `pack`.

    Raises:
        ProfileError: It is damaged.
    """
    try:
        return list(layout.iter_unpack(b64decode(text, validate=True)))
    except (Base64Error, struct.error, TypeError, ValueError) as error:
        raise ProfileError(f"the stored profile is damaged: {type(error).__name__}") from None


SINGLE: Final = Struct("<f")


def single(value: float) -> float:
    """Return the nearest number of 32 bits, as it will be read back."""
    return float(SINGLE.unpack(SINGLE.pack(value))[0])
