"""Read files of transactions: each line becomes a row or is refused with its number.

A file is .csv, .csv.gz or .csv.xz. Its first line names the columns: fields of the API's schema, and
optionally the labels `is_fraud` and `scenario`. Empty lines are counted separately.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, compress
from pathlib import Path
from typing import Any, Final, Generic, NamedTuple, TypeVar

from tools.files.columns import BLANKS
from tools.files.content import opened, pieces
from tools.files.errors import SourceError
from tools.files.lines import Block, blocks, cells_of
from tools.files.order import NEIGHBOURS, Order
from tools.files.refusals import Refused, all_refused
from tools.files.table import Rows, Table

NAMED_REFUSALS: Final = 20
_AHEAD: Final = "timestamp is far ahead of the rows around it"

T = TypeVar("T")
_Cells = list[str]


class Part(NamedTuple):
    """A range of lines.

    Attributes:
        skip: Number of lines after the header to skip.
        limit: Maximum number of lines after those; None for all.
    """

    skip: int = 0
    limit: int | None = None


WHOLE_FILE: Final = Part()


class Row(NamedTuple, Generic[T]):
    """A transaction of the file.

    Attributes:
        transaction: Output of the file's `create`.
        is_fraud: Label; None if unknown.
        scenario: Kind of fraud; empty if unknown.
        line: Line number.
    """

    transaction: T
    is_fraud: bool | None
    scenario: str
    line: int


class Batch(NamedTuple, Generic[T]):
    """Consecutive rows, by column."""

    transactions: list[T]
    labels: list[bool | None]
    scenarios: list[str]
    lines: list[int]


class TransactionFile(Generic[T]):
    """A file of transactions, read once from its start.

    Args:
        path: Path of the file.
        names: Wanted fields in order; the value of one without column is None.
        create: Creates a transaction from the values.
        number: Parses a number, `float` or `Decimal`.
        part: Range of lines to read.

    Attributes:
        path: Path of the file.
        size: Size of the file in bytes.
        position: Number of bytes read.
        lines: Number of lines read after the header, without empty ones.
        rows: Number of valid rows.
        refused: Number of refused lines, ``lines - rows`` at the end.
        first_refused: The first refused lines with reasons.
        empty_lines: Number of empty lines.
        ignored_columns: Columns that are neither fields nor labels.
        order: Order of the timestamps.
    """

    def __init__(
        self,
        path: Path,
        names: Sequence[str],
        create: Callable[[tuple[Any, ...]], T],
        *,
        number: Callable[[str], Any] = float,
        part: Part = WHOLE_FILE,
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
        held = Rows([], [], [], [], [])
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
                held = Rows._make(column[-NEIGHBOURS:] for column in held)
        yield self._judged(held, len(held.times))
        self.position = self.size

    @property
    def nothing_read(self) -> str:
        """Return why no row was read; empty if any was."""
        if self.rows:
            return ""
        if not self.lines:
            return f"{self.path} holds no rows"
        return f"{self.path}: {all_refused(self.first_refused, self.lines)}"

    def _table(self, block: Block | None) -> tuple[Table, Block]:
        """Return the table for the header, and the rest of the first block."""
        if block is None:
            raise SourceError(f"{self.path} is empty")
        table = Table(self._header(block.lines[0]), self._names, self._number, self.path)
        self.ignored_columns = table.ignored
        return table, Block(block.first + 1, block.lines[1:], block.plain)

    def _header(self, line: str) -> _Cells:
        try:
            return [cell.strip(BLANKS) for cell in cells_of(line)]
        except ValueError as error:
            raise SourceError(f"{self.path}, line 1, the column names: {error}") from None

    def _wanted(self, block: Block) -> Block:
        """Return the lines of a block within the range."""
        start = max(0, self._first - block.first)
        stop = None if self._end is None else max(0, self._end - block.first)
        if not start and (stop is None or stop >= len(block.lines)):
            return block
        return Block(block.first + start, block.lines[start:stop], block.plain)

    def _read(self, table: Table, block: Block) -> Rows:
        """Convert lines to values, and record refused ones."""
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

    def _judged(self, read: Rows, count: int) -> Batch[T]:
        """Return the first rows without those far ahead."""
        ahead = self.order.far_ahead(read.times, count, read.lines)
        if fault := self.order.fault:
            raise SourceError(f"{self.path}: {fault}")
        for place in ahead:
            self._refuse(Refused(read.lines[place], _AHEAD))
        keep = bytearray(b"\1") * count
        for place in ahead:
            keep[place] = 0
        first = Rows._make(column[:count] for column in read)
        if ahead:
            first = Rows._make(list(compress(column, keep)) for column in first)
        self.rows += len(first.lines)
        transactions = list(map(self._create, first.values))
        return Batch(transactions, first.labels, first.scenarios, first.lines)

    def _refuse(self, refused: Refused) -> None:
        self.refused += 1
        if len(self.first_refused) < NAMED_REFUSALS:
            self.first_refused.append(refused)


def _each(
    convert: Callable[[Any], Any], items: Sequence[Any], lines: Sequence[int], refused: list[Refused]
) -> tuple[list[Any], list[int]]:
    """Convert items one by one; refuse invalid ones with their line."""
    made, kept = [], []
    for item, line in zip(items, lines, strict=True):
        try:
            made.append(convert(item))
        except ValueError as error:
            refused.append(Refused(line, str(error)))
        else:
            kept.append(line)
    return made, kept


def _joined(held: Rows, read: Rows) -> Rows:
    columns: Iterable[tuple[list[Any], list[Any]]] = zip(held, read, strict=True)
    return Rows._make(before + after for before, after in columns)
