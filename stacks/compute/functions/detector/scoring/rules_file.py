"""Reads the rules file, and says of a bad one where in it the fault is and why."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from stacks.compute.functions.detector.scoring.rules import (
    AmountDeviation,
    AmountLimit,
    Baseline,
    FirstUse,
    ImprobableTravel,
    Rules,
    Velocity,
    VelocityWindow,
    WatchedMerchant,
)

RULES_PATH: Final = Path(__file__).resolve().parents[1] / "rules.json"
MAXIMUM_VELOCITY_TRANSACTIONS: Final = 31
"""A profile remembers 32 transactions, so a greater limit could never be passed."""

_DIGEST_DIGITS: Final = 8
_MINUTES_PER_WEEK: Final = 7 * 24 * 60
_ANY_AMOUNT: Final = 1e15


class RulesError(ValueError):
    """The rules file is not usable; the text has the path inside the file and the reason."""


def load_rules(path: Path = RULES_PATH) -> Rules:
    """Read and check a rules file.

    Raises:
        RulesError: The file is not JSON, or a setting is missing, unknown or out of its range.
    """
    return parse_rules(path.read_bytes())


def parse_rules(content: bytes) -> Rules:
    """Read and check the content of a rules file.

    Raises:
        RulesError: As `load_rules`.
    """
    try:
        document = json.loads(content)
    except ValueError as error:
        raise RulesError(f"the rules are not JSON: {error}") from None
    digest = hashlib.sha256(content).hexdigest()[:_DIGEST_DIGITS]
    top = _Section(document, "")
    version = top.text("version")
    threshold = top.number("alert_threshold", above=0, maximum=1)
    baseline, rules = top.section("baseline"), top.section("rules")
    parsed = Rules(
        version=f"{version}+{digest}",
        alert_threshold=threshold,
        baseline=_baseline(baseline),
        amount_limit=_amount_limit(rules.section("amount_limit")),
        amount_deviation=_amount_deviation(rules.section("amount_deviation")),
        velocity=_velocity(rules.section("velocity")),
        new_merchant_category=_first_use(rules.section("new_merchant_category")),
        new_country=_first_use(rules.section("new_country")),
        improbable_travel=_improbable_travel(rules.section("improbable_travel")),
        watched_merchant=_watched_merchant(rules.section("watched_merchant")),
    )
    rules.finish()
    top.finish()
    return parsed


class _Section:
    """One object of the file; remembers which settings were asked for, so that others are refused."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, Mapping):
            raise RulesError(f"{path or 'the file'} is not an object")
        self._values: Mapping[str, Any] = value
        self._path = path
        self._asked: set[str] = set()

    def text(self, name: str) -> str:
        value = self._value(name)
        if not isinstance(value, str) or not value:
            raise RulesError(f"{self._at(name)} is not a text")
        return value

    def number(self, name: str, *, above: float, maximum: float) -> float:
        value = self._value(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not above < value <= maximum:
            raise RulesError(f"{self._at(name)} is not a number above {above:g} and at most {maximum:g}")
        return float(value)

    def integer(self, name: str, *, minimum: int, maximum: int) -> int:
        value = self._value(name)
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            raise RulesError(f"{self._at(name)} is not a whole number from {minimum} to {maximum}")
        return value

    def weight(self) -> float:
        """Return the section's weight: 0 switches a rule off."""
        value = self._value("weight")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise RulesError(f"{self._at('weight')} is not a number from 0 to 1")
        return float(value)

    def section(self, name: str) -> "_Section":
        return _Section(self._value(name), self._at(name))

    def sections(self, name: str) -> list["_Section"]:
        values = self._value(name)
        if not isinstance(values, list) or not values:
            raise RulesError(f"{self._at(name)} is not a list of at least one object")
        return [_Section(value, f"{self._at(name)}[{index}]") for index, value in enumerate(values)]

    def names(self) -> list[str]:
        return list(self._values)

    def is_null(self, name: str) -> bool:
        return self._value(name) is None

    def finish(self) -> None:
        if unknown := sorted(self._values.keys() - self._asked):
            raise RulesError(f"{self._at(unknown[0])} is not a setting")

    def _value(self, name: str) -> Any:
        self._asked.add(name)
        if name not in self._values:
            raise RulesError(f"{self._at(name)} is missing")
        return self._values[name]

    def _at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name


def _baseline(section: _Section) -> Baseline:
    baseline = Baseline(
        assumed_spread=section.number("assumed_spread", above=0, maximum=10),
        assumed_weight=section.number("assumed_weight", above=0, maximum=1000),
        cap_deviations=section.number("cap_deviations", above=0, maximum=100),
    )
    section.finish()
    return baseline


def _amount_limit(section: _Section) -> AmountLimit:
    limits = section.section("limits")
    rule = AmountLimit(
        weight=section.weight(),
        limits={name: limits.number(name, above=0, maximum=_ANY_AMOUNT) for name in limits.names()},
        other_currencies=None
        if section.is_null("other_currencies")
        else section.number("other_currencies", above=0, maximum=_ANY_AMOUNT),
    )
    section.finish()
    return rule


def _amount_deviation(section: _Section) -> AmountDeviation:
    rule = AmountDeviation(
        weight=section.weight(),
        deviations=section.number("deviations", above=0, maximum=1000),
        minimum_history=section.integer("minimum_history", minimum=1, maximum=1000),
    )
    section.finish()
    return rule


def _velocity(section: _Section) -> Velocity:
    rule = Velocity(
        weight=section.weight(),
        times_usual=section.number("times_usual", above=1, maximum=1000),
        windows=tuple(_velocity_window(window) for window in section.sections("windows")),
    )
    section.finish()
    return rule


def _velocity_window(section: _Section) -> VelocityWindow:
    window = VelocityWindow(
        minutes=section.integer("minutes", minimum=1, maximum=_MINUTES_PER_WEEK),
        transactions=section.integer("transactions", minimum=2, maximum=MAXIMUM_VELOCITY_TRANSACTIONS),
    )
    section.finish()
    return window


def _first_use(section: _Section) -> FirstUse:
    rule = FirstUse(
        weight=section.weight(),
        minimum_history=section.integer("minimum_history", minimum=1, maximum=1000),
    )
    section.finish()
    return rule


def _improbable_travel(section: _Section) -> ImprobableTravel:
    rule = ImprobableTravel(
        weight=section.weight(),
        kilometres_per_hour=section.number("kilometres_per_hour", above=0, maximum=10_000),
        minimum_kilometres=section.number("minimum_kilometres", above=0, maximum=20_000),
    )
    section.finish()
    return rule


def _watched_merchant(section: _Section) -> WatchedMerchant:
    rule = WatchedMerchant(weight=section.weight())
    section.finish()
    return rule
