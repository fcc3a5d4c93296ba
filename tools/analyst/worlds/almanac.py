"""The days of a world: what date they are, how much happens on them, and how much more is paid."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

DAY_MILLISECONDS: Final = 86_400_000
HOUR_MILLISECONDS: Final = 3_600_000
MINUTE_MILLISECONDS: Final = 60_000
_EPOCH: Final = date(1970, 1, 1)
_FIRST_START: Final = date(2012, 1, 1)
_STARTS: Final = 5_000  # days to begin on: until autumn 2025
_DECEMBER: Final = 12
_SATURDAY: Final = 5
_RUSH_DAYS: Final = 4  # after wages are paid


@dataclass(frozen=True)
class Almanac:
    """What all accounts of a world have in common about time. Days count from the first local midnight.

    Attributes:
        start: That midnight, in milliseconds since 1970.
        offset_hours: Local time minus UTC.
        dates: Of each day.
        activity: How many payments a day sees, about 1 on average.
        amounts: By how much all amounts are raised on a day.
        peak: The greatest activity.
    """

    start: int
    offset_hours: float
    dates: Sequence[date]
    activity: Sequence[float]
    amounts: Sequence[float]
    peak: float

    @property
    def days(self) -> int:
        """How many days the world lasts."""
        return len(self.dates)

    def timestamp(self, day: float) -> int:
        """Return the instant of a local day and its fraction."""
        return self.start + int(day * DAY_MILLISECONDS)

    def day(self, timestamp: int) -> float:
        """Return the local day and its fraction of an instant."""
        return (timestamp - self.start) / DAY_MILLISECONDS

    def at_hour(self, timestamp: int, hour: float) -> int:
        """Return the instant of the same local day at another hour."""
        return self.timestamp(math.floor(self.day(timestamp)) + hour / 24)

    @property
    def end(self) -> int:
        """The instant after the last day."""
        return self.timestamp(self.days)

    def changed(self, factors: Sequence[float]) -> "Almanac":
        """Return an almanac with the activity of each day multiplied."""
        return self.with_activity([old * new for old, new in zip(self.activity, factors, strict=True)])

    def with_activity(self, activity: Sequence[float]) -> "Almanac":
        """Return an almanac with another activity, scaled to 1 on average."""
        mean = sum(activity) / len(activity)
        scaled = [each / mean for each in activity]
        return replace(self, activity=scaled, peak=max(scaled))

    def is_weekend(self, day: int) -> bool:
        """Tell whether a day is a Saturday or Sunday."""
        return self.dates[day].weekday() >= _SATURDAY


def drawn_almanac(random: Random, days: int) -> Almanac:
    """Return an almanac with its own begin, week, seasons and growth."""
    first = _FIRST_START + timedelta(days=random.randrange(_STARTS))
    offset = random.choice((-8, -6, -5, -3, 0, 1, 1, 2, 3, 5.5, 8, 9))
    start = (first - _EPOCH).days * DAY_MILLISECONDS - int(offset * HOUR_MILLISECONDS)
    dates = [first + timedelta(days=day) for day in range(days)]
    blank = Almanac(start, offset, dates, [1.0] * days, _raised_amounts(random, dates), 1.0)
    return blank.with_activity(_activity(random, dates))


def _activity(random: Random, dates: Sequence[date]) -> list[float]:
    week = _week(random)
    growth = random.choice((0, 0, random.uniform(-0.004, 0.004)))  # a day
    noise = random.uniform(0, 0.12)
    december = random.choice((1, 1, random.uniform(1.2, 2.4)))
    seasons = _seasons(random, len(dates), 0.5, 1.8)
    payday, rush = random.choice((1, 15, 25)), random.choice((1, 1, random.uniform(1.1, 1.9)))
    return [
        week[each.weekday()]
        * math.exp(growth * day + random.gauss(0, noise))
        * (december if each.month == _DECEMBER else 1)
        * (rush if 0 <= each.day - payday < _RUSH_DAYS else 1)
        * seasons[day]
        for day, each in enumerate(dates)
    ]


def _week(random: Random) -> list[float]:
    weekend = random.choice((1.0, 1.0, random.uniform(0.4, 0.9), random.uniform(1.1, 1.9)))
    single = random.uniform(0, 0.2)
    return [math.exp(random.gauss(0, single)) * (weekend if day >= _SATURDAY else 1) for day in range(7)]


def _raised_amounts(random: Random, dates: Sequence[date]) -> list[float]:
    december = random.choice((1, 1, random.uniform(1.0, 1.4)))
    inflation = random.choice((0, 0, random.uniform(0, 0.001)))  # a day
    seasons = _seasons(random, len(dates), 1.5, 3.0) if random.random() < 0.35 else [1.0] * len(dates)
    return [
        seasons[day] * math.exp(inflation * day) * (december if each.month == _DECEMBER else 1)
        for day, each in enumerate(dates)
    ]


def _seasons(random: Random, days: int, least: float, most: float) -> list[float]:
    """Return factors of the days: 1, but for one or two stretches of days up to weeks."""
    factors = [1.0] * days
    for _ in range(random.choice((0, 1, 1, 2))):
        begin, length, factor = random.randrange(days), random.randint(3, 25), random.uniform(least, most)
        for day in range(begin, min(days, begin + length)):
            factors[day] = factor
    return factors
