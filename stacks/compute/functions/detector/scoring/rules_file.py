"""Reads the rules file, and says of a bad one at which line the fault is and why.

`python -m stacks.compute.functions.detector.scoring.rules_file FILE` checks a file.
"""

import sys
from itertools import pairwise
from pathlib import Path
from typing import Final

from stacks.compute.functions.detector.scoring.quantities import NAMES, OF_ANY_FORM
from stacks.compute.functions.detector.scoring.rules import AmountLimit, HardRule, Rules, RuleSet
from stacks.compute.functions.detector.scoring.scorecard import Curve
from stacks.compute.functions.detector.scoring.sections import RulesError, Section, is_number, read_sections
from stacks.compute.functions.detector.scoring.setting_kinds import Number

RULES_PATH: Final = Path(__file__).resolve().parents[1] / "rules.json"
SCHEMA: Final = 3
"""The form of the file; a file of another form is refused."""

_MOST_VALUES: Final = 64


_AMOUNT: Final = Number(1e-5, 1e15)
_POINTS: Final = Number(-30, 30)
_VALUE: Final = Number(-1000, 1000)


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
    top, version = read_sections(content, SCHEMA)
    parsed = Rules(
        version=version,
        alert_threshold=top.number("alert_threshold", Number(0.001, 1)),
        base=top.number("base", _POINTS),
        assumed_spread=top.number("assumed_spread", Number(0.01, 10)),
        scorecard=_scorecard(top.section("quantities")),
        rules=_hard_rules(top.section("rules")),
    )
    top.finish()
    return parsed


def _scorecard(section: Section) -> dict[str, Curve]:
    """Read the points of the quantities; one that the file does not name has none."""
    scorecard = {}
    for name in section.names():
        if name not in NAMES:
            raise section.error(name, f"is no quantity; there are {', '.join(NAMES)}")
        curve = section.section(name)
        at, points = _numbers(curve, "at", _VALUE), _numbers(curve, "points", _POINTS)
        if len(at) != len(points):
            raise curve.error("points", f"has {len(points)} numbers for the {len(at)} of at")
        if any(after <= before for before, after in pairwise(at)):
            raise curve.error("at", "is not in rising order")
        if name not in OF_ANY_FORM and any(after < before for before, after in pairwise(points)):
            raise curve.error("points", "fall, and this quantity means the more risk, the greater it is")
        scorecard[name] = Curve(curve.mode(), at, points)
        curve.finish()
    return scorecard


def _hard_rules(section: Section) -> RuleSet:
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


def _hard_rule(section: Section) -> HardRule:
    rule = HardRule(section.mode(), section.number("points", _POINTS))
    section.finish()
    return rule


def _numbers(section: Section, name: str, allowed: Number) -> tuple[float, ...]:
    values = section.value(name)
    if not isinstance(values, list) or not 1 <= len(values) <= _MOST_VALUES:
        raise section.error(name, f"is not a list of 1 to {_MOST_VALUES} numbers")
    for index, value in enumerate(values):
        if not is_number(value, int | float) or not allowed.minimum <= value <= allowed.maximum:
            place = f"{name}[{index}]"
            raise section.error(place, f"is not a number from {allowed.minimum:g} to {allowed.maximum:g}")
    return tuple(map(float, values))


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
