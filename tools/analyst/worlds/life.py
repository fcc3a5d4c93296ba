"""What happens to people: holidays, night shifts, a raise, a move, a rest, days of shopping."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from tools.analyst.worlds.amounts import log_uniform

_FOREVER: Final = 1e9


class Episode(NamedTuple):
    """A stretch of days in which an account behaves otherwise.

    Attributes:
        begin: Its first day.
        end: The day after it.
        pace: By how much payments are more frequent.
        amount: By how much they are larger.
        shift_hours: By how much they are later.
        away: Whether the person is away from home.
        token: A number from 0 until 1, to choose what is special about this one by.
    """

    begin: float
    end: float
    pace: float
    amount: float
    shift_hours: float
    away: bool
    token: float


@dataclass(frozen=True, slots=True)
class Life:
    """The episodes of an account and its days of shopping, as (day, length in days, payments)."""

    episodes: Sequence[Episode]
    sprees: Sequence[tuple[float, float, int]]

    def at(self, day: float) -> Sequence[Episode]:
        """Return the episodes of a day."""
        return [each for each in self.episodes if each.begin <= day < each.end] if self.episodes else ()

    def away(self, day: float) -> Episode | None:
        """Return the journey that a person is on."""
        for each in self.episodes:
            if each.away and each.begin <= day < each.end:
                return each
        return None


@dataclass(frozen=True, slots=True)
class Turbulence:
    """How eventful lives are in a world.

    Attributes:
        events: Episodes of an account in a hundred days.
        sprees: Days of shopping of an account in a hundred days.
        large_share: The share of payments that are many times what is usual, once.
        repeat_share: The share of payments that are made again at once, the same.
    """

    events: float
    sprees: float
    large_share: float
    repeat_share: float

    def life(self, random: Random, begin: float, end: float) -> Life:
        """Draw the life of one account between two days."""
        length = max(end - begin, 1.0)
        episodes = [
            random.choice(_EPISODES)(random, random.uniform(begin, end))
            for _ in range(_count(random, self.events * length / 100))
        ]
        sprees = [
            (random.uniform(begin, end), log_uniform(random, 0.05, 1.5), random.randint(4, 14))
            for _ in range(_count(random, self.sprees * length / 100))
        ]
        return Life(episodes, sprees)


def drawn_turbulence(random: Random) -> Turbulence:
    """Draw how eventful a world is; half of them are calm."""
    if random.random() < 0.5:
        return Turbulence(0.0, 0.0, 0.0, 0.0)
    return Turbulence(
        events=random.uniform(0.05, 1.0),
        sprees=random.uniform(0, 0.5),
        large_share=log_uniform(random, 0.0002, 0.006),
        repeat_share=random.choice((0.0, log_uniform(random, 0.0005, 0.008))),
    )


def _count(random: Random, mean: float) -> int:
    """Draw a number of events: geometric, so that some lives have many and most have none."""
    count, chance = 0, mean / (1 + mean)
    while random.random() < chance:
        count += 1
    return count


def _holiday(random: Random, day: float) -> Episode:
    pace, amount = random.uniform(0.6, 2.5), random.uniform(1.0, 2.5)
    return Episode(day, day + random.uniform(2, 18), pace, amount, 0, True, random.random())


def _night_shift(random: Random, day: float) -> Episode:
    end = day + random.uniform(5, 60)
    return Episode(day, end, random.uniform(0.8, 1.2), 1, random.uniform(7, 14), False, random.random())


def _new_level(random: Random, day: float) -> Episode:
    amount, pace = log_uniform(random, 0.5, 2.3), log_uniform(random, 0.6, 1.7)
    return Episode(day, _FOREVER, pace, amount, 0, False, random.random())


def _rest(random: Random, day: float) -> Episode:
    return Episode(day, day + random.uniform(10, 70), 0.05, 1, 0, False, random.random())


def _festivity(random: Random, day: float) -> Episode:
    pace, amount = random.uniform(1.3, 4), random.uniform(0.9, 2.2)
    return Episode(day, day + random.uniform(1, 9), pace, amount, 0, False, random.random())


_EPISODES: Final = (_holiday, _holiday, _night_shift, _new_level, _rest, _festivity)
