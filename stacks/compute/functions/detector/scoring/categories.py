"""Amounts by merchant category, from sampled payments."""

from collections.abc import Mapping
from math import exp, log, sqrt
from typing import Any, Final, NamedTuple, Self

from stacks.compute.functions.detector.scoring.state import rounded

CATEGORY_WEIGHT: Final = 20.0
"""A category's own figures weigh as much as what is assumed from so many payments on."""

_LOG_LIMIT: Final = 3.0
"""Logarithm that one payment adds at most, 20 times the usual: no single payment moves a category."""

_LEAST_VARIATION, _MOST_VARIATION = 0.5, 3.0
"""Bounds of a category's variation as a multiple of any other's: equal prices make it 0."""

_LEAST_DEVIATION: Final = 0.3
"""Least standard deviation of a category's logarithms: where all prices are equal, 35 % more is one."""

_ASSUMED_VARIANCE: Final = 0.5
"""Variance of the logarithms until learnt: two thirds of the amounts are half to twice the typical one."""

_CATEGORY_MEMORY: Final = 3_000
"""Sampled payments that a category's scale looks back, at most, so that it follows prices."""

_WINSORISED: Final = 3.0
"""Standard deviations beyond which a payment counts as one there: 0.3 % of normal values are."""


class CategorySums:
    """Sums over the sampled payments of one merchant category; of all together under the key None."""

    __slots__ = ("count", "logarithm", "ratios", "residuals", "squares", "variance")

    def __init__(self) -> None:
        self.count = self.logarithm = self.ratios = self.residuals = self.squares = 0.0
        self.variance = _ASSUMED_VARIANCE

    def learn(self, value: float, ratio: float | None, residual: float | None) -> None:
        """Add a payment; far values are drawn in, so that a few frauds do not move the scale."""
        self.count += 1
        distance = log(value) - self.logarithm
        if self.count > CATEGORY_WEIGHT:
            most = _WINSORISED * sqrt(self.variance)
            distance = max(-most, min(most, distance))
        step = 1 / min(self.count, _CATEGORY_MEMORY)
        self.logarithm += step * distance
        if self.count > 3:
            self.variance += step * (distance * distance - self.variance)
        if ratio is not None and residual is not None:
            self.ratios += 1
            self.residuals += _limited(log(ratio))
            self.squares += _limited(residual) ** 2

    def add(self, other: "CategorySums") -> None:
        """Add another's sums."""
        count = self.count + other.count
        if count:
            mine, its = self.count / count, other.count / count
            between = (self.logarithm - other.logarithm) ** 2 * mine * its
            self.variance = mine * self.variance + its * other.variance + between
            self.logarithm = mine * self.logarithm + its * other.logarithm
        self.count = count
        self.ratios += other.ratios
        self.residuals += other.residuals
        self.squares += other.squares

    def halve(self) -> None:
        """Halve the weight of old payments."""
        self.count /= 2
        self.ratios /= 2
        self.residuals /= 2
        self.squares /= 2

    def to_state(self) -> list[float]:
        """Return plain JSON data."""
        return [rounded(getattr(self, name), 4) for name in self.__slots__]

    @classmethod
    def from_state(cls, state: Any) -> Self:
        """Read the result of `to_state`; raises what reading a damaged one raises."""
        sums = cls()
        for name, value in zip(cls.__slots__, state, strict=True):
            setattr(sums, name, float(value))
        return sums


class CategoryScale(NamedTuple):
    """Distribution of amounts in a merchant category.

    Attributes:
        logarithm: Mean logarithm of the value in dollars.
        deviation: Its standard deviation.
    """

    logarithm: float
    deviation: float

    def deviations(self, level: float) -> float:
        """Return how many standard deviations the logarithm of a value is above the mean."""
        return (level - self.logarithm) / self.deviation


Categories = Mapping[int | None, CategorySums]
"""Key of a merchant category -> its sums; those of all payments stand under None."""


def ratios_of(categories: Categories) -> dict[int, float]:
    """Return the amounts of each category as a multiple of any other's."""
    overall = categories.get(None)
    if overall is None or not overall.ratios:
        return {}
    typical = overall.residuals / overall.ratios
    return {
        key: exp((sums.residuals - typical * sums.ratios) / (sums.ratios + CATEGORY_WEIGHT))
        for key, sums in categories.items()
        if key is not None and sums.ratios >= CATEGORY_WEIGHT
    }


def variations_of(categories: Categories) -> dict[int, float]:
    """Return the variation of each category's amounts as a multiple of any other's."""
    overall = categories.get(None)
    if overall is None or not overall.squares:
        return {}
    typical = overall.squares / overall.ratios
    return {
        key: min(
            max(
                sqrt((sums.squares / typical + CATEGORY_WEIGHT) / (sums.ratios + CATEGORY_WEIGHT)),
                _LEAST_VARIATION,
            ),
            _MOST_VARIATION,
        )
        for key, sums in categories.items()
        if key is not None and sums.ratios >= CATEGORY_WEIGHT
    }


def scales_of(categories: Categories) -> dict[int | None, CategoryScale]:
    """Return what is paid in each category that is known well enough."""
    return {
        key: CategoryScale(sums.logarithm, max(_LEAST_DEVIATION, sqrt(_drawn_variance(sums))))
        for key, sums in categories.items()
        if key is not None and sums.count >= CATEGORY_WEIGHT
    }


def _limited(logarithm: float) -> float:
    return max(-_LOG_LIMIT, min(_LOG_LIMIT, logarithm))


def _drawn_variance(sums: CategorySums) -> float:
    known = sums.count / (sums.count + CATEGORY_WEIGHT)
    return known * sums.variance + (1 - known) * _ASSUMED_VARIANCE
