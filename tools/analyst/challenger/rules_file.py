"""Reads the rules file, and says of a bad one at which line the fault is and why.

`python -m tools.analyst.challenger.rules_file FILE` checks a file.
"""

import hashlib
import json
import math
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from stacks.compute.functions.detector.scoring.json_lines import DuplicateNameError, lines_of
from tools.analyst.challenger.quantities import NAMES, OF_ANY_FORM
from tools.analyst.challenger.rules import AmountLimit, HardRule, Rules, RuleSet
from tools.analyst.challenger.scorecard import Curve, Mode

RULES_PATH: Final = Path(__file__).resolve().parent / "rules.json"
SCHEMA: Final = 3
"""The form of the file; a file of another form is refused."""

_DIGEST_DIGITS: Final = 8
_MOST_VALUES: Final = 64


class Range(NamedTuple):
    """From where to where a number may be."""

    minimum: float
    maximum: float


_AMOUNT: Final = Range(1e-5, 1e15)
_POINTS: Final = Range(-30, 30)
_VALUE: Final = Range(-1000, 1000)


class RulesError(ValueError):
    """The rules file is not usable; the text has the line, the path inside the file and the reason."""


def load_rules(path: Path = RULES_PATH) -> Rules:
    """Read and check a rules file.

    Raises:
        RulesError: The file is not there, not JSON, or a setting is missing, unknown or out of its range.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RulesError(f"{path}: {error.strerror}") from None
    return parse_rules(content)


def parse_rules(content: bytes) -> Rules:
    """Read and check the content of a rules file.

    Raises:
        RulesError: As `load_rules`.
    """
    try:
        text = content.decode()
        document, lines = json.loads(text), lines_of(text)
    except DuplicateNameError as error:
        raise RulesError(str(error)) from None
    except ValueError as error:
        raise RulesError(f"the rules are not JSON: {error}") from None
    except RecursionError:
        raise RulesError("the rules are not usable: too many brackets in each other") from None
    digest = hashlib.sha256(content).hexdigest()[:_DIGEST_DIGITS]
    top = _Section(document, "", lines)
    if (schema := top.value("schema")) != SCHEMA:
        raise top.error("schema", f"is {schema!r}; this code reads {SCHEMA}")
    version = top.text("version")
    parsed = Rules(
        version=f"{version}+{digest}",
        alert_threshold=top.number("alert_threshold", Range(0.001, 1)),
        base=top.number("base", _POINTS),
        assumed_spread=top.number("assumed_spread", Range(0.01, 10)),
        scorecard=_scorecard(top.section("quantities")),
        rules=_hard_rules(top.section("rules")),
    )
    top.finish()
    return parsed


class _Section:
    """One object of the file; remembers which settings were asked for, so that others are refused."""

    def __init__(self, value: object, path: str, lines: Mapping[str, int]) -> None:
        self._path = path
        self._lines = lines
        if not isinstance(value, Mapping):
            raise self.error("", "is not an object")
        self._values: Mapping[str, Any] = value
        self._asked: set[str] = set()

    def error(self, name: str, reason: str) -> RulesError:
        path = f"{self._path}.{name}".strip(".")
        # What is missing is looked for where its object begins.
        line = self._lines.get(path, self._lines.get(self._path, 1))
        return RulesError(f"line {line}: {path or 'the file'} {reason}")

    def value(self, name: str) -> Any:
        self._asked.add(name)
        if name not in self._values:
            raise self.error(name, "is missing")
        return self._values[name]

    def text(self, name: str) -> str:
        value = self.value(name)
        if not isinstance(value, str) or not value:
            raise self.error(name, "is not a text")
        return value

    def number(self, name: str, allowed: Range) -> float:
        value = self.value(name)
        if not _is_number(value) or not allowed.minimum <= value <= allowed.maximum:
            raise self.error(name, f"is not a number from {allowed.minimum:g} to {allowed.maximum:g}")
        return float(value)

    def numbers(self, name: str, allowed: Range) -> tuple[float, ...]:
        values = self.value(name)
        if not isinstance(values, list) or not 1 <= len(values) <= _MOST_VALUES:
            raise self.error(name, f"is not a list of 1 to {_MOST_VALUES} numbers")
        for index, value in enumerate(values):
            if not _is_number(value) or not allowed.minimum <= value <= allowed.maximum:
                place = f"{name}[{index}]"
                raise self.error(place, f"is not a number from {allowed.minimum:g} to {allowed.maximum:g}")
        return tuple(map(float, values))

    def mode(self) -> Mode:
        value = self.value("mode")
        if value not in tuple(Mode):
            raise self.error("mode", f"is not one of {', '.join(Mode)}")
        return Mode(value)

    def section(self, name: str) -> "_Section":
        return _Section(self.value(name), f"{self._path}.{name}".strip("."), self._lines)

    def names(self) -> list[str]:
        return list(self._values)

    def finish(self) -> None:
        if unknown := sorted(self._values.keys() - self._asked):
            raise self.error(unknown[0], "is not a setting")


def _scorecard(section: _Section) -> dict[str, Curve]:
    """Read the points of the quantities; one that the file does not name has none."""
    scorecard = {}
    for name in section.names():
        if name not in NAMES:
            raise section.error(name, f"is no quantity; there are {', '.join(NAMES)}")
        curve = section.section(name)
        at, points = curve.numbers("at", _VALUE), curve.numbers("points", _POINTS)
        if len(at) != len(points):
            raise curve.error("points", f"has {len(points)} numbers for the {len(at)} of at")
        if any(after <= before for before, after in pairwise(at)):
            raise curve.error("at", "is not in rising order")
        if name not in OF_ANY_FORM and any(after < before for before, after in pairwise(points)):
            raise curve.error("points", "fall, and this quantity means the more risk, the greater it is")
        scorecard[name] = Curve(curve.mode(), at, points)
        curve.finish()
    return scorecard


def _hard_rules(section: _Section) -> RuleSet:
    limit = section.section("amount_limit")
    limits = limit.section("limits")
    rules = RuleSet(
        amount_limit=AmountLimit(
            limit.mode(),
            limit.number("points", _POINTS),
            {currency: limits.number(currency, _AMOUNT) for currency in limits.names()},
        ),
        watched_merchant=_hard_rule(section.section("watched_merchant")),
        watched_account=_hard_rule(section.section("watched_account")),
        denied=_hard_rule(section.section("denied")),
    )
    limit.finish()
    section.finish()
    return rules


def _hard_rule(section: _Section) -> HardRule:
    rule = HardRule(section.mode(), section.number("points", _POINTS))
    section.finish()
    return rule


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def main(arguments: list[str]) -> int:
    """Check the rules files named; 0 where all are usable."""
    failed = False
    for argument in arguments or [str(RULES_PATH)]:
        try:
            print(f"{argument}: version {load_rules(Path(argument)).version}")
        except RulesError as error:
            failed = True
            print(f"{argument}: {error}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
