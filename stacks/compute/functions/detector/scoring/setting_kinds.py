"""What kinds of setting a rules file has."""

from enum import StrEnum
from typing import NamedTuple


class Mode(StrEnum):
    """What the points of a quantity or a rule are for: to count, to be reported only, or not to be sought."""

    ALERT = "alert"
    SHADOW = "shadow"
    OFF = "off"


class Number(NamedTuple):
    """A setting that is a number within a range."""

    minimum: float
    maximum: float
