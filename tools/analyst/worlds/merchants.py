"""Merchants, where they stand, and to which of them an account goes."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from tools.analyst.worlds.amounts import log_uniform
from tools.analyst.worlds.setting import Setting

CATEGORIES: Final = (
    "grocery", "fuel", "restaurants", "fast food", "entertainment", "clothing", "electronics", "health",
    "pharmacy", "travel", "airlines", "hotels", "home", "furniture", "kids_pets", "personal care", "sports",
    "books", "online shopping", "department store", "digital goods", "gaming", "telecom", "utilities",
    "insurance", "charity", "transport", "parking", "jewelry", "misc_net", "misc_pos", "building materials",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Merchant:
    """Who is paid.

    Attributes:
        merchant_id: Its identifier.
        category: What it sells.
        level: Its prices relative to other merchants'.
        x: Horizontal position on a map of 100 by 100.
        y: Likewise.
    """

    merchant_id: str
    category: str
    level: float
    x: float
    y: float


class MerchantPool:
    """All merchants of a world, the popular ones first.

    Args:
        setting: Of the world.
        count: How many.
        categories: What they sell.
    """

    def __init__(self, setting: Setting, count: int, categories: Sequence[str] = CATEGORIES) -> None:
        random = setting.random
        spread = random.choice((0.0, random.uniform(0.05, 0.6)))
        self._skew = random.choice((1.0, random.uniform(1.2, 3)))
        self.merchants = [
            Merchant(
                setting.merchant_ids.new(),
                random.choice(categories),
                random.lognormvariate(0, spread),
                random.uniform(0, 100),
                random.uniform(0, 100),
            )
            for _ in range(max(count, 4))
        ]

    def any(self, random: Random) -> Merchant:
        """Return any merchant, more often a popular one."""
        return self.merchants[int(len(self.merchants) * random.random() ** self._skew)]

    def some(self, random: Random, count: int) -> list[Merchant]:
        """Return merchants as `any` does, perhaps one more than once."""
        return [self.any(random) for _ in range(count)]


class Neighbourhoods:
    """Finds the merchants near a place.

    Args:
        merchants: All of them.
        radius: How far near is, on the map.
    """

    def __init__(self, merchants: Sequence[Merchant], radius: float) -> None:
        self._radius = radius
        self._cells: defaultdict[tuple[int, int], list[Merchant]] = defaultdict(list)
        for each in merchants:
            self._cells[self._cell(each.x, each.y)].append(each)

    def near(self, x: float, y: float) -> list[Merchant]:
        """Return the merchants within the radius."""
        column, row = self._cell(x, y)
        return [
            each
            for across in (-1, 0, 1)
            for down in (-1, 0, 1)
            for each in self._cells.get((column + across, row + down), ())
            if math.hypot(each.x - x, each.y - y) <= self._radius
        ]

    def _cell(self, x: float, y: float) -> tuple[int, int]:
        return int(x // self._radius), int(y // self._radius)


@dataclass(slots=True)
class Haunts:
    """The merchants of an account: a few that it favours, and a chance to try another.

    Attributes:
        favourites: The preferred first.
        novelty: The chance of a payment elsewhere.
        preference: How much more the first are preferred: 1 is not at all.
        adoption: The chance that another merchant becomes a favourite.
    """

    favourites: list[Merchant]
    novelty: float
    preference: float
    adoption: float = 0.1

    def pick(self, random: Random, pool: MerchantPool) -> Merchant:
        """Return where the account pays next."""
        favourites = self.favourites
        if favourites and random.random() >= self.novelty:
            return favourites[int(len(favourites) * random.random() ** self.preference)]
        other = pool.any(random)
        if favourites and random.random() < self.adoption:
            favourites[random.randrange(len(favourites))] = other
        return other


@dataclass(frozen=True, slots=True)
class Loyalty:
    """How attached the accounts of a world are to their merchants.

    Attributes:
        favourites: How many an account has.
        novelty: The middling chance of a payment elsewhere.
        preference: How uneven the favourites are used.
    """

    favourites: int
    novelty: float
    preference: float = field(default=1.5)

    def haunts(self, setting: Setting, pool: MerchantPool) -> Haunts:
        """Draw the merchants of one account."""
        random = setting.random
        count = max(1, round(self.favourites * random.lognormvariate(0, 0.5)))
        novelty = min(0.95, self.novelty * random.lognormvariate(0, 0.6))
        return Haunts(pool.some(random, count), novelty, self.preference)


def drawn_loyalty(random: Random) -> Loyalty:
    """Draw how attached accounts are: from never anywhere else to hardly twice at the same place."""
    novelty = random.choice(
        (random.uniform(0, 0.05), log_uniform(random, 0.03, 0.3), random.uniform(0.3, 0.9))
    )
    return Loyalty(random.randint(2, 25), novelty, random.uniform(1, 2.5))
