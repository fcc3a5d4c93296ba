"""Transactions from a file of comma-separated values: the schema's columns, and labels where known."""

import csv
import gzip
import json
import lzma
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import IO

from tools.local.demo.transactions import FieldValue, LabelledTransaction

DEFAULT_CURRENCY = "USD"
LABEL_COLUMNS = ("is_fraud", "scenario")
MOST_DIGITS = 30
_TRUTH = {"1": True, "true": True, "0": False, "false": False}


class SourceError(Exception):
    """The file as a whole cannot be read; the message says what to change."""


@dataclass(frozen=True)
class BadRow:
    """A row that makes no transaction, with its line in the file (the header is line 1)."""

    line: int
    reason: str

    def __str__(self) -> str:
        """Name the line and the reason."""
        return f"line {self.line}: {self.reason}"


@dataclass
class Source:
    """What was read of a file.

    Attributes:
        transactions: In the order of the rows.
        bad_rows: Rows that make no transaction.
        ignored_columns: Columns that are no field of a transaction.
        rows_before_fraud: Where rows are labelled and none that was read is fraud: how many rows of the
            file come before the next one that is, or None when there is none.
    """

    transactions: list[LabelledTransaction] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()
    rows_before_fraud: int | None = None

    @property
    def labelled(self) -> bool:
        """Whether any transaction is known to be fraud or not."""
        return any(each.is_fraud is not None for each in self.transactions)

    @property
    def holds_fraud(self) -> bool:
        """Whether any transaction is known to be fraud."""
        return any(each.is_fraud for each in self.transactions)


def read_transactions(path: Path, limit: int | None = None, offset: int = 0) -> Source:
    """Read ``limit`` rows (all when None) after the first ``offset`` of a .csv, .csv.xz or .csv.gz file.

    A value is only turned into its column's JSON type; whether it is acceptable is for the API to judge.

    Raises:
        SourceError: The file is missing, is not what its name says, or lacks a required column.
    """
    columns = _schema_columns()
    with _opened(path) as text:
        rows = csv.DictReader(text)
        names = rows.fieldnames or []
        _require_columns(path, names, columns)
        source = Source(
            ignored_columns=tuple(name for name in names if name not in {*columns.types, *LABEL_COLUMNS})
        )
        first_line_of: dict[str, int] = {}
        for row in islice(rows, offset, None if limit is None else offset + limit):
            line = rows.line_num
            try:
                transaction = _transaction(row, columns, origin=f"line {line} of {path.name}")
            except ValueError as error:
                source.bad_rows.append(BadRow(line, str(error)))
                continue
            # Mails and logs name a transaction by its id alone, so the demo could not tell two apart.
            earlier = first_line_of.setdefault(transaction.transaction_id, line)
            if earlier == line:
                source.transactions.append(transaction)
            else:
                source.bad_rows.append(BadRow(line, f"transaction_id is that of line {earlier} again"))
        if source.labelled and not source.holds_fraud and limit is not None:
            source.rows_before_fraud = next(
                (number for number, row in enumerate(rows, offset + limit) if _is_labelled_fraud(row)), None
            )
    return source


def _is_labelled_fraud(row: Mapping[str, str | None]) -> bool:
    return _TRUTH.get((row.get("is_fraud") or "").strip().lower(), False)


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    openers: dict[str, Callable[..., IO[str]]] = {".xz": lzma.open, ".gz": gzip.open}
    opener = openers.get(path.suffix, open)
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as text:
            yield text
    except OSError as error:  # a damaged .gz is one too
        raise SourceError(f"cannot read {path}: {error.strerror or error}") from error
    except (lzma.LZMAError, EOFError) as error:
        raise SourceError(f"{path} is not a whole {path.suffix} file: {error}") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not UTF-8 text: {error}") from error
    except csv.Error as error:
        raise SourceError(f"{path} is not comma-separated text: {error}") from error


@dataclass(frozen=True)
class _Columns:
    """The schema as a table's columns: each one's JSON type, and those that a row cannot do without."""

    types: Mapping[str, str]
    required: tuple[str, ...]


def _schema_columns() -> _Columns:
    schema = json.loads((files("shared.runtime") / "schema" / "transaction.schema.json").read_text("utf-8"))
    return _Columns(
        types={name: rule["type"] for name, rule in schema["properties"].items()},
        required=tuple(name for name in schema["required"] if name != "currency"),
    )


def _require_columns(path: Path, names: Sequence[str], columns: _Columns) -> None:
    missing = [name for name in columns.required if name not in names]
    if missing:
        raise SourceError(
            f"{path} has no column {', '.join(missing)}: its first line must name the columns, "
            f"of {', '.join(columns.types)} and optionally {', '.join(LABEL_COLUMNS)}"
        )


def _transaction(
    row: Mapping[str | None, str | list[str] | None], columns: _Columns, origin: str
) -> LabelledTransaction:
    if None in row:
        raise ValueError("more values than columns")
    if None in row.values():
        raise ValueError("fewer values than columns")
    cells = {str(name): str(value).strip() for name, value in row.items()}
    empty = [name for name in columns.required if not cells[name]]
    if empty:
        raise ValueError(f"{', '.join(empty)} is empty")
    fields = {
        name: _value(name, cells[name], kind) for name, kind in columns.types.items() if cells.get(name)
    }
    fields.setdefault("currency", DEFAULT_CURRENCY)
    label = cells.get("is_fraud", "")
    if label and label.lower() not in _TRUTH:
        raise ValueError(f"is_fraud is {label!r}, not 0 or 1")
    return LabelledTransaction(
        fields=fields,
        is_fraud=_TRUTH[label.lower()] if label else None,
        scenario=cells.get("scenario", ""),
        origin=origin,
    )


def _value(name: str, text: str, kind: str) -> FieldValue:
    if kind == "string":
        return text
    if kind == "boolean":
        if text.lower() not in _TRUTH:
            raise ValueError(f"{name} is {text!r}, not true or false")
        return _TRUTH[text.lower()]
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{name} is {text!r}, not a number") from None
    if not number.is_finite():
        raise ValueError(f"{name} is {text!r}, not a finite number")
    if abs(number.adjusted()) > MOST_DIGITS:
        raise ValueError(f"{name} has more than {MOST_DIGITS} digits")
    if kind == "number":
        return number
    if number != number.to_integral_value():
        raise ValueError(f"{name} is {text!r}, not a whole number")
    return int(number)
