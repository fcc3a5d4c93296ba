"""Amounts that are too great for the account that pays them, and ways to hide that."""

from collections.abc import Callable
from typing import Final, NamedTuple

from shared.runtime.schema import transaction_schema
from tests.attacks.population import Account, World
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

VICTIMS: Final = 20
RISING: Final = 25

_TIMES: Final = 6.0
"""What a thief takes, as a multiple of the victim's mean."""

_RISE_DUE: Final = 8.0
"""A rise must be noticed before it is at this multiple of the mean."""

_OTHERS: Final = 60
_WEEKS: Final = 10
_NEARLY_THE_GREATEST: Final = 900_000_000_000_000.0
_DINARS: Final = 25_000.0


class Mature(NamedTuple):
    """Accounts with a history, and the day after it."""

    victims: list[Account]
    others: list[Account]
    history: list[Payment]
    day: int


Before = Callable[[World, Account, int], list[Payment]]
"""What a thief does just before the payment that is due: of a victim, before a time."""


def mature(world: World, victims: int = VICTIMS) -> Mature:
    """Return accounts with 40 to 60 payments over two to four weeks, among others."""
    random = world.random
    days = random.randint(14, 28)
    attacked, others = world.accounts(victims), world.accounts(_OTHERS, per_day=(1, 5))
    history = world.history(others, 0, days)
    for account in attacked:
        history += world.exactly(account, random.randint(40, 60), 0, days)
    return Mature(attacked, others, history, days)


def six_fold(name: str, seed: int, *, before: Before | None = None, late_hours: int = 0) -> Attack:
    """Six times the mean on accounts that are well known.

    Args:
        name: Of the attack.
        seed: Of everything drawn.
        before: What comes just before.
        late_hours: So long after its own time the payment arrives.
    """
    world = World(name, seed)
    known = mature(world)
    usual = means(known.history)
    base = in_order(known.history, world.history(known.others, known.day, 1))
    prepared, taken = [], []
    for victim in known.victims:
        moment = world.moment(victim, known.day)
        if before is not None:
            prepared += before(world, victim, moment)
        taken.append(world.pay(victim, moment, _TIMES * usual[victim.name]))
    late = {payment.transaction_id: late_hours * MILLISECONDS_PER_HOUR for payment in taken if late_hours}
    return Attack(in_order(base, prepared, taken), by_account(taken), ids(base), late=late)


def four_currencies(world: World, victim: Account, moment: int) -> list[Payment]:
    """Cheap payments in four other currencies: a memory of few currencies forgets the one that matters."""
    others = world.random.sample(("EUR", "GBP", "CHF", "CAD", "AUD", "SEK", "PLN", "MXN", "BRL"), 4)
    return [
        world.pay(victim, moment - (5 - place) * MILLISECONDS_PER_MINUTE, 2.0, currency=currency)
        for place, currency in enumerate(others)
    ]


def cheap_payments(world: World, victim: Account, moment: int) -> list[Payment]:
    """Twenty-five tiny payments over the hour before: a short memory knows nothing else afterwards."""
    return [
        world.pay(victim, moment - (26 - place) * 2 * MILLISECONDS_PER_MINUTE, world.random.uniform(0.5, 2))
        for place in range(25)
    ]


def the_greatest(world: World, victim: Account, moment: int) -> list[Payment]:
    """The greatest amount there is, once: a mean that takes it as it comes calls anything usual later."""
    return [world.pay(victim, moment - MILLISECONDS_PER_HOUR, _NEARLY_THE_GREATEST)]


def six_fold_after_boom(name: str, seed: int) -> Attack:
    """Six times the mean two days after a fortnight in which everybody paid three times as much."""
    world = World(name, seed)
    victims, others = world.accounts(VICTIMS, per_day=(1.5, 3)), world.accounts(_OTHERS, per_day=(1, 5))
    people = [*victims, *others]
    before = world.history(people, 0, 21)
    boom = world.history(people, 21, 14, level=3.0)
    after = in_order(world.history(people, 35, 2), world.history(others, 37, 1))
    usual = means(before)
    taken = [world.pay(victim, world.moment(victim, 37), _TIMES * usual[victim.name]) for victim in victims]
    return Attack(in_order(before, boom, after, taken), by_account(taken), ids(before) | ids(after))


def first_dinars(name: str, seed: int) -> Attack:
    """25,000 Kuwaiti dinars, some 80,000 USD, by accounts that pay in dollars where nobody pays in dinars."""
    return _first_use(name, seed, lambda _: ("KWD", _DINARS))


def first_greatest(name: str, seed: int) -> Attack:
    """9e14 of any currency, by accounts that pay in dollars."""
    currencies = transaction_schema()["properties"]["currency"]["enum"]
    return _first_use(name, seed, lambda world: (world.random.choice(currencies), _NEARLY_THE_GREATEST))


def _first_use(name: str, seed: int, draw: Callable[[World], tuple[str, float]]) -> Attack:
    world = World(name, seed)
    known = mature(world)
    base = in_order(known.history, world.history(known.others, known.day, 1))
    taken = []
    for victim in known.victims:
        currency, amount = draw(world)
        taken.append(world.pay(victim, world.moment(victim, known.day), amount, currency=currency))
    return Attack(in_order(base, taken), by_account(taken), ids(base))


def rise(name: str, seed: int, *, spread: float = 0.0) -> Attack:
    """Each payment 5 % above the one before, from the mean to twenty times it; due until eight times.

    Args:
        name: Of the attack.
        seed: Of everything drawn.
        spread: Each payment is off by up to so large a share, to hide that they rise.
    """
    world = World(name, seed)
    known = mature(world, RISING)
    usual = means(known.history)
    multiples = [1.05**step for step in range(62)]
    per_day = world.random.choice((3, 6))
    rising: list[Payment] = []
    due: list[Payment] = []
    for victim in known.victims:
        moments = sorted(world.moment(victim, known.day + step // per_day) for step in range(len(multiples)))
        for multiple, moment in zip(multiples, moments, strict=True):
            amount = multiple * usual[victim.name] * world.random.uniform(1 - spread, 1 + spread)
            rising.append(world.pay(victim, moment, amount))
            if multiple <= _RISE_DUE:
                due.append(rising[-1])
    base = in_order(known.history, world.history(known.others, known.day, len(multiples) // per_day + 1))
    return Attack(in_order(base, rising), by_account(due), ids(base))


def rise_by_the_week(name: str, seed: int) -> Attack:
    """An accomplice's shop is paid every six days, a quarter more each time, from twice the mean on."""
    world = World(name, seed)
    victims, others, history, day = mature(world)
    usual, taken = means(history), []
    base = in_order(history, world.history([*victims, *others], day, 6 * _WEEKS, level=1.0))
    for victim in victims:
        shop = world.merchant()
        for week in range(_WEEKS):
            amount = 2.0 * 1.24**week * usual[victim.name]
            taken.append(world.pay(victim, world.at(day + 6 * week, 13), amount, merchant=shop))
    return Attack(in_order(base, taken), by_account(taken), ids(base))


def poison(name: str, seed: int) -> Attack:
    """A thief among the owner's payments: three weeks of moderate ones, one or two a day, then eight-fold.

    Only the last one is due: the ones before are to make it look usual.
    """
    world = World(name, seed)
    known = mature(world, RISING)
    usual = means(known.history)
    days = 21
    owners = world.history([*known.others, *known.victims], known.day, days)
    poisoned, taken = [], []
    for victim in known.victims:
        for day in range(days):
            for _ in range(world.random.randint(1, 2)):
                times = world.random.uniform(1.2, 2.0 + day / days)
                poisoned.append(
                    world.pay(victim, world.moment(victim, known.day + day), times * usual[victim.name])
                )
        moment = world.moment(victim, known.day + days)
        taken.append(world.pay(victim, moment, 8 * usual[victim.name]))
    base = in_order(known.history, owners)
    return Attack(in_order(base, poisoned, taken), by_account(taken), ids(base))
