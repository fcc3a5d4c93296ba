"""Towns with their shops, and where a traveller or commuter is at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from tools.analyst.worlds.accounts import Account
from tools.analyst.worlds.merchants import CATEGORIES
from tools.analyst.worlds.places import Country, Place, distance_km, near, town
from tools.analyst.worlds.setting import Setting

_WALK_KM: Final = 3.0  # the deviation of shops from the middle of a town
_FLIGHT_KM: Final = 500.0  # from there on people fly
_FLIGHT_KM_PER_DAY: Final = 700.0 * 24
_ROAD_KM_PER_DAY: Final = 75.0 * 24
_AIRPORTS_DAYS: Final = 0.13  # to get to one airport and from the other, about three hours
_TO_WORK_DAYS: Final = 0.03  # before seven in the morning and after six, about


@dataclass(frozen=True, slots=True, eq=False)
class Shop:
    """A merchant with its place, as the card network knows it."""

    merchant_id: str
    category: str
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """A town and its shops."""

    place: Place
    shops: Sequence[Shop]


def drawn_town(setting: Setting, country: Country, place: Place | None = None, lost: float = 0.0) -> Town:
    """Draw a town.

    Args:
        setting: Of the world.
        country: Where it is.
        place: If it is to be at a certain one.
        lost: The share of shops that are known under the place of a head office.
    """
    random = setting.random
    middle = place or town(random, country)
    shops = []
    for _ in range(random.randint(15, 120)):
        at = near(random, middle, abs(random.gauss(0, _WALK_KM)))
        if random.random() < lost:
            at = town(random, country)
        shops.append(Shop(setting.merchant_ids.new(), random.choice(CATEGORIES), at))
    return Town(middle, shops)


@dataclass(frozen=True, slots=True)
class _Trip:
    departs: float
    arrives: float
    leaves: float
    returns: float
    town: Town


@dataclass(frozen=True, slots=True)
class Track:
    """Where an account's holder is.

    Attributes:
        home: Where nights are spent.
        work: Where working days are spent.
        trips: Away from both.
    """

    home: Town
    work: Town | None
    trips: Sequence[_Trip]

    def at(self, day: float, *, weekend: bool) -> Town | None:
        """Return the town of a time, None on the way."""
        for trip in self.trips:
            if trip.departs <= day < trip.returns:
                return trip.town if trip.arrives <= day < trip.leaves else None
        if self.work is None or weekend:
            return self.home
        hour = day % 1
        if 7.5 / 24 <= hour < 17.5 / 24:
            return self.work
        on_the_way = 7.5 / 24 - _TO_WORK_DAYS <= hour < 17.5 / 24 + _TO_WORK_DAYS
        return None if on_the_way else self.home


def drawn_track(
    random: Random, account: Account, home: Town, work: Town | None, towns: Sequence[Town]
) -> Track:
    """Draw the journeys of an account: where it is away in its life, it goes to one of these towns."""
    trips: list[_Trip] = []
    for each in sorted(account.life.episodes):
        if each.away and (not trips or each.begin > trips[-1].returns):
            target = towns[int(each.token * len(towns))]
            way = travel_days(distance_km(home.place, target.place)) * random.uniform(1, 1.5)
            trips.append(_Trip(each.begin, each.begin + way, each.end + way, each.end + 2 * way, target))
    return Track(home, work, trips)


def travel_days(kilometres: float) -> float:
    """Return how long a way takes at least."""
    if kilometres < _FLIGHT_KM:
        return kilometres / _ROAD_KM_PER_DAY
    return _AIRPORTS_DAYS + kilometres / _FLIGHT_KM_PER_DAY
