"""Amounts just under a round one, as of people who keep below a limit."""

from math import floor, log10
from typing import Final

_ROUND: Final = (1.0, 2.0, 3.0, 5.0, 10.0)
_BAND: Final = 0.9
"""An amount is just under a round one from this share of it on."""

_LEAST: Final = 100.0
"""Below it no limit is worth keeping under, and prices of 9.99 are everywhere."""


def is_just_under(amount: float) -> bool:
    """Return whether an amount is just under 1, 2, 3 or 5 followed by zeros."""
    if amount < _LEAST:
        return False
    power = 10.0 ** floor(log10(amount))
    return any(_BAND * each * power <= amount < each * power for each in _ROUND)
