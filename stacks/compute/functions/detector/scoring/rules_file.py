"""Reads the rules file, and says of a bad one at which line the fault is and why.

`python -m stacks.compute.functions.detector.scoring.rules_file FILE` checks a file.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from stacks.compute.functions.detector.scoring.rules import (
    REMEMBERED_TRANSACTIONS,
    Baseline,
    Rules,
    RuleSet,
    Window,
)
from stacks.compute.functions.detector.scoring.sections import RulesError, Section, is_number, read_sections
from stacks.compute.functions.detector.scoring.setting_kinds import AmountList, Amounts, Number, Windows

RULES_PATH: Final = Path(__file__).resolve().parents[1] / "rules.json"
SCHEMA: Final = 2
"""The form of the file; a file of another form is refused."""

_MINUTES_PER_WEEK: Final = 7 * 24 * 60
_ANY_AMOUNT: Final = 1e15
_WEIGHT: Final = Number(0, 1)


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
    rules = top.section("rules")
    parsed = Rules(
        version=version,
        alert_threshold=top.number("alert_threshold", Number(0.001, 1)),
        expected_hits=top.number("expected_hits", Number(0.0001, 1)),
        baseline=_settings(Baseline, top.section("baseline")),
        rules=RuleSet(
            **{field.name: _settings(field.type, rules.section(field.name)) for field in fields(RuleSet)}
        ),
    )
    rules.finish()
    top.finish()
    return parsed


def _settings(kind: Any, section: Section) -> Any:
    """Read one dataclass of settings by the definitions of its fields."""
    values: dict[str, Any] = {}
    for field in fields(kind):
        if field.name == "mode":
            values["mode"] = section.mode()
        elif field.name == "weight":
            values["weight"] = section.number("weight", _WEIGHT)
        else:
            setting = field.metadata["kind"]
            values[field.name] = _READERS[type(setting)](section, field.name, setting)
    section.finish()
    return kind(**values)


def _amounts(section: Section, name: str, _: Amounts) -> dict[str, float]:
    amounts = section.section(name)
    return {currency: amounts.number(currency, _AMOUNT) for currency in amounts.names()}


def _amount_lists(section: Section, name: str, _: AmountList) -> dict[str, tuple[float, ...]]:
    lists = section.section(name)
    read = {}
    for currency in lists.names():
        values = lists.value(currency)
        if not isinstance(values, list) or not all(_is_amount(value) for value in values):
            raise lists.error(currency, f"is not a list of numbers above 0 and at most {_ANY_AMOUNT:g}")
        read[currency] = tuple(sorted(map(float, values)))
    return read


def _windows(section: Section, name: str, _: Windows) -> tuple[Window, ...]:
    windows = []
    for window in section.sections(name):
        minutes = window.number("minutes", Number(1, _MINUTES_PER_WEEK, whole=True))
        transactions = window.number("transactions", Number(2, REMEMBERED_TRANSACTIONS, whole=True))
        windows.append(Window(int(minutes), int(transactions)))
        window.finish()
    return tuple(windows)


def _number(section: Section, name: str, kind: Number) -> float:
    return section.number(name, kind)


def _is_amount(value: Any) -> bool:
    return is_number(value, int | float) and 0 < value <= _ANY_AMOUNT


_AMOUNT: Final = Number(1e-5, _ANY_AMOUNT)
_READERS: Final[Mapping[type, Callable[[Section, str, Any], Any]]] = {
    Number: _number,
    Amounts: _amounts,
    AmountList: _amount_lists,
    Windows: _windows,
}


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
