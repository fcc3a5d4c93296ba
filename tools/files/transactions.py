"""The one reader of files of transactions: every line of one becomes a row, or is refused by its number.

A file is .csv, .csv.gz or .csv.xz. Its first line names its columns: fields of the API's schema, and perhaps
the labels `is_fraud` and `scenario`. Empty lines are counted apart: they hold nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, compress, repeat
from pathlib import Path
from typing import Any, Final, Generic, NamedTuple, TypeVar

from shared.runtime.schema import transaction_schema
from tools.files.columns import BLANKS, Column, Truth, column_of, scenario_column, shown
from tools.files.content import opened, pieces
from tools.files.errors import SourceError
from tools.files.lines import Block, blocks, cells_of
from tools.files.order import NEIGHBOURS, Order

DEFAULT_CURRENCY: Final = "USD"
LABELS: Final = ("is_fraud", "scenario")
NAMED_REFUSALS: Final = 20
_AHEAD: Final = "timestamp is more than a day ahead of the rows around it"

T = TypeVar("T")
_Cells = list[str]


class Part(NamedTuple):
    """Some lines of a file.

    Attributes:
        skip: Lines after the header that are passed over unread.
        limit: How many to take after those; None for all.
    """

    skip: int = 0
    limit: int | None = None


WHOLE: Final = Part()


class Refused(NamedTuple):
    """A line that made no row."""

    line: int
    reason: str

    def __str__(self) -> str:
        """Name the line and the reason."""
        return f"line {self.line}: {self.reason}"


class Row(NamedTuple, Generic[T]):
    """One transaction of the file.

    Attributes:
        transaction: As the file's `create` makes it.
        is_fraud: Its label, None where there is none.
        scenario: The kind of fraud, empty where not given.
        line: Its number in the file.
    """

    transaction: T
    is_fraud: bool | None
    scenario: str
    line: int


class Batch(NamedTuple, Generic[T]):
    """Rows that follow each other, by column."""

    transactions: list[T]
    labels: list[bool | None]
    scenarios: list[str]
    lines: list[int]


class _Read(NamedTuple):
    """Rows that were read and not yet judged by their time, by column."""

    values: list[tuple[Any, ...]]
    times: list[int]
    labels: list[bool | None]
    scenarios: list[str]
    lines: list[int]


class TransactionFile(Generic[T]):
    """A file of transactions, read once from its start.

    Args:
        path: Of the file.
        names: The fields that are wanted, in this order; one that has no column is None.
        create: What makes a transaction of their values.
        number: What makes a number of its text, `float` or `Decimal`.
        part: Which of its lines to take.

    Attributes:
        path: As given.
        size: Bytes of the file as it is stored.
        position: Bytes of it that were read.
        lines: Lines after the header that were taken, without the empty ones.
        rows: Those that made a row.
        refused: The others; always ``lines - rows`` once all are read.
        first_refused: The first of them, with their reasons.
        empty_lines: Lines with nothing in them.
        ignored_columns: Columns that are neither a field nor a label.
        order: What is known of the order of time.
    """

    def __init__(
        self,
        path: Path,
        names: Sequence[str],
        create: Callable[[tuple[Any, ...]], T],
        *,
        number: Callable[[str], Any] = float,
        part: Part = WHOLE,
    ) -> None:
        self.path = path
        self._names, self._create, self._number = names, create, number
        self._first = 2 + part.skip
        self._end = None if part.limit is None else self._first + part.limit
        self.size = self.position = 0
        self.lines = self.rows = self.refused = self.empty_lines = 0
        self.first_refused: list[Refused] = []
        self.ignored_columns: tuple[str, ...] = ()
        self.order = Order()

    def __iter__(self) -> Iterator[Row[T]]:
        """Yield the rows in the file's order.

        Raises:
            SourceError: The file cannot be read, or is no history of transactions.
        """
        for batch in self.batches():
            yield from map(Row, *batch)

    def batches(self) -> Iterator[Batch[T]]:
        """Yield the rows in the file's order, many at once.

        Raises:
            SourceError: The file cannot be read, or is no history of transactions.
        """
        held = _Read([], [], [], [], [])
        with opened(self.path) as (raw, content):
            self.size = self.path.stat().st_size
            read_blocks = blocks(self.path, pieces(self.path, content))
            table, first = self._table(next(read_blocks, None))
            for block in chain([first], read_blocks):
                if self._end is not None and block.first >= self._end:
                    break
                self.position = raw.tell()
                held = _joined(held, self._read(table, self._wanted(block)))
                yield self._judged(held, max(0, len(held.times) - NEIGHBOURS))
                held = _Read._make(column[-NEIGHBOURS:] for column in held)
        yield self._judged(held, len(held.times))
        self.position = self.size

    @property
    def nothing_read(self) -> str:
        """Say that no row was read, and why; empty where any was."""
        if self.rows:
            return ""
        if not self.lines:
            return f"{self.path} holds no rows"
        listed = "".join(f"\n  {each}" for each in self.first_refused)
        more = self.refused - len(self.first_refused)
        return f"{self.path}: all of its {self.lines:,} rows are refused{listed}" + (
            f"\n  and {more:,} more" if more else ""
        )

    def _table(self, block: Block | None) -> tuple["_Table", Block]:
        """Return how the rows are read, and the rest of the first block."""
        if block is None:
            raise SourceError(f"{self.path} is empty")
        table = _Table(self._header(block.lines[0]), self._names, self._number, self.path)
        self.ignored_columns = table.ignored
        return table, Block(block.first + 1, block.lines[1:], block.plain)

    def _header(self, line: str) -> _Cells:
        try:
            return [cell.strip(BLANKS) for cell in cells_of(line)]
        except ValueError as error:
            raise SourceError(f"{self.path}, line 1, which must name the columns: {error}") from None

    def _wanted(self, block: Block) -> Block:
        """Leave out what is to be skipped, and what comes after the limit."""
        start = max(0, self._first - block.first)
        stop = None if self._end is None else max(0, self._end - block.first)
        if not start and (stop is None or stop >= len(block.lines)):
            return block
        return Block(block.first + start, block.lines[start:stop], block.plain)

    def _read(self, table: "_Table", block: Block) -> _Read:
        """Turn lines into values, and name those that have none."""
        lines: Sequence[int] = range(block.first, block.first + len(block.lines))
        texts = block.lines
        if "" in texts:
            lines = [line for line, text in zip(lines, texts, strict=True) if text]
            texts = [text for text in texts if text]
            self.empty_lines += len(block.lines) - len(texts)
        self.lines += len(texts)
        refused: list[Refused] = []
        if block.plain:
            rows = [text.split(",") for text in texts]
        else:
            rows, lines = _each(cells_of, texts, lines, refused)
        read = table.many(rows, lines)
        if read is None:
            values, lines = _each(table.one, rows, lines, refused)
            read = table.joined(values, lines)
        for each in sorted(refused):
            self._refuse(each)
        self.order.seen(read.times)
        return read

    def _judged(self, read: _Read, count: int) -> Batch[T]:
        """Return the first rows without those that are stamped far ahead."""
        ahead = self.order.far_ahead(read.times, count, read.lines)
        if fault := self.order.fault:
            raise SourceError(f"{self.path}: {fault}")
        for place in ahead:
            self._refuse(Refused(read.lines[place], _AHEAD))
        keep = bytearray(b"\1") * count
        for place in ahead:
            keep[place] = 0
        first = _Read._make(column[:count] for column in read)
        if ahead:
            first = _Read._make(list(compress(column, keep)) for column in first)
        self.rows += len(first.lines)
        transactions = list(map(self._create, first.values))
        return Batch(transactions, first.labels, first.scenarios, first.lines)

    def _refuse(self, refused: Refused) -> None:
        self.refused += 1
        if len(self.first_refused) < NAMED_REFUSALS:
            self.first_refused.append(refused)


class _Table:
    """How the cells of a row become values.

    Args:
        header: Names of the columns.
        names: The fields that are wanted.
        number: What makes a number of its text.
        path: Of the file, for messages.

    Raises:
        SourceError: A column is missing, or stands twice.
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

    def many(self, rows: Sequence[_Cells], lines: Sequence[int]) -> _Read | None:
        """Return the values of rows; None where any of them needs a closer look."""
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
        """Return the values of one row.

        Raises:
            ValueError: It has none; says why.
        """
        if len(cells) != self._width:
            raise ValueError(f"{len(cells)} values in {self._width} columns")
        values = [column.one(cells[place].strip(BLANKS)) for column, place in self._columns]
        for name, other, one, at in self._pairs:
            if values[one or 0] is not None and (at is None or values[at] is None):
                raise ValueError(f"{name} and {other} must be given together")
        return values

    def joined(self, rows: Sequence[Sequence[Any]], lines: Sequence[int]) -> _Read:
        """Return what `one` gave for several rows."""
        values = list(zip(*rows, strict=True)) if rows else [()] * len(self._columns)
        return self._arranged(values, lines)

    def _arranged(self, values: Sequence[Sequence[Any]], lines: Sequence[int]) -> _Read:
        count = len(lines)
        found: list[Any] = [
            repeat(default, count) if place is None else values[place] for place, default in self._wanted
        ]
        *fields, times, labels, scenarios = found
        made = list(zip(*fields, strict=True))
        return _Read(made, list(times), list(labels), list(scenarios), list(lines))


def _check(header: Sequence[str], schema: Mapping[str, Any], path: Path) -> None:
    known = {*schema["properties"], *LABELS}
    twice = sorted({name for name in header if name in known and header.count(name) > 1})
    if twice:
        raise SourceError(f"{path}: column {', '.join(twice)} stands twice: keep one")
    missing = [name for name in schema["required"] if name not in header and name != "currency"]
    if missing:
        separator = next((each for each in ";\t|" if each in header[0]), "")
        hint = f"; it seems to be separated by {separator!r} and not by commas" if separator else ""
        raise SourceError(
            f"{path} has no column {', '.join(missing)}: its first line must name the columns, "
            f"of {', '.join(schema['properties'])} and optionally {', '.join(LABELS)}; "
            f"it begins with {shown(','.join(header))}{hint}"
        )


def _each(
    convert: Callable[[Any], Any], items: Sequence[Any], lines: Sequence[int], refused: list[Refused]
) -> tuple[list[Any], list[int]]:
    """Convert items one by one; one that cannot be is refused by its line."""
    made, kept = [], []
    for item, line in zip(items, lines, strict=True):
        try:
            made.append(convert(item))
        except ValueError as error:
            refused.append(Refused(line, str(error)))
        else:
            kept.append(line)
    return made, kept


def _lonely(values: Iterable[Any], others: Iterable[Any] | None) -> bool:
    if others is None:
        return any(value is not None for value in values)
    return any(value is not None and other is None for value, other in zip(values, others, strict=True))


def _joined(held: _Read, read: _Read) -> _Read:
    columns: Iterable[tuple[list[Any], list[Any]]] = zip(held, read, strict=True)
    return _Read._make(before + after for before, after in columns)
