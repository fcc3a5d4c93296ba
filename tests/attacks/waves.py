"""Extreme payments of new accounts: nothing is known of them, and they come faster than one could learn."""

from collections.abc import Iterable
from typing import Final

from tests.attacks.population import World
from tests.attacks.stream import (
    MILLISECONDS_PER_HOUR,
    MILLISECONDS_PER_MINUTE,
    MILLISECONDS_PER_SECOND,
    Attack,
    by_account,
    ids,
    in_order,
)
from tools.analyst.worlds.payment import Payment

GREATEST_AMOUNT: Final = 999_999_999_999_999.0
"""The greatest amount that the API takes."""

_DENSE_ACCOUNTS: Final = 60
_DENSE_APART: Final = (MILLISECONDS_PER_MINUTE, 5 * MILLISECONDS_PER_MINUTE)
_SPREAD_DAYS: Final = 25
"""The most days over which ordinary payments are spread."""

_PER_DAY: Final = 3.9
"""Payments a day of an average account."""

FLEET: Final = 50

_FOREIGN: Final = {
    "EUR": 8_700.0,
    "GBP": 7_500.0,
    "KWD": 2_900.0,
    "JPY": 1_420_000.0,
    "INR": 810_000.0,
    "VND": 240_000_000.0,
}
"""About 9,500 USD in money that nobody else uses."""

_BACKDATED: Final = 20 * MILLISECONDS_PER_HOUR
"""Within the day that the API takes payments back to."""

_GREATEST: Final = 20
_MILLION: Final = 1_000_000.0


def wave(name: str, seed: int, *, ordinary: int, newcomers: int, spread: bool) -> Attack:
    """New accounts that pay 5,000 to 50,000 USD each, a second or a minute apart, after ordinary payments.

    Args:
        name: Of the attack.
        seed: Of everything drawn.
        ordinary: How many ordinary payments come first.
        newcomers: How many accounts attack.
        spread: Whether the ordinary ones are spread over days, or come minutes apart.
    """
    world = World(name, seed)
    base = _base(world, ordinary, spread=spread)
    low, high = world.random.choice(((9_400, 9_600), (9_400, 9_600), (5_000, 50_000)))
    amounts = [world.random.uniform(low, high) for _ in range(newcomers)]
    payments = _newcomers(world, base, amounts)
    return Attack(in_order(base, payments), by_account(payments), ids(base))


def wave_after_the_greatest(name: str, seed: int, *, ordinary: int, newcomers: int) -> Attack:
    """The same with a million each, after twenty of the greatest amount there is have moved every scale."""
    world = World(name, seed)
    base = _base(world, ordinary, spread=False)
    payments = _newcomers(world, base, [GREATEST_AMOUNT] * _GREATEST + [_MILLION] * newcomers)
    return Attack(in_order(base, payments), by_account(payments[_GREATEST:]), ids(base))


def wave_among_ordinary(name: str, seed: int, *, ordinary: int, newcomers: int) -> Attack:
    """A slow wave for half a day or more while everybody else goes on paying."""
    world = World(name, seed)
    people = world.accounts(_DENSE_ACCOUNTS)
    base = world.stream(people, ordinary, _DENSE_APART)
    middle = base[len(base) // 2 :]
    payments = [
        world.pay(world.account(), moment.timestamp + 1, world.random.uniform(9_000, 10_000))
        for moment in middle[:newcomers]
    ]
    return Attack(in_order(base, payments), by_account(payments), ids(base))


def wave_every_day(name: str, seed: int, *, days: int, newcomers: int) -> Attack:
    """The same wave day after day, on which nobody gives a verdict: the last one is due as the first was."""
    world = World(name, seed)
    people = world.accounts(_DENSE_ACCOUNTS)
    base = world.history(people, 0, 7 + days)
    waves = [
        world.pay(world.account(), world.at(7 + day, 12), world.random.uniform(9_000, 10_000))
        for day in range(days)
        for _ in range(newcomers)
    ]
    return Attack(in_order(base, waves), by_account(waves), ids(base))


def wave_in_foreign_money(name: str, seed: int, *, newcomers: int) -> Attack:
    """New accounts that pay as much in other currencies, where everybody pays in dollars."""
    world = World(name, seed)
    base = _base(world, 1_000, spread=True)
    timestamp, payments = base[-1].timestamp, []
    for _ in range(newcomers):
        timestamp += MILLISECONDS_PER_MINUTE
        currency, amount = world.random.choice(list(_FOREIGN.items()))
        payments.append(world.pay(world.account(currency=currency), timestamp, amount))
    return Attack(in_order(base, payments), by_account(payments), ids(base))


def wave_backdated(name: str, seed: int, *, newcomers: int) -> Attack:
    """New accounts whose extreme payments are dated twenty hours back, as the API allows."""
    world = World(name, seed)
    base = _base(world, 1_000, spread=True)
    timestamp = base[-1].timestamp - _BACKDATED
    payments = []
    for _ in range(newcomers):
        timestamp += MILLISECONDS_PER_SECOND
        payments.append(world.pay(world.account(), timestamp, world.random.uniform(9_000, 10_000)))
    late = dict.fromkeys(ids(payments), _BACKDATED)
    return Attack(in_order(base, payments), by_account(payments), ids(base), late=late)


def fleet(name: str, seed: int) -> Attack:
    """One attacker's fifty accounts pay like anybody for two weeks, then cash out within an hour."""
    world = World(name, seed)
    people, sleepers = world.accounts(60, per_day=(1, 6)), world.accounts(FLEET, per_day=(1, 3))
    base = world.history(people, 0, 15)
    camouflage = world.history(sleepers, 0, 14)
    moment = world.at(14, 12)
    extremes = [
        world.pay(
            sleeper,
            moment + world.random.randrange(60) * MILLISECONDS_PER_MINUTE,
            world.random.uniform(5_000, 20_000),
        )
        for sleeper in sleepers
    ]
    return Attack(in_order(base, camouflage, extremes), by_account(extremes), ids(base))


def _base(world: World, number: int, *, spread: bool) -> list[Payment]:
    if not spread:
        return world.stream(world.accounts(_DENSE_ACCOUNTS), number, _DENSE_APART)
    days = min(_SPREAD_DAYS, 3 + number // 200)
    people = world.accounts(max(20, int(1.3 * number / days / _PER_DAY)))
    return in_order(world.history(people, 0, days))[:number]


def _newcomers(world: World, base: Iterable[Payment], amounts: Iterable[float]) -> list[Payment]:
    """Return one payment of a new account for each amount, in a row after the others."""
    timestamp = max(payment.timestamp for payment in base)
    apart = world.random.choice((MILLISECONDS_PER_SECOND, MILLISECONDS_PER_MINUTE))
    made = []
    for amount in amounts:
        timestamp += apart
        made.append(world.pay(world.account(), timestamp, amount))
    return made
