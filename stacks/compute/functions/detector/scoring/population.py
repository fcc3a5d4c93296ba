"""What is usual in the whole population, from a sample of its payments.

A deployment keeps it in `SHARDS` items, which no transaction writes but the sampled ones do: every payment at
first, one in 64 once thousands are known, and no account more than once a day, so that no account alone can
shift it. Shards add up (`combined`); `View` is what the rules ask, computed once in a while.
"""

from collections.abc import Callable, Iterable, Mapping
from math import exp, log, sqrt
from typing import Any, Final, NamedTuple, Self, TypeVar

from stacks.compute.functions.detector.scoring.lifetimes import RiskStatistics
from stacks.compute.functions.detector.scoring.rules import Rules
from stacks.compute.functions.detector.scoring.sketch import Sketch
from stacks.compute.functions.detector.scoring.state import ProfileError, rounded

POPULATION_VERSION: Final = 1
SHARDS: Final = 4
_FEW: Final = 2048
_MANY: Final = 16_384
_SOME_RATE: Final = 16
_LOW_RATE: Final = 64
_FULL: Final = 32_768
_CURRENCIES: Final = 8
_CATEGORIES: Final = 24
_CATEGORY_SAMPLES: Final = 20.0
_SPREAD_SAMPLES: Final = 200
_SPREAD_PER_DISTANCE: Final = 1.25
_PRIOR_SAMPLES: Final = 200.0
_SMALLEST_DEVIATION: Final = 0.25
_MOST_DISTANCE: Final = 3.0
_LOG_LIMIT: Final = 3.0
_LEAST: Final = 0.5
_MOST: Final = 3.0
_LARGE_SHARE: Final = 0.01

_Value = TypeVar("_Value")


class Sample(NamedTuple):
    """What one sampled payment teaches.

    Attributes:
        currency: Its currency.
        amount: Its amount, as it would be outside its merchant category.
        deviation: Standard deviations above the account's mean; None where the account has little history.
        distance: Distance from the account's mean as a share of it; None likewise.
        category: Its merchant category, None where not given.
        ratio: Its amount as a multiple of the account's mean; None where the account has little history.
        residual: Logarithm of its amount over what was usual in its category; None likewise.
        hits: Codes of the rules that contributed at least half of what they may.
    """

    currency: str
    amount: float
    deviation: float | None
    distance: float | None
    category: str | None
    ratio: float | None
    residual: float | None
    hits: tuple[str, ...]


class View:
    """The population as the rules see it. Of an unknown population, everything is as the settings say.

    Attributes:
        spread: Standard deviation of an account's amounts as a share of its mean.
        deviations: From how many standard deviations on an amount is rare.
        limits: Amount that hardly anybody pays, by currency; to be multiplied by the category's ratio.
        large: Amount that few pay, likewise.
        typical: Amount that half of the payments exceed, likewise.
        ratios: Amounts of a merchant category as a multiple of any other.
        variations: Their variation as a multiple of any other's.
        rarity: What a rule's weight is multiplied with, where it hits more payments than expected.
        samples: How many payments it knows.
        sampled_one_in: Of how many payments one is to be sampled.
        merchants: How long merchants stay compromised.
        accounts: How long accounts stay compromised.
    """

    __slots__ = (
        "accounts", "deviations", "large", "limits", "merchants", "rarity", "ratios", "sampled_one_in",
        "samples", "spread", "typical", "variations",
    )  # fmt: skip

    def __init__(self, rules: Rules, merchants: RiskStatistics, accounts: RiskStatistics) -> None:
        self.spread = rules.baseline.assumed_spread
        self.deviations = rules.rules.amount_deviation.deviations
        self.limits: Mapping[str, float] = {}
        self.large: Mapping[str, float] = {}
        self.typical: Mapping[str, float] = {}
        self.ratios: Mapping[str, float] = {}
        self.variations: Mapping[str, float] = {}
        self.rarity: Mapping[str, float] = {}
        self.samples = 0
        self.sampled_one_in = 1
        self.merchants = merchants
        self.accounts = accounts

    def ratio(self, category: str | None) -> float:
        """Return the amounts of a merchant category as a multiple of any other, 1 where it is not known."""
        return 1.0 if category is None else self.ratios.get(category, 1.0)


class Population:
    """Sums over sampled payments: one shard's, or all shards' together."""

    __slots__ = ("categories", "currencies", "deviations", "distances", "hits", "samples")

    def __init__(self) -> None:
        self.samples = 0
        self.currencies: dict[str, Sketch] = {}
        self.deviations = Sketch()
        self.distances = [0, 0.0]
        self.categories: dict[str, list[float]] = {}
        self.hits: dict[str, int] = {}

    def learn(self, sample: Sample) -> None:
        """Add one sampled payment, in constant time."""
        self.samples += 1
        _recent(self.currencies, sample.currency, Sketch, _CURRENCIES).learn(sample.amount)
        for code in sample.hits:
            self.hits[code] = self.hits.get(code, 0) + 1
        if sample.deviation is not None:
            self.deviations.learn(max(sample.deviation, _SMALLEST_DEVIATION))
        if sample.distance is not None:
            self.distances[0] += 1
            self.distances[1] += min(sample.distance, _MOST_DISTANCE)
        if sample.ratio is not None and sample.residual is not None:
            for category in {"", sample.category or ""}:
                sums = _recent(self.categories, category, _no_sums, _CATEGORIES)
                sums[0] += 1
                sums[1] += _limited(log(sample.ratio))
                sums[2] += _limited(sample.residual) ** 2
        if self.samples >= _FULL:
            self._halve()

    def _halve(self) -> None:
        self.samples //= 2
        self.distances = [self.distances[0] // 2, self.distances[1] / 2]
        self.hits = {code: count // 2 for code, count in self.hits.items() if count > 1}
        for sums in self.categories.values():
            sums[:] = [each / 2 for each in sums]

    def view(self, rules: Rules, merchants: RiskStatistics, accounts: RiskStatistics) -> View:
        """Return what the rules ask of it."""
        view = View(rules, merchants, accounts)
        view.samples = self.samples
        if self.samples >= _FEW:
            view.sampled_one_in = _SOME_RATE if self.samples < _MANY else _LOW_RATE
        deviation, extreme = rules.rules.amount_deviation, rules.rules.extreme_amount
        count, distances = self.distances
        if count >= _SPREAD_SAMPLES:
            view.spread = min(max(_SPREAD_PER_DISTANCE * distances / count, 0.1), 2.0)
        if self.deviations.total >= _SPREAD_SAMPLES:
            rare = self.deviations.exceeded_by(deviation.share)
            view.deviations = min(max(rare, deviation.deviations), deviation.most_deviations)
        known = {
            currency: sketch
            for currency, sketch in self.currencies.items()
            if sketch.total >= extreme.minimum_samples
        }
        view.limits = {currency: sketch.exceeded_by(extreme.share) for currency, sketch in known.items()}
        view.large = {currency: sketch.exceeded_by(_LARGE_SHARE) for currency, sketch in known.items()}
        view.typical = {currency: sketch.exceeded_by(0.5) for currency, sketch in known.items()}
        view.ratios = self._ratios()
        view.variations = self._variations()
        expected, samples = rules.expected_hits, self.samples + _PRIOR_SAMPLES
        view.rarity = {
            code: expected * samples / hits
            for code, count in self.hits.items()
            if (hits := count + _PRIOR_SAMPLES * expected) > expected * samples
        }
        return view

    def _ratios(self) -> dict[str, float]:
        overall = self.categories.get("")
        if not overall:
            return {}
        typical = overall[1] / overall[0]
        return {
            category: exp((total - typical * count) / (count + _CATEGORY_SAMPLES))
            for category, (count, total, _) in self.categories.items()
            if category and count >= _CATEGORY_SAMPLES
        }

    def _variations(self) -> dict[str, float]:
        overall = self.categories.get("")
        if not overall or not overall[2]:
            return {}
        typical = overall[2] / overall[0]
        return {
            category: min(
                max(sqrt((squares / typical + _CATEGORY_SAMPLES) / (count + _CATEGORY_SAMPLES)), _LEAST),
                _MOST,
            )
            for category, (count, _, squares) in self.categories.items()
            if category and count >= _CATEGORY_SAMPLES
        }

    def add(self, other: "Population") -> None:
        """Add another's sums."""
        self.samples += other.samples
        for currency, sketch in other.currencies.items():
            self.currencies.setdefault(currency, Sketch()).add(sketch)
        self.deviations.add(other.deviations)
        self.distances = [mine + its for mine, its in zip(self.distances, other.distances, strict=True)]
        for category, its_sums in other.categories.items():
            sums = self.categories.setdefault(category, _no_sums())
            sums[:] = [mine + its for mine, its in zip(sums, its_sums, strict=True)]
        for code, hits in other.hits.items():
            self.hits[code] = self.hits.get(code, 0) + hits

    @classmethod
    def combined(cls, shards: Iterable["Population"]) -> Self:
        """Return the sum of shards."""
        total = cls()
        for shard in shards:
            total.add(shard)
        return total

    def to_state(self) -> dict[str, Any]:
        """Return the sums as plain JSON data, less than 4 KB."""
        return {
            "version": POPULATION_VERSION,
            "samples": self.samples,
            "currencies": {currency: sketch.to_state() for currency, sketch in self.currencies.items()},
            "deviations": self.deviations.to_state(),
            "distances": self.distances,
            "categories": {
                name: [rounded(each, 2) for each in sums] for name, sums in self.categories.items()
            },
            "hits": self.hits,
        }

    @classmethod
    def from_state(cls, state: Any) -> Self:
        """Read what `to_state` gave; no state is an unknown population.

        Raises:
            ProfileError: The state is of another version or damaged.
        """
        population = cls()
        if state is None:
            return population
        if not isinstance(state, Mapping) or state.get("version") != POPULATION_VERSION:
            raise ProfileError(f"the population's statistics are not of version {POPULATION_VERSION}")
        try:
            population.samples = int(state["samples"])
            population.currencies = {
                currency: Sketch.from_state(sketch) for currency, sketch in state["currencies"].items()
            }
            population.deviations = Sketch.from_state(state["deviations"])
            count, distances = state["distances"]
            population.distances = [int(count), float(distances)]
            population.categories = {
                name: [float(count), float(total), float(squares)]
                for name, (count, total, squares) in state["categories"].items()
            }
            population.hits = {str(code): int(hits) for code, hits in state["hits"].items()}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ProfileError(f"the population's statistics are damaged: {type(error).__name__}") from None
        return population


def _no_sums() -> list[float]:
    return [0.0, 0.0, 0.0]


def _limited(logarithm: float) -> float:
    return max(-_LOG_LIMIT, min(_LOG_LIMIT, logarithm))


def _recent(known: dict[str, _Value], name: str, create: Callable[[], _Value], most: int) -> _Value:
    """Return the entry of a name as the latest used; beyond the most, the one not used for longest goes."""
    value = known.pop(name, None)
    if value is None:
        value = create()
        if len(known) >= most:
            del known[next(iter(known))]
    known[name] = value
    return value
