"""Ordinary people who pay: each with amounts, hours, shops and devices of its own, all from one seed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, log, sqrt
from random import Random
from typing import Final, NamedTuple
from zlib import crc32

from shared.runtime.money import decimals_of
from tests.attacks.stream import MILLISECONDS_PER_DAY, MILLISECONDS_PER_HOUR
from tools.analyst.worlds.payment import Payment

START: Final = 1_767_571_200_000
"""Monday, 5 January 2026, 00:00 UTC, in epoch milliseconds: the first day of every stream."""

NIGHT_HOUR: Final = 3
"""The hour of the local day at which ordinary people hardly ever pay."""

_HOUR_WEIGHTS: Final = (
    *(0.3, 0.1, 0.05, 0.03, 0.03, 0.2, 1.5, 4.0),
    *(7.0, 7.5, 7.0, 7.5, 9.0, 8.5, 7.0, 6.5),
    *(7.5, 8.5, 8.0, 6.5, 4.5, 2.5, 1.3, 0.7),
)
"""How payments are spread over the hours of the local day."""

_DAY_HOURS: Final = range(7, 22)
"""The hours of an account that never pays at night."""

_CATEGORIES: Final = (
    ("grocery", 0.9),
    ("restaurant", 0.8),
    ("fuel", 1.1),
    ("clothing", 1.2),
    ("travel", 1.3),
)
"""Merchant categories, and what is paid there as a multiple of the account's usual amount."""

_SPREAD_BETWEEN_ACCOUNTS: Final = 0.6
"""Standard deviation of the logarithm of usual amounts: one account in eight pays twice the median."""

_STRANGE_SHOP: Final = 0.04
"""Share of payments in a shop that is none of the account's own."""

_SMALLEST_AMOUNT: Final = 0.5
"""Nobody pays less, in units of a currency with two decimals."""


class Merchant(NamedTuple):
    """A shop; its category, and what is paid there as a multiple of what its customers usually pay."""

    name: str
    category: str
    level: float
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Account:
    """What one account usually does.

    Attributes:
        name: Its id.
        centre: Mean of the logarithm of its amounts.
        sigma: Standard deviation of that logarithm.
        per_day: Payments a day.
        merchants: The shops it uses.
        devices: The devices it uses, the first mostly.
        address: Its network address.
        at_night: Whether it ever pays at night.
        currency: What it pays in.
    """

    name: str
    centre: float
    sigma: float
    per_day: float
    merchants: tuple[Merchant, ...]
    devices: tuple[str, ...]
    address: str
    at_night: bool
    currency: str


class World:
    """A population of one seed, and the payments that it makes.

    Args:
        name: Of the attack: two attacks of the same seed differ.
        seed: Any number. Every other seed has payments without optional fields.
        bare: Whether payments have none of the optional fields; None lets name and seed decide.
        merchants: How many shops there are.

    Attributes:
        random: What everything is drawn from.
        bare: As above.
        median: The usual amount that half of the accounts exceed.
    """

    def __init__(self, name: str, seed: int, *, bare: bool | None = None, merchants: int = 80) -> None:
        self.random = Random(f"{name}/{seed}")  # noqa: S311 - reproducible
        self.bare = (crc32(name.encode()) + seed) % 2 == 0 if bare is None else bare
        self.median = self.random.uniform(30, 60)
        self._hours_east = self.random.randrange(-8, 9)
        self._country = self.random.choice(("US", "DE", "GB", "FR", "ES"))
        self._payments = 0
        self._names = 0
        self._whole_day = list(accumulate(_HOUR_WEIGHTS))
        self._by_day = list(accumulate(w if h in _DAY_HOURS else 0.0 for h, w in enumerate(_HOUR_WEIGHTS)))
        self.merchants = [self.merchant() for _ in range(merchants)]

    def name(self, kind: str) -> str:
        """Return a name that nothing else has."""
        self._names += 1
        return f"{kind}-{self._names}"

    def merchant(self) -> Merchant:
        """Return a shop that nobody has paid yet."""
        random = self.random
        category, level = random.choice(_CATEGORIES)
        place = round(random.uniform(40, 42), 4), round(random.uniform(2, 5), 4)
        return Merchant(self.name("merchant"), category, level, *place)

    def account(
        self,
        *,
        per_day: tuple[float, float] = (1.0, 10.0),
        at_night: bool | None = None,
        currency: str = "USD",
        level: float = 1.0,
    ) -> Account:
        """Return a new account.

        Args:
            per_day: The range of its payments a day, drawn so that few are common.
            at_night: Whether it ever pays at night; None for one in eight.
            currency: What it pays in.
            level: Its usual amount as a multiple of other people's, in dollars.
        """
        random = self.random
        variation = random.uniform(0.3, 0.6)
        sigma = sqrt(log(1 + variation * variation))
        mean = self.median * level * random.lognormvariate(0, _SPREAD_BETWEEN_ACCOUNTS)
        low, high = per_day
        address = ".".join(str(random.randrange(1, 255)) for _ in range(4))
        return Account(
            name=self.name("account"),
            centre=log(mean) - sigma * sigma / 2,
            sigma=sigma,
            per_day=low * exp(random.random() * log(high / low)),
            merchants=tuple(random.sample(self.merchants, random.randint(3, 8))),
            devices=tuple(self.name("device") for _ in range(random.randint(1, 2))),
            address=address,
            at_night=random.random() < 1 / 8 if at_night is None else at_night,
            currency=currency,
        )

    def accounts(
        self, number: int, *, per_day: tuple[float, float] = (1.0, 10.0), at_night: bool | None = None
    ) -> list[Account]:
        """Return so many new accounts that pay in USD."""
        return [self.account(per_day=per_day, at_night=at_night) for _ in range(number)]

    def pay(
        self,
        account: Account,
        timestamp: int,
        amount: float | None = None,
        *,
        level: float = 1.0,
        merchant: Merchant | None = None,
        device: str | None = None,
        currency: str | None = None,
    ) -> Payment:
        """Return a payment of an account: as usual, but for what is given.

        Args:
            account: Who pays.
            timestamp: When, in epoch milliseconds.
            amount: How much.
            level: Or else the usual amount as a multiple of what it was.
            merchant: Where.
            device: From where.
            currency: In what.
        """
        random = self.random
        if merchant is None:
            shops = self.merchants if random.random() < _STRANGE_SHOP else account.merchants
            merchant = random.choice(shops)
        if amount is None:
            amount = random.lognormvariate(account.centre, account.sigma) * level
            if not self.bare:
                amount *= merchant.level
        currency = currency or account.currency
        amount = in_units(amount, currency)
        self._payments += 1
        name = f"p{self._payments:06}"
        if self.bare:
            return Payment(name, timestamp, account.name, merchant.name, amount, currency)
        in_shop = device is None and random.random() < 1 / 2
        return Payment(
            name,
            timestamp,
            account.name,
            merchant.name,
            amount,
            currency,
            merchant.category,
            self._country,
            "pos" if in_shop else "app",
            device or account.devices[random.random() < 1 / 5 and len(account.devices) > 1],
            account.address,
            merchant.latitude if in_shop else None,
            merchant.longitude if in_shop else None,
            in_shop,
        )

    def moment(self, account: Account, day: int) -> int:
        """Return a time of a day at which the account might pay, in epoch milliseconds."""
        weights = self._whole_day if account.at_night else self._by_day
        (hour,) = self.random.choices(range(24), cum_weights=weights)
        return self.at(day, hour)

    def at(self, day: int, hour: float) -> int:
        """Return a time within an hour of the local day, in epoch milliseconds."""
        local = (hour + self.random.random() - self._hours_east) % 24
        return START + day * MILLISECONDS_PER_DAY + int(local * MILLISECONDS_PER_HOUR)

    def history(
        self, accounts: Iterable[Account], first_day: int, days: int, *, level: float = 1.0
    ) -> list[Payment]:
        """Return what accounts pay in some days, account by account.

        Args:
            accounts: Who pays.
            first_day: From this day of the stream on.
            days: For so many days.
            level: Usual amounts as a multiple of what they were.
        """
        made = []
        for account in accounts:
            for day in range(first_day, first_day + days):
                for _ in range(self._count(account.per_day)):
                    made.append(self.pay(account, self.moment(account, day), level=level))  # noqa: PERF401
        return made

    def exactly(self, account: Account, number: int, first_day: int, days: int) -> list[Payment]:
        """Return so many payments of an account, spread over some days."""
        random = self.random
        return [
            self.pay(account, self.moment(account, first_day + random.randrange(days))) for _ in range(number)
        ]

    def stream(self, accounts: Sequence[Account], number: int, apart: tuple[int, int]) -> list[Payment]:
        """Return so many payments from the first day on, so many milliseconds apart, at any hour."""
        made, timestamp = [], START
        for _ in range(number):
            timestamp += self.random.randint(*apart)
            made.append(self.pay(self.random.choice(accounts), timestamp))
        return made

    def _count(self, mean: float) -> int:
        """Return how many payments a day has: Poisson's distribution, by Knuth's method."""
        limit, product, count = exp(-mean), self.random.random(), 0
        while product > limit:
            product *= self.random.random()
            count += 1
        return count


def in_units(amount: float, currency: str) -> float:
    """Return an amount that the currency has: rounded to its decimals, and not too small to be paid."""
    decimals = decimals_of(currency)
    return round(max(amount, _SMALLEST_AMOUNT if decimals else 1.0), min(decimals, 2))
