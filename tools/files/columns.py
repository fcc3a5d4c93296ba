"""Parse cells by the rules of the API's schema, and accept what spreadsheets make of values.

`many` parses valid cells fast and in bulk, `one` parses any single cell. The former accepts nothing that the
latter refuses, and returns the same values.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

BLANKS: Final = " \t\u00a0"
"""Characters that may surround a value."""
_TRUTH: Final = {"1": True, "true": True, "1.0": True, "0": False, "false": False, "0.0": False}
_KNOWN_TEXTS: Final = 500_000
_SHOWN: Final = 40
_MAXIMUM_DIGITS: Final = 38
_LONGEST_SCENARIO: Final = 64
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_PLAIN_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_INTEGER: Final = re.compile(r"\+?([0-9]{1,18})(?:\.0*)?")
_PLAIN_INTEGER: Final = re.compile(r"[0-9]{1,18}")
_SECONDS: Final = range(946_684_800, 4_102_444_800)


class Column(ABC):
    """A column.

    Args:
        name: Name of the field.
        needed: Whether the cell is required.
        default: Value of an empty cell.
    """

    def __init__(self, name: str, *, needed: bool = False, default: Any = None) -> None:
        self.name = name
        self._needed = needed
        self.default = default

    @abstractmethod
    def many(self, cells: Sequence[str]) -> Sequence[Any] | None:
        """Return the values of cells; None if any cell needs `one`."""

    def one(self, cell: str) -> Any:
        """Return the value of a cell without surrounding blanks.

        Raises:
            ValueError: The cell is invalid; the message says why.
        """
        if cell:
            return self._value(cell)
        if self._needed:
            raise ValueError(f"{self.name} is empty")
        return self.default

    @abstractmethod
    def _value(self, cell: str) -> Any: ...


class Text(Column):
    """A text; valid values are cached up to a limit, because most repeat."""

    def __init__(
        self,
        name: str,
        fits: Callable[[str], object],
        wording: str,
        *,
        needed: bool = False,
        default: Any = None,
    ) -> None:
        super().__init__(name, needed=needed, default=default)
        self._fits, self._wording = fits, wording
        self._empty = {} if needed else {"": default}
        self._known: dict[str, Any] = {**self._empty}

    def many(self, cells: Sequence[str]) -> Sequence[Any] | None:
        """Return the values of cells; None if any cell needs `one`."""
        known = self._known
        try:
            return [*map(known.__getitem__, cells)]
        except KeyError:
            fresh = set(cells) - known.keys()
        if not all(self._fits(cell) and cell == cell.strip(BLANKS) for cell in fresh):
            return None
        if len(known) > _KNOWN_TEXTS:
            known.clear()
            known.update(self._empty)
            fresh = set(cells) - known.keys()
        known.update(zip(fresh, fresh, strict=True))
        return [*map(known.__getitem__, cells)]

    def _value(self, cell: str) -> str:
        if not self._fits(cell):
            raise ValueError(f"{self.name} must be {self._wording}")
        return cell


class Key(Text):
    """A text that never repeats, and is not cached."""

    def many(self, cells: Sequence[str]) -> Sequence[Any] | None:
        """Return the values of cells; None if any cell needs `one`."""
        return cells if all(map(self._fits, cells)) else None


class Number(Column):
    """A number of the given type."""

    def __init__(
        self, name: str, rule: Mapping[str, Any], convert: Callable[[str], Any], *, needed: bool
    ) -> None:
        super().__init__(name, needed=needed)
        self._convert, self._wording = convert, rule["description"]
        self._least, self._most = convert(str(rule["minimum"])), convert(str(rule["maximum"]))
        # Histories contain card checks with an amount of 0, which the API refuses.
        self._or_nothing = name == "amount"

    def many(self, cells: Sequence[str]) -> Sequence[Any] | None:
        """Return the values of cells; None if any cell needs `one`."""
        given = cells if self._needed else [cell for cell in cells if cell]
        if not all(map(_PLAIN_NUMBER.fullmatch, given)):
            return None
        values = [*map(self._convert, given)]
        judged = [*filter(None, values)] if self._or_nothing else values
        if judged and not (self._least <= min(judged) and max(judged) <= self._most):
            return None
        if len(values) == len(cells):
            return values
        following = iter(values)
        return [next(following) if cell else None for cell in cells]

    def _value(self, cell: str) -> Any:
        if not _NUMBER.fullmatch(cell):
            raise ValueError(f"{self.name} is {shown(cell)}, not a number")
        exact = Decimal(cell)
        if len(cell) > _MAXIMUM_DIGITS or abs(exact.adjusted()) > _MAXIMUM_DIGITS:
            raise ValueError(f"{self.name} has more than {_MAXIMUM_DIGITS} digits")
        value = self._convert(cell)
        if not self._least <= value <= self._most and not (self._or_nothing and not exact):
            raise ValueError(f"{self.name} must be {self._wording}")
        return value


class Whole(Column):
    """An integer; timestamps in other units or spreadsheet formats are refused with a specific message."""

    def __init__(self, name: str, rule: Mapping[str, Any], *, needed: bool) -> None:
        super().__init__(name, needed=needed)
        self._rule = rule
        self._least, self._most = rule["minimum"], rule["maximum"]

    def many(self, cells: Sequence[str]) -> Sequence[Any] | None:
        """Return the values of cells; None if any cell needs `one`."""
        if not all(map(_PLAIN_INTEGER.fullmatch, cells)):
            return None
        values = [*map(int, cells)]
        return values if self._least <= min(values) and max(values) <= self._most else None

    def _value(self, cell: str) -> int:
        found = _INTEGER.fullmatch(cell)
        if not found:
            raise ValueError(f"{self.name} is {shown(cell)}, {self._why_not(cell)}")
        value = int(found[1])
        if self._least <= value <= self._most:
            return value
        seconds = ": this is in seconds, so multiply it by 1000" if value in _SECONDS else ""
        raise ValueError(f"{self.name} must be {self._rule['description']}{seconds}")

    @staticmethod
    def _why_not(cell: str) -> str:
        if not _NUMBER.fullmatch(cell):
            return "not a number"
        if "e" in cell.lower():
            return "in which a spreadsheet has dropped digits: format the column as a whole number"
        return "not a whole number"


class Truth(Column):
    """A boolean, as programs and spreadsheets write it."""

    def __init__(self, name: str, wording: str) -> None:
        super().__init__(name)
        self._wording = wording
        self._known = {**_TRUTH, "": None, "True": True, "TRUE": True, "False": False, "FALSE": False}

    def many(self, cells: Sequence[str]) -> Sequence[Any] | None:
        """Return the values of cells; None if any cell needs `one`."""
        try:
            return [*map(self._known.__getitem__, cells)]
        except KeyError:
            return None

    def _value(self, cell: str) -> bool:
        if cell.lower() not in _TRUTH:
            raise ValueError(f"{self.name} is {shown(cell)}, not {self._wording}")
        return _TRUTH[cell.lower()]


def column_of(
    name: str, rule: Mapping[str, Any], number: Callable[[str], Any], *, needed: bool, default: Any
) -> Column:
    """Return the column of a field from its schema.

    Args:
        name: Of the field.
        rule: Schema of the field.
        number: Parses a number.
        needed: Whether the cell is required.
        default: Value of an empty cell.
    """
    kind, wording = rule["type"], rule["description"]
    if kind == "boolean":
        return Truth(name, "true or false")
    if kind == "integer":
        return Whole(name, rule, needed=needed)
    if kind == "number":
        return Number(name, rule, number, needed=needed)
    fits = frozenset(rule["enum"]).__contains__ if "enum" in rule else _pattern(rule["pattern"])
    made = Key if name == "transaction_id" else Text
    return made(name, fits, wording, needed=needed, default=default)


def scenario_column() -> Column:
    """Return the column of the kind of fraud, a free text for reports."""
    return Text("scenario", _is_scenario, f"at most {_LONGEST_SCENARIO} printable characters", default="")


def _is_scenario(cell: str) -> bool:
    return cell.isprintable() and len(cell) <= _LONGEST_SCENARIO


def _pattern(pattern: str) -> Callable[[str], object]:
    return re.compile(pattern.removeprefix("^").removesuffix("$")).fullmatch


def shown(cell: str) -> str:
    """Return a cell for a message: short and without control characters."""
    return repr(cell if len(cell) <= _SHOWN else f"{cell[:_SHOWN]}…")
