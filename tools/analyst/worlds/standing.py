"""Payments that come again by themselves: rent, wages, subscriptions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from tools.analyst.worlds.accounts import Account
from tools.analyst.worlds.almanac import Almanac

_INTERVALS: Final = (
    30.44,
    30.44,
    30.44,
    14.0,
    7.0,
    91.3,
)  # days: a month mostly, two weeks, a week, a quarter


@dataclass(frozen=True, slots=True)
class Order:
    """One such payment.

    Attributes:
        timestamps: When it is made.
        fixed: Whether the amount is the same each time.
    """

    timestamps: Sequence[int]
    fixed: bool


def drawn_orders(random: Random, account: Account, almanac: Almanac, count: int) -> Iterator[Order]:
    """Yield the standing orders of an account."""
    for _ in range(count):
        begin = account.arrives if random.random() < 0.7 else random.uniform(account.arrives, account.leaves)
        yield Order(_timestamps(random, almanac, begin, account.leaves), random.random() < 0.7)


def _timestamps(random: Random, almanac: Almanac, begin: float, end: float) -> list[int]:
    interval, hour = random.choice(_INTERVALS), random.gauss(8, 4) % 24
    delay = random.choice((0.0, random.uniform(0.1, 1.5)))  # days, where people pay and no machine does
    day = begin + random.uniform(0, interval)
    found = []
    while day < end:
        late = random.expovariate(1 / delay) if delay else random.uniform(0, 0.01)
        instant = int(day) + hour / 24 + late
        if instant < min(end, almanac.days):
            found.append(almanac.timestamp(instant))
        day += interval
    return found
