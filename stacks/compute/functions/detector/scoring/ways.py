"""When, where and with what an account pays, against what it is known for."""

from collections.abc import Callable
from math import log1p, log10
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from stacks.compute.functions.detector.scoring.account import HOURS, AccountProfile
from stacks.compute.functions.detector.scoring.evidence import Evidence
from stacks.compute.functions.detector.scoring.geography import KILOMETRES_PER_DEGREE, kilometres_between
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_HOUR, Transaction

if TYPE_CHECKING:
    from stacks.compute.functions.detector.scoring.uses import Uses

_HOURS_WEIGHT: Final = 10.0
"""The population's rhythm of the day weighs as much as so many of an account's own payments."""

_SOME_HISTORY: Final = 5
"""Payments from which on an account has a rhythm of its own."""

_TRAVEL_KILOMETRES: Final = 100.0
"""A shorter way is none: positions are those of masts and post codes, and people commute."""

_SHORTEST_HOURS: Final = 1 / 60
"""Clocks of terminals differ by so much, a minute."""


def hour_of_day(evidence: Evidence) -> float:
    """Return the hour of the day (UTC)."""
    return float(evidence.hour % HOURS)


def population_hour(evidence: Evidence) -> float | None:
    """Return how rarely anybody pays at this hour, against an even day, in decades."""
    hours = evidence.view.hours
    return None if hours is None else -log10(HOURS * hours[evidence.hour % HOURS])


def own_hour(evidence: Evidence) -> float | None:
    """Return how rarely the account pays at this hour, against an even day, in decades."""
    account, population = evidence.account, evidence.view.hours
    if account.count < _SOME_HISTORY:
        return None
    hour, hours = evidence.hour % HOURS, account.hours
    expected = 1 / HOURS if population is None else population[hour]
    near = 0.25 * hours[hour - 1] + 0.5 * hours[hour] + 0.25 * hours[(hour + 1) % HOURS]
    share = (near + _HOURS_WEIGHT * expected) / (account.hours_sum + _HOURS_WEIGHT)
    return -log10(HOURS * share)


def novelty(known: str, used: str) -> Callable[[Evidence], float | None]:
    """Return what measures how rare a first use of a field's value is for the account, in decades.

    Args:
        known: Attribute of a profile: the values that the account has used.
        used: Attribute of a transaction: the value.
    """
    uses_of: Callable[[AccountProfile], Uses] = attrgetter(known)
    value_of: Callable[[Transaction], str | None] = attrgetter(used)

    def measure(evidence: Evidence) -> float | None:
        value = value_of(evidence.transaction)
        if value is None:
            return None
        return uses_of(evidence.account).novelty(value, evidence.hour, evidence.first_hour)

    return measure


def travel(evidence: Evidence) -> float | None:
    """Return the logarithm of the speed since the card was last present, in hundreds of km/h.

    A card that is not known to be present does not travel: its position may be the merchant's.
    """
    transaction, position = evidence.transaction, evidence.account.position
    if position is None or transaction.card_present is not True:
        return None
    latitude, longitude = transaction.latitude, transaction.longitude
    if latitude is None or longitude is None:
        return None
    degrees = abs(latitude - position.latitude) + abs(longitude - position.longitude)
    if degrees * KILOMETRES_PER_DEGREE <= _TRAVEL_KILOMETRES:
        return 0.0  # near enough to need no trigonometry
    kilometres = kilometres_between(position.latitude, position.longitude, latitude, longitude)
    if kilometres <= _TRAVEL_KILOMETRES:
        return 0.0
    apart = abs(transaction.timestamp - position.timestamp) / MILLISECONDS_PER_HOUR
    return log1p(kilometres / max(apart, _SHORTEST_HOURS) / 100)
