"""Distributions of amounts, and how amounts look in a currency."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from shared.runtime.money import decimals_of

Family = Literal["lognormal", "gamma", "normal", "weibull", "tailed", "uniform", "two_sorts"]
FAMILIES: Final[tuple[Family, ...]] = (
    "lognormal",
    "lognormal",
    "gamma",
    "normal",
    "weibull",
    "tailed",
    "uniform",
    "two_sorts",
)

# Units for what costs one US dollar, roughly.
UNITS: Final = {
    "USD": 1.0, "EUR": 0.92, "GBP": 0.79, "CHF": 0.9, "CAD": 1.36, "AUD": 1.5, "SEK": 10.5, "NOK": 10.6,
    "DKK": 6.9, "PLN": 4.0, "CZK": 23.0, "HUF": 360.0, "RON": 4.6, "TRY": 32.0, "BRL": 5.2, "MXN": 18.0,
    "INR": 83.0, "CNY": 7.2, "JPY": 150.0, "KRW": 1350.0, "SGD": 1.35, "THB": 36.0, "IDR": 16_000.0,
    "ZAR": 18.5, "NGN": 1500.0, "KES": 130.0, "AED": 3.67, "KWD": 0.31, "CLP": 930.0, "NZD": 1.65,
    "MAD": 10.0, "ILS": 3.7,
}  # fmt: skip
_USUAL_CURRENCIES: Final = ("USD", "EUR", "EUR", "GBP")


@dataclass(frozen=True, slots=True)
class Law:
    """A distribution of amounts.

    Attributes:
        family: Its shape.
        mean: Of the amounts; of a lognormal law the median.
        spread: Deviation divided by the mean; of a lognormal law the deviation of the logarithm.
    """

    family: Family
    mean: float
    spread: float

    def draw(self, random: Random) -> float:
        """Draw an amount greater than 0."""
        return _DRAWN[self.family](random, self.mean, self.spread)

    def scaled(self, factor: float) -> "Law":
        """Return the law of amounts multiplied by a factor."""
        return Law(self.family, self.mean * factor, self.spread)


def _lognormal(random: Random, mean: float, spread: float) -> float:
    return mean * math.exp(random.gauss(0, spread))


def _gamma(random: Random, mean: float, spread: float) -> float:
    shape = 1 / (spread * spread)
    return random.gammavariate(shape, mean / shape)


def _normal(random: Random, mean: float, spread: float) -> float:
    amount = random.gauss(mean, mean * spread)
    return amount if amount > 0 else random.uniform(0, 2 * mean)


def _weibull(random: Random, mean: float, spread: float) -> float:
    shape = math.pow(spread, -1.086)  # Justus' approximation
    return random.weibullvariate(mean / math.gamma(1 + 1 / shape), shape)


def _tailed(random: Random, mean: float, spread: float) -> float:
    bulk = mean * math.exp(random.gauss(0, 0.7 * spread))
    return bulk * random.paretovariate(2.5) if random.random() < 0.08 else bulk


def _two_sorts(random: Random, mean: float, spread: float) -> float:
    """Draw small daily things and the weekly large one."""
    middle = mean * (0.6 if random.random() < 0.8 else 2.6)
    return middle * math.exp(random.gauss(0, 0.6 * spread))


def _uniform(random: Random, mean: float, spread: float) -> float:
    half = min(1.7 * spread, 0.98)
    return mean * random.uniform(1 - half, 1 + half)


_DRAWN: Final[Mapping[Family, Callable[[Random, float, float], float]]] = {
    "lognormal": _lognormal,
    "gamma": _gamma,
    "normal": _normal,
    "weibull": _weibull,
    "tailed": _tailed,
    "uniform": _uniform,
    "two_sorts": _two_sorts,
}


@dataclass(frozen=True, slots=True)
class Money:
    """How amounts are written: worlds think in about a US dollar, which is a number of units here.

    Attributes:
        currency: Its code.
        unit: Units for a dollar.
        whole: The share of prices without a fraction.
        ninety: The share of prices that end on .99.
    """

    currency: str
    unit: float
    whole: float
    ninety: float

    def price(self, random: Random, dollars: float) -> float:
        """Return an amount as it would be charged."""
        amount = dollars * self.unit
        decimals = decimals_of(self.currency)
        if not decimals:
            return max(1.0, float(round(amount)))
        chance = random.random()
        if chance < self.whole:
            return max(1.0, float(round(amount)))
        if chance < self.whole + self.ninety:
            return int(amount) + 0.99
        return max(0.01, round(amount, 2))

    def exact(self, dollars: float) -> float:
        """Return an amount rounded to what the currency has."""
        if not decimals_of(self.currency):
            return max(1.0, float(round(dollars * self.unit)))
        return max(0.01, round(dollars * self.unit, 2))

    def two_figures(self, dollars: float) -> float:
        """Return an amount as people who think in round sums write it: two figures, then noughts."""
        amount = max(dollars * self.unit, 1.0)
        power = math.pow(10, math.floor(math.log10(amount)) - 1)
        return max(1.0, self.exact(round(amount / power) * power / self.unit))

    def round_figure(self, dollars: float) -> float:
        """Return the nearest round amount that people think in: 1, 2 or 5 times a power of ten."""
        amount = max(dollars * self.unit, 1.0)
        power = math.pow(10, math.floor(math.log10(amount)))
        return float(min((power, 2 * power, 5 * power, 10 * power), key=lambda each: abs(each - amount)))


def drawn_money(random: Random, currency: str = "") -> Money:
    """Return the habits of a currency, by default of any."""
    if not currency:
        currency = random.choice(_USUAL_CURRENCIES if random.random() < 0.6 else list(UNITS))
    whole, ninety = random.choice(((0.0, 0.0), (0.1, 0.0), (0.15, 0.15), (0.3, 0.2), (0.05, 0.35)))
    return Money(currency, UNITS[currency], whole, ninety)


def log_uniform(random: Random, least: float, most: float) -> float:
    """Draw a number whose logarithm is uniform."""
    return least * math.pow(most / least, random.random())
