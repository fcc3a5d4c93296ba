"""What is usual in the whole population, from a sample of its payments.

A deployment keeps it in `SHARDS` items, which no payment writes but the sampled ones do. What may teach it is
narrow, because fraudsters send traffic too: payments that are not suspicious, of an account with
a history, at most one a day of any account. So a flood from new accounts teaches nothing, and a burst of one
account no more than a single payment. Shards add up (`combined`); `View` is what scores ask.
"""

import struct
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from math import exp
from typing import Any, Final, NamedTuple, Self

from stacks.compute.functions.detector.scoring.assumed import ASSUMED, NO_TAILS, PER_UNIT_OF
from stacks.compute.functions.detector.scoring.categories import (
    CATEGORY_WEIGHT,
    CategoryScale,
    CategorySums,
    ratios_of,
    scales_of,
    variations_of,
)
from stacks.compute.functions.detector.scoring.lifetimes import RiskStatistics
from stacks.compute.functions.detector.scoring.novelties import ASSUMED_NOVELTIES, Novelties
from stacks.compute.functions.detector.scoring.season import Season
from stacks.compute.functions.detector.scoring.state import ProfileError, rounded
from stacks.compute.functions.detector.scoring.tail import Sketch, Tail

POPULATION_VERSION: Final = 3
SHARDS: Final = 4
HOURS: Final = 24

_EVERY: Final = ((2_048, 1), (16_384, 16))
_RARELY: Final = 64
"""Below so many payments known, so one in so many payments is sampled; from then on one in `_RARELY`."""

_FULL: Final = 32_768
"""Sampled payments at which all sums are halved, so that old ones weigh less."""

_CATEGORIES: Final = 64
"""Merchant categories that are known; the one not sampled for longest is forgotten."""

_SPREAD_SAMPLES: Final = 200
"""Samples from which on the spread of amounts is measured: its standard error is then 5 %."""

_SPREAD_PER_DISTANCE: Final = 1.25
"""Standard deviation over mean distance, of normal values."""

_MOST_DISTANCE: Final = 3.0
"""Distance from the account's mean, as a share of it, that one payment counts with at most."""

_HOURS_SAMPLES: Final = 100
"""Samples from which on the rhythm of the day is known: four an hour."""

_EVEN_PAYMENTS: Final = 5.0
"""Payments spread evenly over the day that are added to those seen, so that no hour has none."""


class Sample(NamedTuple):
    """One payment sampled for the population.

    Attributes:
        value: Its value in dollars.
        hour: Of the day, UTC.
        category: Key of its merchant category, None where not given.
        tails: Quantity -> its raw value.
        brought: Quantity of novelty -> whether the payment's value was new to the account.
        distance: Distance from the account's mean as a share of it; None where the account has little
            history.
        ratio: Its value as a multiple of the account's mean; None likewise.
        residual: Logarithm of its value over what was usual in its category and the season; None likewise.
        season: The season that was taken off.
        held_back: Whether it was suspicious: then it teaches nothing but the season, which no few accounts
            can make.
    """

    value: float
    hour: int
    category: int | None
    tails: Mapping[str, float]
    brought: Mapping[str, bool]
    distance: float | None
    ratio: float | None
    residual: float | None
    season: float
    held_back: bool


class View:
    """The population as scores see it. An unknown population has the assumed values.

    Attributes:
        typical: Value in dollars that half of the payments exceed.
        spread: Standard deviation of an account's amounts as a share of its mean.
        ratios: Key of a merchant category -> its amounts as a multiple of any other's.
        variations: Key of a category -> the variation of its amounts as a multiple of any other's.
        categories: Key of a category -> its scale; None, for no category, has none.
        hours: Share of the payments by hour of the day; None until known.
        season: By how much the logarithm of all amounts is above its usual level.
        tails: Quantity -> its tail.
        novelties: Quantity of novelty -> share of the payments that bring something new.
        samples: How many payments it knows.
        sampled_one_in: Of how many payments one is to be sampled.
        merchants: How long merchants stay compromised.
        accounts: How long accounts stay compromised.
    """

    __slots__ = (
        "accounts", "categories", "hours", "merchants", "novelties", "ratios", "sampled_one_in", "samples",
        "season", "spread", "tails", "typical", "variations",
    )  # fmt: skip

    def __init__(
        self,
        assumed_spread: float,
        merchants: RiskStatistics,
        accounts: RiskStatistics,
        tails: Mapping[str, Tail] = NO_TAILS,
    ) -> None:
        self.typical = exp(ASSUMED["amount_rarity"].median)
        self.spread = assumed_spread
        self.ratios: Mapping[int, float] = {}
        self.variations: Mapping[int, float] = {}
        self.categories: Mapping[int | None, CategoryScale] = {}
        self.hours: list[float] | None = None
        self.season = 0.0
        self.tails = tails
        self.novelties = ASSUMED_NOVELTIES
        self.samples = 0
        self.sampled_one_in = 1
        self.merchants = merchants
        self.accounts = accounts


class Population:
    """Sums over sampled payments: one shard's, or all shards' together."""

    __slots__ = ("categories", "distance", "distances", "hours", "novelties", "samples", "season", "tails")

    def __init__(self) -> None:
        self.samples = 0
        self.tails = {name: Sketch(PER_UNIT_OF[name]) for name in ASSUMED}
        self.distances = 0
        self.distance = 0.0
        self.categories: dict[int | None, CategorySums] = {}
        self.hours = [0.0] * HOURS
        self.season = Season()
        self.novelties = Novelties()

    def learn(self, sample: Sample) -> None:
        """Add one sampled payment, in constant time; one that is held back teaches the season alone."""
        if sample.residual is not None:
            self.season.learn(sample.residual + sample.season)
        if sample.held_back:
            return
        self.samples += 1
        self.hours[sample.hour] += 1
        for name, value in sample.tails.items():
            self.tails[name].learn(value)
        self.novelties.learn(sample.brought)
        if sample.distance is not None:
            self.distances += 1
            self.distance += min(sample.distance, _MOST_DISTANCE)
        for key in {None, sample.category}:
            sums = self.categories.pop(key, None) or CategorySums()
            if len(self.categories) >= _CATEGORIES:
                del self.categories[next(each for each in self.categories if each is not None)]
            self.categories[key] = sums
            sums.learn(sample.value, sample.ratio, sample.residual)
        if self.samples >= _FULL:
            self._halve()

    def _halve(self) -> None:
        self.samples //= 2
        self.distances //= 2
        self.distance /= 2
        self.hours = [each / 2 for each in self.hours]
        self.novelties.halve()
        for sums in self.categories.values():
            sums.halve()

    def view(self, assumed_spread: float, merchants: RiskStatistics, accounts: RiskStatistics) -> View:
        """Return what scores ask of it."""
        tails = {name: self.tails[name].tail(assumed) for name, assumed in ASSUMED.items()}
        view = View(assumed_spread, merchants, accounts, tails)
        view.samples = self.samples
        view.sampled_one_in = next((each for below, each in _EVERY if self.samples < below), _RARELY)
        amounts, assumed = self.tails["amount_rarity"], ASSUMED["amount_rarity"].median
        if amounts.total:
            known = amounts.total / (amounts.total + CATEGORY_WEIGHT)
            view.typical = exp(known * amounts.median() + (1 - known) * assumed)
        if self.distances >= _SPREAD_SAMPLES:
            view.spread = min(max(_SPREAD_PER_DISTANCE * self.distance / self.distances, 0.1), 2.0)
        view.ratios, view.variations = ratios_of(self.categories), variations_of(self.categories)
        view.categories = scales_of(self.categories)
        view.hours = self._hours()
        view.novelties = self.novelties.shares()
        view.season = self.season.noticed()
        return view

    def _hours(self) -> list[float] | None:
        """Return the share of the payments by hour, each drawn toward its neighbours'."""
        total = sum(self.hours)
        if total < _HOURS_SAMPLES:
            return None
        hours = self.hours
        smooth = [
            (hours[each - 1] + 2 * hours[each] + hours[(each + 1) % HOURS]) / 4 for each in range(HOURS)
        ]
        return [(each + _EVEN_PAYMENTS / HOURS) / (total + _EVEN_PAYMENTS) for each in smooth]

    def add(self, other: "Population") -> None:
        """Add another's sums; seasons are averaged by the payments behind them."""
        self.season.add(other.season, self.samples, other.samples)
        self.samples += other.samples
        for name, sketch in other.tails.items():
            self.tails[name].add(sketch)
        self.novelties.add(other.novelties)
        self.distances += other.distances
        self.distance += other.distance
        self.hours = [mine + its for mine, its in zip(self.hours, other.hours, strict=True)]
        for key, its_sums in other.categories.items():
            self.categories.setdefault(key, CategorySums()).add(its_sums)

    @classmethod
    def combined(cls, shards: Iterable["Population"]) -> Self:
        """Return the sum of shards."""
        total = cls()
        for shard in shards:
            total.add(shard)
        return total

    def to_state(self) -> dict[str, Any]:
        """Return the sums as plain JSON data, less than 16 KB."""
        return {
            "version": POPULATION_VERSION,
            "samples": self.samples,
            "tails": {name: b64encode(sketch.pack()).decode() for name, sketch in self.tails.items()},
            "distances": [self.distances, rounded(self.distance, 4)],
            "categories": [[key, sums.to_state()] for key, sums in self.categories.items()],
            "hours": [rounded(each, 2) for each in self.hours],
            "season": self.season.to_state(),
            "novelties": self.novelties.to_state(),
        }

    @classmethod
    def from_state(cls, state: Any) -> Self:
        """Read the result of `to_state`; no state, or one of a version before, is an unknown population.

        Raises:
            ProfileError: The state is of a later version or damaged.
        """
        population = cls()
        if state is None:
            return population
        if not isinstance(state, Mapping) or not isinstance(version := state.get("version"), int):
            raise ProfileError("the population's statistics are damaged: version")
        if version < POPULATION_VERSION:
            return population
        if version > POPULATION_VERSION:
            raise ProfileError(f"the population's statistics are not of version {POPULATION_VERSION}")
        try:
            population.samples = int(state["samples"])
            for name, packed in state["tails"].items():
                if name in population.tails:
                    population.tails[name] = Sketch.unpack(
                        b64decode(packed, validate=True), PER_UNIT_OF[name]
                    )
            distances, distance = state["distances"]
            population.distances, population.distance = int(distances), float(distance)
            population.categories = {key: CategorySums.from_state(sums) for key, sums in state["categories"]}
            population.hours = [float(each) for each in state["hours"]]
            population.season = Season.from_state(state["season"])
            # One that was written before novelties were counted has none.
            population.novelties = Novelties.from_state(state.get("novelties", {}))
        except (AttributeError, KeyError, TypeError, ValueError, struct.error) as error:
            raise ProfileError(f"the population's statistics are damaged: {type(error).__name__}") from None
        if len(population.hours) != HOURS:
            raise ProfileError("the population's statistics are damaged: hours")
        return population
