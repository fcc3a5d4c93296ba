"""Accounts and when they pay: their pace, hours, life, and when they come and go."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from tools.analyst.worlds.almanac import Almanac
from tools.analyst.worlds.amounts import log_uniform
from tools.analyst.worlds.life import Life, Turbulence
from tools.analyst.worlds.rhythm import PERSONAL_STYLES, Rhythm, drawn_rhythm

_OUTING_DAYS: Final = 0.02  # about half an hour between two payments on one errand
_REPEAT_DAYS: Final = 0.002  # some minutes until a payment is made once more

_LEAST_PER_DAY: Final = 0.004  # of an account that is alive: one and a half payments a year
_VISIT_DAYS: Final = 3.0


class Moment(NamedTuple):
    """When an account pays.

    Attributes:
        day: The local day with its fraction.
        timestamp: The same instant in milliseconds since 1970.
        factor: By how much the amount is larger than usual.
    """

    day: float
    timestamp: int
    factor: float


@dataclass(frozen=True, slots=True)
class Account:
    """One payer.

    Attributes:
        account_id: Its identifier.
        arrives: The first day it may pay.
        leaves: The day after its last.
        per_day: Payments on a usual day.
        regularity: The shape of the gaps: 1 is chance alone, more is more regular, less comes in bursts.
        outing: The chance that a payment is followed by another on the same errand.
        rhythm: Its hours.
        life: Its episodes.
        level: Its amounts relative to other accounts'.
    """

    account_id: str
    arrives: float
    leaves: float
    per_day: float
    regularity: float
    outing: float
    rhythm: Rhythm
    life: Life
    level: float

    def moments(self, random: Random, almanac: Almanac, turbulence: Turbulence) -> Iterator[Moment]:
        """Yield when the account pays, not quite in order."""
        large, repeat = turbulence.large_share, turbulence.repeat_share
        end = min(self.leaves, float(almanac.days))
        for day, factor in self._days(random, almanac):
            if day >= end:
                continue
            if random.random() < large:
                factor *= random.uniform(5, 15)  # noqa: PLW2901
            yield Moment(day, almanac.timestamp(day), factor)
            if random.random() < repeat and (again := day + random.expovariate(1 / _REPEAT_DAYS)) < end:
                yield Moment(again, almanac.timestamp(again), factor)

    def _days(self, random: Random, almanac: Almanac) -> Iterator[tuple[float, float]]:
        shape = self.regularity
        scale = 1 / (shape * self.per_day * (1 + self.outing) * almanac.peak)
        time, last = self.arrives - random.random() / self.per_day / almanac.peak, self.leaves
        episodes, chance, gap = self.life.episodes, random.random, random.gammavariate
        pace = amount = 1.0
        shift = 0.0
        while True:
            time += (random.expovariate(1 / scale) if shape == 1 else gap(shape, scale)) / pace
            if time >= last:
                break
            if time < self.arrives or chance() * almanac.peak > almanac.activity[int(time)]:
                continue
            if episodes:
                pace, amount, shift = self._mood(time)
            whole = int(time)
            day = whole + ((self.rhythm.hour(random) + shift) % 24) / 24
            yield day, amount * almanac.amounts[whole]
            while chance() < self.outing:
                day += random.expovariate(1 / _OUTING_DAYS)
                yield day, amount * almanac.amounts[whole]
        yield from self._sprees(random, almanac)

    def _mood(self, day: float) -> tuple[float, float, float]:
        pace = amount = 1.0
        shift = 0.0
        for each in self.life.at(day):
            pace *= each.pace
            amount *= each.amount
            shift += each.shift_hours
        return pace, amount, shift

    def _sprees(self, random: Random, almanac: Almanac) -> Iterator[tuple[float, float]]:
        for begin, length, payments in self.life.sprees:
            amount = random.uniform(0.7, 2.5)
            whole = min(int(begin), almanac.days - 1)
            hour = self.rhythm.hour(random)
            for _ in range(payments):
                yield whole + hour / 24 + random.uniform(0, length), amount * almanac.amounts[whole]


@dataclass(frozen=True, slots=True)
class Crowd:
    """What the accounts of a world are drawn from.

    Attributes:
        per_day: Payments of a middling account on a usual day.
        pace_spread: The deviation of that on a logarithmic scale.
        level_spread: The deviation of the accounts' level of amounts, likewise.
        regularity: The shape of the gaps.
        outing: The chance of a further payment on the same errand.
        rhythms: The hours that accounts have.
        shift: By how many hours accounts differ from those.
        coming: The share of accounts that come later.
        going: The share of accounts that leave before the end.
        visiting: The share of accounts that are there for some days only.
    """

    per_day: float
    pace_spread: float
    level_spread: float
    regularity: float
    outing: float
    rhythms: tuple[Rhythm, ...]
    shift: float
    coming: float
    going: float
    visiting: float

    def account(self, random: Random, account_id: str, days: int, turbulence: Turbulence) -> Account:
        """Draw one account of a world that lasts so many days."""
        arrives = random.uniform(0, days) if random.random() < self.coming else 0.0
        leaves = random.uniform(arrives, days) if random.random() < self.going else float(days)
        per_day = max(_LEAST_PER_DAY, self.per_day * random.lognormvariate(0, self.pace_spread))
        if random.random() < self.visiting:
            arrives = random.uniform(0, days)
            leaves = min(float(days), arrives + random.expovariate(1 / _VISIT_DAYS))
            per_day = max(per_day, random.uniform(0.5, 2))
        return Account(
            account_id=account_id,
            arrives=arrives,
            leaves=leaves,
            per_day=per_day,
            regularity=self.regularity,
            outing=self.outing * random.uniform(0.3, 1.7),
            rhythm=random.choice(self.rhythms).personal(random, self.shift),
            life=turbulence.life(random, arrives, leaves),
            level=random.lognormvariate(0, self.level_spread),
        )


def drawn_crowd(
    random: Random, least_per_day: float, most_per_day: float, styles: tuple[str, ...] = PERSONAL_STYLES
) -> Crowd:
    """Draw what the accounts of a world have in common."""
    return Crowd(
        per_day=log_uniform(random, least_per_day, most_per_day),
        pace_spread=random.uniform(0.2, 0.9),
        level_spread=random.uniform(0.1, 0.8),
        regularity=random.choice((1.0, 1.0, 0.5, 0.7, 2.0)),
        outing=random.choice((0.0, random.uniform(0, 0.25))),
        rhythms=tuple(drawn_rhythm(random, styles) for _ in range(random.randint(1, 4))),
        shift=random.uniform(0.3, 2.0),
        coming=random.uniform(0, 0.3),
        going=random.uniform(0, 0.2),
        visiting=random.choice((0.0, 0.0, 0.0, random.uniform(0, 0.3), random.uniform(0.2, 0.8))),
    )
