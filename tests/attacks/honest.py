"""Nobody is guilty: what a detector must not make noise about."""

from itertools import chain
from typing import TYPE_CHECKING, Final

from tests.attacks.amounts import mature
from tests.attacks.population import START, World
from tests.attacks.stream import (
    MILLISECONDS_PER_DAY,
    Attack,
    by_account,
    ids,
    in_order,
    means,
)

if TYPE_CHECKING:
    from tools.analyst.worlds.payment import Payment

MOVERS: Final = 25
DAYS_BEFORE: Final = 28
FORTNIGHT: Final = 14

_MONTH: Final = 30
_YEN: Final = 150.0
"""Yen that are worth one dollar."""

_TRAVELLERS: Final = 40
_TRAVEL_DAYS: Final = 4
TRAVELLERS_PAYMENTS: Final = _TRAVELLERS * _TRAVEL_DAYS

_BUSY: Final = 4
"""On a busy day everybody pays so many times as often."""

_BUSINESS: Final = 60.0
"""What a business pays, as a multiple of what people pay."""

TENANTS: Final = 40
_RENT: Final = 10.0
"""A rent as a multiple of its tenant's mean payment."""

_MONTHS: Final = 5
_KNOWN_RENTS: Final = 2
"""Rents that may be alerts: the first one, and one that comes before it was silent for weeks."""

_FLOOD: Final = 2_000
_FLOOD_DAYS: Final = 2
_FLOOD_AFTERMATH: Final = 5
_FLOOD_BEFORE: Final = 7


def mover(name: str, seed: int) -> Attack:
    """Accounts that pay three times as much from one day on, for good.

    Groups: their payments in the fortnight `before` that day, in the `month` after it, and in the fortnight
    after that month, all of them (`later`) and of each account (`later/<account>`).
    """
    world = World(name, seed)
    movers, others = world.accounts(MOVERS, per_day=(1, 5)), world.accounts(60, per_day=(1, 4))
    start = world.history(movers, 0, DAYS_BEFORE - FORTNIGHT)
    before = world.history(movers, DAYS_BEFORE - FORTNIGHT, FORTNIGHT)
    month = world.history(movers, DAYS_BEFORE, _MONTH, level=3.0)
    later = world.history(movers, DAYS_BEFORE + _MONTH, FORTNIGHT, level=3.0)
    rest = world.history(others, 0, DAYS_BEFORE + _MONTH + FORTNIGHT)
    payments = in_order(start, before, month, later, rest)
    groups = {"before": ids(before), "month": ids(month), "later": ids(later)}
    groups |= {f"later/{account}": its_payments for account, its_payments in by_account(later).items()}
    return Attack(payments, {}, ids(payments), groups)


def boom(name: str, seed: int) -> Attack:
    """A fortnight in which everybody pays three times as much, after four ordinary weeks."""
    world = World(name, seed)
    people = world.accounts(250, per_day=(1, 6))
    before = world.history(people, 0, DAYS_BEFORE)
    payments = in_order(before, world.history(people, DAYS_BEFORE, FORTNIGHT, level=3.0))
    return Attack(payments, {}, ids(payments))


def busy_day(name: str, seed: int) -> Attack:
    """A day on which everybody pays four times as often, at usual amounts; groups `usual`, `busy`."""
    world = World(name, seed)
    people = world.accounts(200, per_day=(1, 4))
    start, usual = world.history(people, 0, FORTNIGHT), world.history(people, FORTNIGHT, FORTNIGHT)
    busy = list(chain.from_iterable(world.history(people, 2 * FORTNIGHT, 1) for _ in range(_BUSY)))
    payments = in_order(start, usual, busy)
    return Attack(payments, {}, ids(payments), {"usual": ids(usual), "busy": ids(busy)})


def first_weeks(name: str, seed: int) -> Attack:
    """The first four weeks of a deployment that has 1,000 accounts and knows none of them."""
    world = World(name, seed, merchants=400)
    payments = in_order(world.history(world.accounts(1_000, per_day=(0.7, 5)), 0, 28))
    return Attack(payments, {}, ids(payments))


def yen_and_dollars(name: str, seed: int) -> Attack:
    """Accounts that pay in yen among accounts that pay in dollars, worth the same, and some that do both.

    Groups: `dollars`, `yen` (each in its own money, after two weeks), `travellers` (in the other's money).
    """
    world = World(name, seed)
    american = world.accounts(100, per_day=(1, 4))
    japanese = [world.account(per_day=(1, 4), currency="JPY", level=_YEN) for _ in range(100)]
    start = in_order(world.history(american, 0, 14), world.history(japanese, 0, 14))
    dollars, yen = world.history(american, 14, 14), world.history(japanese, 14, 14)
    abroad = [(traveller, "JPY", _YEN) for traveller in american[: _TRAVELLERS // 2]]
    abroad += [(traveller, "USD", 1 / _YEN) for traveller in japanese[: _TRAVELLERS // 2]]
    travellers = [
        world.pay(traveller, world.moment(traveller, 14 + day), currency=currency, level=level)
        for traveller, currency, level in abroad
        for day in range(_TRAVEL_DAYS)
    ]
    payments = in_order(start, dollars, yen, travellers)
    groups = {"dollars": ids(dollars), "yen": ids(yen), "travellers": ids(travellers)}
    return Attack(payments, {}, ids(payments), groups)


def yen_arrives(name: str, seed: int) -> Attack:
    """Where everybody pays in dollars, new accounts begin: half of them pay as much in yen.

    Groups: the first week of the new accounts, `dollars` and `yen`.
    """
    world = World(name, seed)
    base = world.history(world.accounts(100, per_day=(1, 4)), 0, 21)
    dollars = world.history(world.accounts(60, per_day=(1, 4)), 14, 7)
    japanese = [world.account(per_day=(1, 4), currency="JPY", level=_YEN) for _ in range(60)]
    yen = world.history(japanese, 14, 7)
    payments = in_order(base, dollars, yen)
    return Attack(payments, {}, ids(payments), {"dollars": ids(dollars), "yen": ids(yen)})


def businesses(name: str, seed: int) -> Attack:
    """Some accounts have always paid thousands; groups `businesses` and `others`, from the third week on."""
    world = World(name, seed)
    people = world.accounts(120, per_day=(1, 4))
    firms = [world.account(per_day=(1, 4), level=_BUSINESS) for _ in range(20)]
    start = in_order(world.history(people, 0, 14), world.history(firms, 0, 14))
    theirs, others = world.history(firms, 14, 14), world.history(people, 14, 14)
    payments = in_order(start, theirs, others)
    return Attack(payments, {}, ids(payments), {"businesses": ids(theirs), "others": ids(others)})


def rents(name: str, seed: int) -> Attack:
    """Tenants pay a rent every month, each its own landlord on a day of its own.

    Groups: the rents from the third on, and all `others`.
    """
    world = World(name, seed)
    tenants, neighbours = world.accounts(TENANTS, per_day=(1, 3)), world.accounts(40, per_day=(1, 4))
    base = world.history([*tenants, *neighbours], 0, 30 * _MONTHS)
    usual = means(base)
    later: list[Payment] = []
    paid: list[Payment] = []
    for tenant in tenants:
        landlord, day = world.merchant(), world.random.randrange(7, 28)
        for month in range(_MONTHS):
            rent = world.pay(
                tenant, world.at(day + 30 * month, 9), _RENT * usual[tenant.name], merchant=landlord
            )
            (later if month >= _KNOWN_RENTS else paid).append(rent)
    payments = in_order(base, paid, later)
    return Attack(payments, {}, ids(payments), {"rents": ids(later), "others": ids(base)})


def cheap_flood(name: str, seed: int) -> Attack:
    """Thousands of new accounts pay cents to new shops within two days; then six-fold amounts elsewhere.

    The flood is to move what counts as usual. Honest payments must not seem extreme by it (groups `before`
    and `during`), and the thefts, which are due, must.
    """
    world = World(name, seed)
    random = world.random
    known = mature(world)
    usual = means(known.history)
    day = known.day
    begins = START + day * MILLISECONDS_PER_DAY
    shops = [world.merchant() for _ in range(200)]
    flood = [
        world.pay(
            world.account(),
            begins + int(random.random() * _FLOOD_DAYS * MILLISECONDS_PER_DAY),
            random.uniform(0.5, 2),
            merchant=random.choice(shops),
        )
        for _ in range(_FLOOD)
    ]
    honest = world.history(known.others, day, _FLOOD_AFTERMATH)
    taken = [
        world.pay(victim, world.moment(victim, day + _FLOOD_AFTERMATH - 1), 6 * usual[victim.name])
        for victim in known.victims
    ]
    since = begins - _FLOOD_BEFORE * MILLISECONDS_PER_DAY
    before = ids(payment for payment in known.history if payment.timestamp >= since)
    base = in_order(known.history, honest)
    groups = {"before": before, "during": ids(honest)}
    return Attack(in_order(base, flood, taken), by_account(taken), ids(base), groups)
