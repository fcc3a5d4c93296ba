"""Convert the cells of rows to values, in bulk or one by one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from typing import Any, Final, NamedTuple

from shared.runtime.schema import transaction_schema
from tools.files.columns import BLANKS, Column, Truth, column_of, scenario_column, shown
from tools.files.errors import SourceError

DEFAULT_CURRENCY: Final = "USD"
LABELS: Final = ("is_fraud", "scenario")

_Cells = list[str]


class Rows(NamedTuple):
    """Rows by column, before the check of their times.

    Attributes:
        values: Values of the wanted fields, one tuple per row.
        times: Milliseconds since 1970.
        labels: Whether each row is fraud; None if unknown.
        scenarios: Kinds of fraud; empty if unknown.
        lines: Line numbers.
    """

    values: list[tuple[Any, ...]]
    times: list[int]
    labels: list[bool | None]
    scenarios: list[str]
    lines: list[int]


class Table:
    """Converts the cells of rows to values.

    Args:
        header: Names of the columns.
        names: Names of the wanted fields.
        number: Parses a number.
        path: Path of the file, for messages.

    Raises:
        SourceError: A column is missing or repeated.
    """

    def __init__(
        self, header: Sequence[str], names: Sequence[str], number: Callable[[str], Any], path: Path
    ) -> None:
        schema = transaction_schema()
        self._width = len(header)
        _check(header, schema, path)
        needed = set(schema["required"]) - {"currency"}
        columns: dict[str, Column] = {
            name: column_of(
                name,
                rule,
                number,
                needed=name in needed,
                default=DEFAULT_CURRENCY if name == "currency" else None,
            )
            for name, rule in schema["properties"].items()
        }
        columns |= {"is_fraud": Truth("is_fraud", "0 or 1"), "scenario": scenario_column()}
        self._columns = [(columns[name], place) for place, name in enumerate(header) if name in columns]
        place_of = {column.name: place for place, (column, _) in enumerate(self._columns)}
        self._wanted = [
            (place_of.get(name), columns[name].default if name in columns else None)
            for name in (*names, "timestamp", *LABELS)
        ]
        self._pairs = [
            (name, other, place_of.get(name), place_of.get(other))
            for name, others in schema.get("dependencies", {}).items()
            for other in others
            if name in place_of
        ]
        self.ignored = tuple(
            name if name.isprintable() else shown(name) for name in header if name and name not in columns
        )

    def many(self, rows: Sequence[_Cells], lines: Sequence[int]) -> Rows | None:
        """Return the values of rows; None if any cell needs `one`."""
        if not rows or {*map(len, rows)} != {self._width}:
            return None
        cells = list(zip(*rows, strict=True))
        values = []
        for column, place in self._columns:
            found = column.many(cells[place])
            if found is None:
                return None
            values.append(found)
        for _, _, one, other in self._pairs:
            if _lonely(values[one or 0], None if other is None else values[other]):
                return None
        return self._arranged(values, lines)

    def one(self, cells: _Cells) -> list[Any]:
        """Return the values of a row.

        Raises:
            ValueError: The row is invalid; the message says why.
        """
        if len(cells) != self._width:
            raise ValueError(
                f"{len(cells)} {'value' if len(cells) == 1 else 'values'} in {self._width} columns"
            )
        made = [column.one(cells[place].strip(BLANKS)) for column, place in self._columns]
        for name, other, one, at in self._pairs:
            if made[one or 0] is not None and (at is None or made[at] is None):
                raise ValueError(f"{name} and {other} must be given together")
        return made

    def joined(self, rows: Sequence[Sequence[Any]], lines: Sequence[int]) -> Rows:
        """Combine the results of `one`."""
        values = list(zip(*rows, strict=True)) if rows else [()] * len(self._columns)
        return self._arranged(values, lines)

    def _arranged(self, values: Sequence[Sequence[Any]], lines: Sequence[int]) -> Rows:
        count = len(lines)
        found: list[Any] = [
            repeat(default, count) if place is None else values[place] for place, default in self._wanted
        ]
        *fields, times, labels, scenarios = found
        made = list(zip(*fields, strict=True))
        return Rows(made, list(times), list(labels), list(scenarios), list(lines))


def _check(header: Sequence[str], schema: Mapping[str, Any], path: Path) -> None:
    known = {*schema["properties"], *LABELS}
    twice = sorted({name for name in header if name in known and header.count(name) > 1})
    if twice:
        raise SourceError(f"{path}: column {', '.join(twice)} appears twice: keep one")
    missing = [name for name in schema["required"] if name not in header and name != "currency"]
    if missing:
        separator = next((each for each in ";\t|" if each in header[0]), "")
        hint = f"; the separator seems to be {separator!r}, not a comma" if separator else ""
        raise SourceError(
            f"{path} has no column {', '.join(missing)}: its first line must name the columns "
            f"({', '.join(schema['properties'])}, and optionally {', '.join(LABELS)}), "
            f"but is {shown(','.join(header))}{hint}"
        )


def _lonely(values: Iterable[Any], others: Iterable[Any] | None) -> bool:
    if others is None:
        return any(value is not None for value in values)
    return any(value is not None and other is None for value, other in zip(values, others, strict=True))
