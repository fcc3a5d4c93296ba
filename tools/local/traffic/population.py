"""The people and shops of the demo: accounts with habits, merchants with a category, all from one seed."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random


@dataclass(frozen=True)
class City:
    """A place where people live and shop; ``country`` is ISO 3166, ``currency`` ISO 4217."""

    name: str
    country: str
    currency: str
    latitude: float
    longitude: float


HOME_CITIES = (
    City("New York", "US", "USD", 40.71, -74.01),
    City("Chicago", "US", "USD", 41.88, -87.63),
    City("Austin", "US", "USD", 30.27, -97.74),
    City("Seattle", "US", "USD", 47.61, -122.33),
    City("Dublin", "IE", "EUR", 53.35, -6.26),
    City("Berlin", "DE", "EUR", 52.52, 13.40),
    City("London", "GB", "GBP", 51.51, -0.13),
)
FAR_CITIES = (
    City("Lagos", "NG", "NGN", 6.52, 3.38),
    City("Jakarta", "ID", "IDR", -6.21, 106.85),
    City("Sao Paulo", "BR", "BRL", -23.55, -46.63),
    City("Manila", "PH", "PHP", 14.60, 120.98),
    City("Sydney", "AU", "AUD", -33.87, 151.21),
)

# ISO 18245 merchant category codes with the median amount of a purchase there.
EVERYDAY_CATEGORIES = {
    "5411": 42.0,  # grocery stores
    "5541": 38.0,  # service stations
    "5812": 31.0,  # restaurants
    "5814": 12.0,  # fast food
    "5912": 19.0,  # drug stores
    "5651": 64.0,  # family clothing
    "4111": 8.0,  # commuter transport
    "5942": 22.0,  # book stores
}
SELDOM_CATEGORIES = {
    "5732": 310.0,  # electronics
    "5944": 420.0,  # jewellery
    "6051": 260.0,  # quasi cash
    "7995": 120.0,  # betting
    "4829": 240.0,  # money transfer
}


@dataclass(frozen=True)
class Merchant:
    """A shop in one city, or an online one (``online``) that ships from there."""

    merchant_id: str
    category: str
    city: City
    median_amount: float
    online: bool


@dataclass(frozen=True)
class Device:
    """What somebody buys online with; addresses are of the documentation's networks (RFC 5737)."""

    device_id: str
    ip_address: str


@dataclass(frozen=True)
class Account:
    """A card holder and his habits.

    Attributes:
        usual_merchants: Where nearly every purchase happens, with the first ones most often.
        usual_spend: What an everyday purchase comes to; at each merchant a little more or less.
        spread: Standard deviation of the logarithm of amounts.
        active_hour: Hour of day (UTC) around which purchases happen, ``hours_spread`` hours to each side.
    """

    account_id: str
    home: City
    usual_merchants: tuple[Merchant, ...]
    usual_spend: float
    spread: float
    active_hour: float
    hours_spread: float
    device: Device

    def draw_merchant(self, random: Random) -> Merchant:
        """Return one of the usual merchants, the favourite ones more often."""
        weights = [1.0 / rank for rank in range(1, len(self.usual_merchants) + 1)]
        return random.choices(self.usual_merchants, weights)[0]

    def draw_amount(self, random: Random, merchant: Merchant, factor: float = 1.0) -> Decimal:
        """Return what this person would pay there, times ``factor``, in two decimals."""
        # Clipped at 2.2 sigma: everyday purchases have no tail that reaches a fraud's size.
        deviation = max(-2.2, min(2.2, random.gauss(0, 1)))
        median = math.sqrt(self.usual_spend * merchant.median_amount)
        return money(median * math.exp(self.spread * deviation) * factor)

    def draw_time(self, random: Random, day: datetime) -> datetime:
        """Return a moment around this person's active hours of the UTC day that starts at ``day``."""
        return day + timedelta(hours=random.gauss(self.active_hour, self.hours_spread))


@dataclass(frozen=True)
class Population:
    """Everybody who takes part, in a fixed order."""

    accounts: tuple[Account, ...]
    merchants: tuple[Merchant, ...]
    seldom_merchants: tuple[Merchant, ...]


def seeded(seed: int, part: str) -> Random:
    """Return a stream of random numbers of its own for each part, so that one part does not shift another."""
    return Random(f"{seed}/{part}")  # noqa: S311 - a simulation, nothing secret


def money(value: float) -> Decimal:
    """Round to cents, at least one cent."""
    return max(Decimal("0.01"), Decimal(repr(value)).quantize(Decimal("0.01")))


def degrees(value: float) -> Decimal:
    """Round a coordinate to a metre or so."""
    return Decimal(repr(value)).quantize(Decimal("0.00001"))


def populate(seed: int, account_count: int) -> Population:
    """Make the accounts and merchants of a seed; the same arguments give the same people."""
    random = seeded(seed, "population")
    merchants: list[Merchant] = []
    seldom: list[Merchant] = []
    for city in HOME_CITIES:
        for categories, shops, into in (
            (EVERYDAY_CATEGORIES, 3, merchants),
            (SELDOM_CATEGORIES, 1, seldom),
        ):
            into.extend(
                _merchant(random, len(merchants) + len(seldom) + number, city, category, median)
                for number, (category, median) in enumerate(
                    pair for pair in categories.items() for _ in range(shops)
                )
            )
    accounts = tuple(_account(random, number, merchants) for number in range(account_count))
    return Population(accounts, tuple(merchants), tuple(seldom))


def _merchant(random: Random, number: int, city: City, category: str, median: float) -> Merchant:
    # Every third shop is online, so that each city surely has enough of both kinds.
    return Merchant(
        merchant_id=f"merchant-{number:04d}",
        category=category,
        city=city,
        median_amount=median * random.uniform(0.8, 1.25),
        online=number % 3 == 2,
    )


def _account(random: Random, number: int, merchants: list[Merchant]) -> Account:
    home = random.choice(HOME_CITIES)
    shops = [merchant for merchant in merchants if merchant.city == home and not merchant.online]
    online = [merchant for merchant in merchants if merchant.city == home and merchant.online]
    return Account(
        account_id=f"account-{number:05d}",
        home=home,
        usual_merchants=(*random.sample(shops, 4), *random.sample(online, 2)),
        usual_spend=30 * math.exp(random.gauss(0, 0.5)),
        spread=random.uniform(0.2, 0.4),
        active_hour=random.uniform(9, 20),
        hours_spread=random.uniform(1.5, 3.0),
        device=Device(f"device-{random.getrandbits(48):012x}", f"203.0.113.{random.randint(1, 254)}"),
    )
