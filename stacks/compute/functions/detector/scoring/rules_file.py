"""Reads the rules file, and says of a bad one at which line the fault is and why.

`python -m stacks.compute.functions.detector.scoring.rules_file FILE` checks a file.
"""

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from stacks.compute.functions.detector.scoring.json_lines import DuplicateNameError, lines_of
from stacks.compute.functions.detector.scoring.rules import (
    REMEMBERED_TRANSACTIONS,
    Baseline,
    Mode,
    Rules,
    RuleSet,
    Window,
)
from stacks.compute.functions.detector.scoring.setting_kinds import AmountList, Amounts, Number, Windows

RULES_PATH: Final = Path(__file__).resolve().parents[1] / "rules.json"
SCHEMA: Final = 2
"""The form of the file; a file of another form is refused."""

_DIGEST_DIGITS: Final = 8
_MINUTES_PER_WEEK: Final = 7 * 24 * 60
_ANY_AMOUNT: Final = 1e15
_WEIGHT: Final = Number(0, 1)


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
    rules = top.section("rules")
    parsed = Rules(
        version=f"{version}+{digest}",
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

    def number(self, name: str, kind: Number) -> float:
        value = self.value(name)
        if kind.whole:
            if not _is_number(value, int) or not kind.minimum <= value <= kind.maximum:
                raise self.error(name, f"is not a whole number from {kind.minimum:g} to {kind.maximum:g}")
            return int(value)
        if not _is_number(value, int | float) or not kind.minimum <= value <= kind.maximum:
            raise self.error(name, f"is not a number from {kind.minimum:g} to {kind.maximum:g}")
        return float(value)

    def mode(self) -> Mode:
        value = self.value("mode")
        if value not in tuple(Mode):
            raise self.error("mode", f"is not one of {', '.join(Mode)}")
        return Mode(value)

    def section(self, name: str) -> "_Section":
        return _Section(self.value(name), f"{self._path}.{name}".strip("."), self._lines)

    def sections(self, name: str) -> "list[_Section]":
        values = self.value(name)
        if not isinstance(values, list) or not values:
            raise self.error(name, "is not a list of at least one object")
        path = f"{self._path}.{name}"
        return [_Section(value, f"{path}[{index}]", self._lines) for index, value in enumerate(values)]

    def names(self) -> list[str]:
        return list(self._values)

    def finish(self) -> None:
        if unknown := sorted(self._values.keys() - self._asked):
            raise self.error(unknown[0], "is not a setting")


def _settings(kind: Any, section: _Section) -> Any:
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


def _amounts(section: _Section, name: str, _: Amounts) -> dict[str, float]:
    amounts = section.section(name)
    return {currency: amounts.number(currency, _AMOUNT) for currency in amounts.names()}


def _amount_lists(section: _Section, name: str, _: AmountList) -> dict[str, tuple[float, ...]]:
    lists = section.section(name)
    read = {}
    for currency in lists.names():
        values = lists.value(currency)
        if not isinstance(values, list) or not all(_is_amount(value) for value in values):
            raise lists.error(currency, f"is not a list of numbers above 0 and at most {_ANY_AMOUNT:g}")
        read[currency] = tuple(sorted(map(float, values)))
    return read


def _windows(section: _Section, name: str, _: Windows) -> tuple[Window, ...]:
    windows = []
    for window in section.sections(name):
        minutes = window.number("minutes", Number(1, _MINUTES_PER_WEEK, whole=True))
        transactions = window.number("transactions", Number(2, REMEMBERED_TRANSACTIONS, whole=True))
        windows.append(Window(int(minutes), int(transactions)))
        window.finish()
    return tuple(windows)


def _number(section: _Section, name: str, kind: Number) -> float:
    return section.number(name, kind)


def _is_number(value: object, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _is_amount(value: Any) -> bool:
    return _is_number(value, int | float) and 0 < value <= _ANY_AMOUNT


_AMOUNT: Final = Number(1e-5, _ANY_AMOUNT)
_READERS: Final[Mapping[type, Callable[[_Section, str, Any], Any]]] = {
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
