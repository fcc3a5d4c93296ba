"""What fraudsters of a world have in common: their hours, their strength, and how they look at a victim."""

import math
from collections.abc import Sequence
from typing import Any, Final

from tools.analyst.worlds.almanac import HOUR_MILLISECONDS, MINUTE_MILLISECONDS
from tools.analyst.worlds.amounts import log_uniform
from tools.analyst.worlds.ledger import Ledger, usual_amount
from tools.analyst.worlds.payment import Draft

_HOURS: Final = ("any", "genuine", "genuine", "night", "mostly_night", "office")


class Attackers:
    """The fraudsters of a world.

    Args:
        ledger: With all genuine payments.
    """

    def __init__(self, ledger: Ledger) -> None:
        random = ledger.setting.random
        self._ledger = ledger
        self._random = random
        self._hours = random.choice(_HOURS)
        self._strength = log_uniform(random, 1.5, 7)
        self._uncertainty = random.uniform(0.15, 0.7)
        self._pace_minutes = log_uniform(random, 1, 90)

    def begin(self, history: Sequence[Draft]) -> int:
        """Return when an attack on an account begins, at an hour that these attackers like."""
        return self.hour(self._ledger.instant(history))

    def hour(self, timestamp: int) -> int:
        """Return an instant of the same day at an hour that these attackers like."""
        random, almanac = self._random, self._ledger.setting.almanac
        style = self._hours
        if style == "mostly_night":
            style = "night" if random.random() < 0.7 else "genuine"
        if style == "genuine":
            return self.genuine_hour(timestamp)
        if style == "night":
            return almanac.at_hour(timestamp, random.gauss(2.5, 1.5) % 24)
        if style == "office":
            return almanac.at_hour(timestamp, random.uniform(8, 18))
        return almanac.at_hour(timestamp, random.uniform(0, 24))

    def genuine_hour(self, timestamp: int) -> int:
        """Return an instant of the same day at an hour at which somebody pays."""
        almanac = self._ledger.setting.almanac
        like = almanac.day(self._ledger.anyone().timestamp)
        return almanac.at_hour(timestamp, (like - math.floor(like)) * 24)

    def soon(self, timestamp: int) -> int:
        """Return an instant shortly after another, at these attackers' pace."""
        return timestamp + int(self._random.expovariate(1 / self._pace_minutes) * MINUTE_MILLISECONDS) + 1

    def hours_later(self, timestamp: int, least: float, most: float) -> int:
        """Return an instant so many hours after another."""
        return timestamp + int(self._random.uniform(least, most) * HOUR_MILLISECONDS)

    def factor(self) -> float:
        """Return by how much a fraud exceeds what is usual: about this world's strength, at least 1.05."""
        return max(1.05, self._strength * self._random.lognormvariate(0, self._uncertainty))

    def large(self, history: Sequence[Draft]) -> float:
        """Return an amount in the account's currency that is several times its usual one."""
        return self.written(usual_amount(history) * self.factor())

    def written(self, amount: float) -> float:
        """Return an amount as it would be charged."""
        money = self._ledger.setting.money
        return money.price(self._random, amount / money.unit)

    def elsewhere(self, victim: Draft, timestamp: int, amount: float, **changes: Any) -> Draft:
        """Return a payment of the victim that is in all else like some payment of anybody's."""
        model = self._ledger.anyone()
        return model.again(account_id=victim.account_id, timestamp=timestamp, amount=amount, **changes)

    def spend_steps(self, begin: int, count: int) -> list[int]:
        """Return instants of an attack in so many steps."""
        steps = [begin]
        for _ in range(count - 1):
            steps.append(self.soon(steps[-1]))
        return steps
