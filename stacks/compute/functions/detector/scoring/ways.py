"""When, where and with what an account pays, against what it is known for."""

from collections.abc import Callable, Mapping
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

AIRLINER: Final = 900.0
"""Speed of an airliner, in km/h."""

_FASTEST: Final = 3_000.0
"""In km/h. A faster way is no more impossible: a position is wrong, or the card is a copy."""

_SHORTEST_HOURS: Final = 1 / 60
"""Clocks of terminals differ by so much, a minute."""


def hour_of_day(evidence: Evidence) -> float:
    """Return the hour of the day (UTC)."""
    return float(evidence.hour % HOURS)


def population_hour(evidence: Evidence) -> float | None:
    """Return how rarely the population pays at this hour, against an even day, in decades."""
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


_UsesOf = Callable[[AccountProfile], "Uses"]
_ValueOf = Callable[[Transaction], str | None]

NOVELTIES: Final[Mapping[str, tuple[_UsesOf, _ValueOf]]] = {
    "new_merchant": (attrgetter("merchants"), attrgetter("merchant_id")),
    "new_category": (attrgetter("categories"), attrgetter("merchant_category")),
    "new_country": (attrgetter("countries"), attrgetter("country")),
    "new_device": (attrgetter("devices"), attrgetter("device_id")),
    "new_address": (attrgetter("networks"), attrgetter("network")),
    "new_channel": (attrgetter("channels"), attrgetter("channel")),
    "new_currency": (attrgetter("currencies"), attrgetter("currency")),
}
"""Quantity -> the values that an account has used, and a payment's."""


def novelty(name: str) -> Callable[[Evidence], float | None]:
    """Return the measure of a first use's rarity for the account, in decades."""
    uses_of, value_of = NOVELTIES[name]

    def measure(evidence: Evidence) -> float | None:
        value = value_of(evidence.transaction)
        if value is None:
            return None
        expected = evidence.view.novelties[name]
        return uses_of(evidence.account).novelty(value, evidence.hour, evidence.first_hour, expected)

    return measure


def brought(transaction: Transaction, account: AccountProfile) -> dict[str, bool]:
    """Return by quantity of novelty whether a payment's value is new to its account; others are left out."""
    found = {}
    for name, (uses_of, value_of) in NOVELTIES.items():
        value, uses = value_of(transaction), uses_of(account)
        if value is not None and uses.are_known:
            found[name] = not uses.knows(value)
    return found


def speed(evidence: Evidence) -> float | None:
    """Return the speed in km/h since the card was last present, 0 for a short way.

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
    return kilometres / max(apart, _SHORTEST_HOURS)


def raw_travel(evidence: Evidence) -> float | None:
    """Return the logarithm of the speed in hundreds of km/h, and one more."""
    moved = speed(evidence)
    return None if moved is None else log1p(min(moved, _FASTEST) / 100)
