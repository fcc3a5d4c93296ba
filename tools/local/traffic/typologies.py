"""How the demo's frauds on single accounts look; what happens at a compromised merchant is `compromise`'s.

Each typology takes the victim's genuine purchase after which it happens and returns its purchases.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random
from types import MappingProxyType

from tools.local.traffic.population import FAR_CITIES, Device, Merchant, Population, money
from tools.local.traffic.purchases import Purchase, Sale, in_shop, online, usual

Typology = Callable[[Random, Population, Purchase], list[Purchase]]


def amount_over_limit(random: Random, population: Population, anchor: Purchase) -> list[Purchase]:
    """One purchase so large that a fixed limit stops it."""
    merchant = _seldom_merchant(random, population, anchor)
    moment = anchor.moment + timedelta(minutes=random.uniform(60, 600))
    amount = money(random.uniform(6_000, 14_000))
    return [in_shop(random, Sale(anchor.account, merchant, amount, moment))]


def unusual_amount(random: Random, _population: Population, anchor: Purchase) -> list[Purchase]:
    """Two or three purchases in the usual shops at ten times and more what the account is used to."""
    account, purchases, moment = anchor.account, [], anchor.moment
    for _ in range(random.randint(2, 3)):
        moment += timedelta(minutes=random.uniform(40, 240))
        amount = money(min(account.usual_spend * random.uniform(10, 16), 3_500))
        purchases.append(usual(random, Sale(account, account.draw_merchant(random), amount, moment)))
    return purchases


def card_testing(random: Random, population: Population, anchor: Purchase) -> list[Purchase]:
    """Four small purchases online within some three minutes, which try the card, then two large ones."""
    account, purchases, device = anchor.account, [], _thief(random)
    moment = anchor.moment + timedelta(minutes=random.uniform(30, 300))
    shops = random.sample([shop for shop in population.merchants if shop.online], 6)
    for merchant in shops[:4]:
        moment += timedelta(seconds=random.uniform(15, 60))
        purchases.append(online(Sale(account, merchant, money(random.uniform(0.5, 4)), moment), device))
    for merchant in shops[4:]:
        moment += timedelta(minutes=random.uniform(3, 20))
        amount = money(account.usual_spend * random.uniform(6, 12))
        purchases.append(online(Sale(account, merchant, amount, moment), device))
    return purchases


def new_category_abroad(random: Random, population: Population, anchor: Purchase) -> list[Purchase]:
    """Two purchases of a kind and from a country new to the account, at several times its usual amount."""
    account, purchases, moment = anchor.account, [], anchor.moment
    device, country = _thief(random), random.choice(FAR_CITIES).country
    for _ in range(2):
        moment += timedelta(minutes=random.uniform(20, 120))
        merchant = _seldom_merchant(random, population, anchor)
        amount = money(account.usual_spend * random.uniform(5, 9))
        purchases.append(online(Sale(account, merchant, amount, moment), device, country))
    return purchases


def improbable_travel(random: Random, population: Population, anchor: Purchase) -> list[Purchase]:
    """One purchase at a counter on another continent within the hour after one at home."""
    merchant = random.choice(population.merchants)
    amount = money(anchor.account.usual_spend * random.uniform(1, 2))
    moment = anchor.moment + timedelta(minutes=random.uniform(25, 50))
    sale = Sale(anchor.account, merchant, amount, moment)
    return [in_shop(random, sale, place=random.choice(FAR_CITIES))]


def low_and_slow(random: Random, population: Population, anchor: Purchase) -> list[Purchase]:
    """Three purchases over days from another device, in everyday shops, at a little over the usual amount."""
    account, purchases, moment = anchor.account, [], anchor.moment
    device = _thief(random)
    shops = [shop for shop in population.merchants if shop.online and shop.city == account.home]
    for _ in range(3):
        moment += timedelta(hours=random.uniform(12, 36))
        merchant = random.choice(shops)
        amount = account.draw_amount(random, merchant, factor=1.4)
        purchases.append(online(Sale(account, merchant, amount, moment), device))
    return purchases


TYPOLOGIES: Mapping[str, Typology] = MappingProxyType(
    {
        "amount_over_limit": amount_over_limit,
        "unusual_amount": unusual_amount,
        "new_category_abroad": new_category_abroad,
        "improbable_travel": improbable_travel,
        "card_testing": card_testing,
        "low_and_slow": low_and_slow,
    }
)


def _seldom_merchant(random: Random, population: Population, anchor: Purchase) -> Merchant:
    home = anchor.account.home
    return random.choice([shop for shop in population.seldom_merchants if shop.city == home])


def _thief(random: Random) -> Device:
    return Device(f"device-{random.getrandbits(48):012x}", f"198.51.100.{random.randint(1, 254)}")
