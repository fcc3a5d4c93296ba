"""Nobody is guilty: people change their phone, and travel."""

from typing import Final

from tests.attacks.population import World
from tests.attacks.stream import MILLISECONDS_PER_DAY, MILLISECONDS_PER_HOUR, Attack, ids, in_order
from tests.attacks.takeovers import FAR_AWAY, HOME, in_shop

_PEOPLE: Final = 40
_DAYS: Final = 21
_DAYS_LATER: Final = 7
_FLIGHT_HOURS: Final = 9
"""From the last payment at home to the first one abroad, the ways to the airports included."""

PAYMENTS: Final = _PEOPLE * _DAYS_LATER


def new_phones(name: str, seed: int) -> Attack:
    """People who pay as usual, from one day on with a new device; group `new`."""
    world = World(name, seed, bare=False)
    people, others = world.accounts(_PEOPLE, per_day=(1, 3)), world.accounts(60, per_day=(1, 4))
    base = world.history(people, 0, _DAYS) + world.history(others, 0, _DAYS + _DAYS_LATER)
    new = []
    for person in people:
        device = world.name("device")
        new += [
            world.pay(person, world.moment(person, _DAYS + day), device=device) for day in range(_DAYS_LATER)
        ]
    return Attack(in_order(base, new), {}, ids([*base, *new]), {"new": ids(new)})


def holidays(name: str, seed: int) -> Attack:
    """People who pay at home, fly 3,000 km, and pay abroad from the evening on; group `abroad`."""
    world = World(name, seed, bare=False)
    people, others = world.accounts(_PEOPLE, per_day=(1, 3)), world.accounts(60, per_day=(1, 4))
    # Nobody pays at home on the day before: the clock's day may begin within it.
    base = world.history(people, 0, _DAYS - 1) + world.history(others, 0, _DAYS + _DAYS_LATER)
    abroad = []
    for person in people:
        landed = world.at(_DAYS, 18)
        base.append(in_shop(world.pay(person, landed - _FLIGHT_HOURS * MILLISECONDS_PER_HOUR), HOME))
        for day in range(_DAYS_LATER):
            payment = world.pay(person, landed + day * MILLISECONDS_PER_DAY)
            abroad.append(in_shop(payment, FAR_AWAY)._replace(country="TR"))
    return Attack(in_order(base, abroad), {}, ids([*base, *abroad]), {"abroad": ids(abroad)})
