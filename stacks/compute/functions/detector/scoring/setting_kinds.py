"""What kinds of setting a rule has, and the dataclass fields that say which one is of which kind."""

from dataclasses import field
from typing import Any, NamedTuple


class Number(NamedTuple):
    """A setting that is a number within a range."""

    minimum: float
    maximum: float
    whole: bool = False


class Amounts(NamedTuple):
    """A setting that is an amount by currency, possibly for none."""


class AmountList(NamedTuple):
    """A setting that is a list of amounts by currency, possibly for none."""


class Windows(NamedTuple):
    """A setting that is a list of windows of time."""


def number(minimum: float, maximum: float) -> Any:
    """Return the field of a number from a minimum to a maximum."""
    return field(metadata={"kind": Number(minimum, maximum)})


def whole(minimum: int, maximum: int) -> Any:
    """Return the field of a whole number from a minimum to a maximum."""
    return field(metadata={"kind": Number(minimum, maximum, whole=True)})


def other(kind: object) -> Any:
    """Return the field of a setting that is no number."""
    return field(metadata={"kind": kind})
