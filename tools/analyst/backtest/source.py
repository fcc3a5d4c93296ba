"""Labelled transactions from a file of comma-separated values, row by row; bad rows are counted and named."""

import csv
import gzip
import lzma
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from shared.runtime.schema import transaction_schema
from stacks.compute.functions.detector.scoring import Transaction

DEFAULT_CURRENCY: Final = "USD"
LABELS: Final = ("is_fraud", "scenario")
NAMED_BAD_ROWS: Final = 20
_TRUTH: Final = {"1": True, "true": True, "True": True, "0": False, "false": False, "False": False}
_FIELDS: Final = Transaction._fields

_Reader = Callable[[str], Any]


class SourceError(Exception):
    """The file as a whole cannot be read; the message says what to change."""


class Row(NamedTuple):
    """One transaction of the file.

    Attributes:
        transaction: As the scorer sees it.
        is_fraud: Its label, None where there is none.
        scenario: The kind of fraud, empty where not given.
    """

    transaction: Transaction
    is_fraud: bool | None
    scenario: str


class Source:
    """A .csv, .csv.xz or .csv.gz file, whose columns are the API's fields and perhaps labels.

    Attributes:
        path: Of the file.
        size: Bytes of the file as it is stored.
        position: Bytes of it that were read.
        rows: Rows that made a transaction.
        bad_rows: Rows that made none.
        bad_row_reasons: The first of them, each with its line and reason.
        ignored_columns: Columns that are neither a field nor a label.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self.position = 0
        self.rows = 0
        self.bad_rows = 0
        self.bad_row_reasons: list[str] = []
        self.ignored_columns: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows in the file's order.

        Raises:
            SourceError: The file is missing, damaged, or lacks a required column.
        """
        with self._opened() as (raw, text):
            rows = csv.reader(text)
            read = self._row_reader(next(rows, []))
            for cells in rows:
                try:
                    row = read(cells)
                except (ValueError, KeyError, IndexError) as error:
                    self._refuse(rows.line_num, cells, error)
                    continue
                self.rows += 1
                if not self.rows & 0xFFF:
                    self.position = raw.tell()
                yield row
            self.position = self.size

    @contextmanager
    def _opened(self) -> Iterator[tuple[IO[bytes], IO[str]]]:
        openers: Mapping[str, Callable[..., IO[str]]] = {".xz": lzma.open, ".gz": gzip.open}
        try:
            self.size = self.path.stat().st_size
            with self.path.open("rb") as raw:
                opener = openers.get(self.path.suffix)
                how: dict[str, Any] = {"encoding": "utf-8-sig", "newline": ""}
                with opener(raw, "rt", **how) if opener else self.path.open(**how) as text:
                    yield raw, text
        except OSError as error:  # a damaged .gz is one too
            raise SourceError(f"cannot read {self.path}: {error.strerror or error}") from error
        except (lzma.LZMAError, EOFError) as error:
            raise SourceError(f"{self.path} is not a whole {self.path.suffix} file: {error}") from error
        except UnicodeDecodeError as error:
            raise SourceError(f"{self.path} is not UTF-8 text: {error}") from error
        except csv.Error as error:
            raise SourceError(f"{self.path} is not comma-separated text: {error}") from error

    def _refuse(self, line: int, cells: Sequence[str], error: Exception) -> None:
        if not cells:
            return
        self.bad_rows += 1
        if len(self.bad_row_reasons) < NAMED_BAD_ROWS:
            reason = str(error) if isinstance(error, ValueError) else "fewer values than columns"
            self.bad_row_reasons.append(f"line {line}: {reason}")

    def _row_reader(self, names: Sequence[str]) -> Callable[[list[str]], Row]:
        schema = transaction_schema()
        columns = {name.strip(): place for place, name in enumerate(names)}
        missing = [
            name for name in schema["required"] if name not in columns and name != "currency"
        ]  # fmt: skip
        if missing:
            raise SourceError(
                f"{self.path} has no column {', '.join(missing)}: its first line must name the columns, "
                f"of {', '.join(schema['properties'])} and optionally {', '.join(LABELS)}"
            )
        self.ignored_columns = tuple(
            name for name in columns if name not in schema["properties"] and name not in LABELS
        )
        return _reader_of(columns, schema)


def _reader_of(columns: Mapping[str, int], schema: Mapping[str, Any]) -> Callable[[list[str]], Row]:
    width, required = len(columns), set(schema["required"])
    readers = [
        (columns[name], place, name, _field_reader(name, schema["properties"][name]), name in required)
        for place, name in enumerate(_FIELDS)
        if name in columns
    ]
    blank = [DEFAULT_CURRENCY if name == "currency" else None for name in _FIELDS]
    latitude, longitude = _FIELDS.index("latitude"), _FIELDS.index("longitude")
    label, scenario = columns.get("is_fraud", -1), columns.get("scenario", -1)
    create, truth = tuple.__new__, _TRUTH

    def read(cells: list[str]) -> Row:
        if len(cells) != width:
            raise ValueError(f"{len(cells)} values in {width} columns")
        values: list[Any] = blank.copy()
        for column, place, name, reader, needed in readers:
            cell = cells[column]
            if cell:
                values[place] = reader(cell)
            elif needed and name != "currency":
                raise ValueError(f"{name} is empty")
        if (values[latitude] is None) is not (values[longitude] is None):
            raise ValueError("latitude and longitude must be given together")
        is_fraud = None
        if label >= 0 and (cell := cells[label]):
            is_fraud = truth.get(cell)
            if is_fraud is None:
                raise ValueError(f"is_fraud is {cell!r}, not 0 or 1")
        kind = cells[scenario] if scenario >= 0 else ""
        return create(Row, (create(Transaction, values), is_fraud, kind))

    return read


def _field_reader(name: str, rule: Mapping[str, Any]) -> _Reader:
    kind = rule["type"]
    if kind == "boolean":
        return _boolean(name)
    if kind == "string":
        return _text(name, rule)
    return _number(name, rule, int if kind == "integer" else float)


def _boolean(name: str) -> _Reader:
    def read(cell: str) -> bool:
        if cell not in _TRUTH:
            raise ValueError(f"{name} is {cell!r}, not true or false")
        return _TRUTH[cell]

    return read


def _text(name: str, rule: Mapping[str, Any]) -> _Reader:
    """Return what reads a text; texts repeat, so what was found good is kept, up to a bound."""
    known = {value: value for value in rule.get("enum", ())}
    if known:
        fits: Callable[[str], Any] = known.__contains__
    else:
        fits = re.compile(rule["pattern"].replace("$", r"\Z")).match
    bound = 0 if name == "transaction_id" else 1_000_000

    def read(cell: str) -> str:
        text = known.get(cell)
        if text is None:
            if not fits(cell):
                raise ValueError(f"{name} must be {rule['description']}")
            text = cell
            if len(known) < bound:
                known[cell] = cell
        return text

    return read


def _number(name: str, rule: Mapping[str, Any], convert: Callable[[str], Any]) -> _Reader:
    # Histories hold card checks of nothing, which the API would refuse.
    minimum, maximum = 0 if name == "amount" else rule["minimum"], rule["maximum"]

    def read(cell: str) -> Any:
        try:
            number = convert(cell)
        except ValueError:
            raise ValueError(f"{name} is {cell!r}, not a number") from None
        if not minimum <= number <= maximum or math.isnan(number):
            raise ValueError(f"{name} must be {rule['description']}")
        return number

    return read
