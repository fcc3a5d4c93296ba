"""A thief in somebody's account: the amounts are nearly usual, the device, the hour or the pace is not."""

from typing import Final

from tests.attacks.population import NIGHT_HOUR, Account, World
from tests.attacks.stream import (
    MILLISECONDS_PER_HOUR,
    MILLISECONDS_PER_MINUTE,
    Attack,
    by_account,
    ids,
    in_order,
    means,
)
from tools.analyst.worlds.payment import Payment

VICTIMS: Final = 25
BURSTING: Final = 10
NIGHT_WAVE: Final = 100

HOME: Final = (41.0, 3.0)
FAR_AWAY: Final = (48.0, 40.0)
"""Latitude and longitude; the shops of a `World` are around the first."""

_DAYS: Final = 21
_BURST: Final = 54
_BURST_HOURS: Final = 6


def new_device(name: str, seed: int) -> Attack:
    """Some usual payments from a new device, then three to four times the mean."""
    world = World(name, seed)
    random = world.random
    people = world.accounts(120, per_day=(1, 5))
    history = world.history(people, 0, _DAYS)
    usual = means(history)
    base = in_order(history, world.history(people, _DAYS, 3))
    taken: list[Payment] = []
    for victim in random.sample([account for account in people if account.name in usual], VICTIMS):
        device, usual_ones = world.name("device"), random.randint(2, 5)
        number = usual_ones + random.randint(1, 2)
        moments = sorted(world.moment(victim, _DAYS + random.randrange(3)) for _ in range(number))
        for place, moment in enumerate(moments):
            amount = random.uniform(3, 4) * usual[victim.name] if place >= usual_ones else None
            taken.append(world.pay(victim, moment, amount, device=device))
    return Attack(in_order(base, taken), by_account(taken), ids(base))


def at_night(name: str, seed: int, *, victims: int = VICTIMS) -> Attack:
    """A usual payment at three in the morning by accounts that never pay at night, where hardly anybody does.

    Args:
        name: Of the attack.
        seed: Of everything drawn.
        victims: How many accounts, all in the same night.
    """
    world = World(name, seed)
    sleepers = world.accounts(victims + 60, per_day=(1.5, 5), at_night=False)
    wakeful = world.accounts(25, per_day=(1, 4), at_night=True)
    base = world.history([*sleepers, *wakeful], 0, _DAYS + 1)
    taken = [
        world.pay(victim, world.at(_DAYS, NIGHT_HOUR)) for victim in world.random.sample(sleepers, victims)
    ]
    return Attack(in_order(base, taken), by_account(taken), ids(base))


def cloned_card(name: str, seed: int) -> Attack:
    """A copy of the card pays in a shop 3,000 km away, 40 minutes after the card itself paid at home."""
    world, victims, base = _people_with_devices(name, seed)
    taken = []
    for victim in victims:
        moment = world.moment(victim, _DAYS)
        base.append(in_shop(world.pay(victim, moment), HOME))
        taken.append(in_shop(world.pay(victim, moment + 40 * MILLISECONDS_PER_MINUTE), FAR_AWAY))
    return Attack(in_order(base, taken), by_account(taken), ids(base))


def abroad(name: str, seed: int) -> Attack:
    """Four usual payments within six hours from a new device in a country where the account never paid."""
    world, victims, base = _people_with_devices(name, seed)
    taken = []
    for victim in victims:
        device, address = world.name("device"), world.account().address
        for number in range(4):
            payment = world.pay(
                victim, world.at(_DAYS, 12) + 2 * number * MILLISECONDS_PER_HOUR, device=device
            )
            taken.append(payment._replace(country="NG", ip_address=address))
    return Attack(in_order(base, taken), by_account(taken), ids(base))


def _people_with_devices(name: str, seed: int) -> tuple[World, list[Account], list[Payment]]:
    """Return a world, some of its accounts, and what all of them pay, every optional field given."""
    world = World(name, seed, bare=False)
    people = world.accounts(120, per_day=(1, 5))
    base = world.history(people, 0, _DAYS + 1)
    return world, world.random.sample(people, VICTIMS), base


def in_shop(payment: Payment, place: tuple[float, float]) -> Payment:
    """Return the payment as one where the card was in a shop there."""
    latitude, longitude = place
    return payment._replace(
        channel="pos", card_present=True, device_id=None, latitude=latitude, longitude=longitude
    )


def burst(name: str, seed: int) -> Attack:
    """54 usual payments within six hours by accounts of ten a day."""
    world = World(name, seed)
    bursting, others = world.accounts(BURSTING, per_day=(9.5, 10.5)), world.accounts(40, per_day=(1, 6))
    base = world.history([*bursting, *others], 0, 14)
    base += world.history(others, 14, 1)
    taken = []
    for victim in bursting:
        moment = world.at(14, 10)
        times = sorted(world.random.random() for _ in range(_BURST))
        taken += [
            world.pay(victim, moment + int(time * _BURST_HOURS * MILLISECONDS_PER_HOUR)) for time in times
        ]
    return Attack(in_order(base, taken), by_account(taken), ids(base))


def resent(name: str, seed: int) -> Attack:
    """An account's last thirty payments are sent once more under new ids, within the hour.

    Amounts, shops and devices are the owner's own; the pace alone tells.
    """
    world = World(name, seed)
    people = world.accounts(80, per_day=(2, 6))
    history = world.history(people, 0, 15)
    ordered = in_order(history)
    moment, again = world.at(15, 11), []
    for victim in people[:VICTIMS]:
        own = [payment for payment in ordered if payment.account_id == victim.name][-30:]
        again += [
            payment._replace(
                transaction_id=f"again-{payment.transaction_id}",
                timestamp=moment + place * 2 * MILLISECONDS_PER_MINUTE,
            )
            for place, payment in enumerate(own)
        ]
    base = in_order(ordered, world.history(people[VICTIMS:], 15, 1))
    return Attack(in_order(base, again), by_account(again), ids(base))
