"""Many accounts at one place: each does little, the place is what gives them away."""

from typing import Final

from tests.attacks.population import World
from tests.attacks.stream import (
    MILLISECONDS_PER_HOUR,
    Attack,
    by_account,
    ids,
    in_order,
    means,
)

CARDS: Final = 150
SENDERS: Final = 60
CUSTOMERS: Final = 60

_DAYS: Final = 14


def card_testing(name: str, seed: int) -> Attack:
    """150 known cards tried out within the hour: tiny amounts, one device, a shop that nobody paid before."""
    return _card_testing(World(name, seed), known_shop=False)


def card_testing_in_known_shop(name: str, seed: int) -> Attack:
    """The same in a shop that has customers of its own; the device is always named."""
    return _card_testing(World(name, seed, bare=False), known_shop=True)


def _card_testing(world: World, *, known_shop: bool) -> Attack:
    random = world.random
    people = world.accounts(CARDS + 60, per_day=(1, 4))
    base = world.history(people, 0, _DAYS + 1)
    shop = random.choice(world.merchants) if known_shop else world.merchant()
    moment, device = world.at(_DAYS, 10), world.name("device")
    tried = [
        world.pay(
            victim,
            moment + random.randrange(MILLISECONDS_PER_HOUR),
            random.uniform(0.5, 3),
            merchant=shop,
            device=device,
        )
        for victim in random.sample(people, CARDS)
    ]
    return Attack(in_order(base, tried), by_account(tried), ids(base))


def collecting_merchant(name: str, seed: int) -> Attack:
    """Sixty accounts pay a merchant that nobody paid before, each 1.6 times its mean, within hours."""
    world = World(name, seed)
    random = world.random
    people = world.accounts(150, per_day=(1, 4))
    history = world.history(people, 0, _DAYS)
    usual = means(history)
    base = in_order(history, world.history(people, _DAYS, 1))
    moment, shop = world.at(_DAYS, 9), world.merchant()
    hours = random.uniform(3, 6)
    payers = random.sample([account for account in people if account.name in usual], SENDERS)
    sent = [
        world.pay(
            payer,
            moment + int(random.random() * hours * MILLISECONDS_PER_HOUR),
            1.6 * usual[payer.name],
            merchant=shop,
        )
        for payer in payers
    ]
    return Attack(in_order(base, sent), by_account(sent), ids(base))


def shop_opens(name: str, seed: int) -> Attack:
    """Nobody is guilty: a new shop has sixty customers in its first three days, at their usual amounts."""
    world = World(name, seed)
    random = world.random
    people = world.accounts(150, per_day=(1, 4))
    base = world.history(people, 0, _DAYS + 3)
    shop = world.merchant()
    bought = [
        world.pay(customer, world.moment(customer, _DAYS + random.randrange(3)), merchant=shop)
        for customer in random.sample(people, CUSTOMERS)
    ]
    payments = in_order(base, bought)
    return Attack(payments, {}, ids(payments), {"customers": ids(bought)})
