"""The one reader of files of transactions: every line of one becomes a row, or is refused by its number.

A file is .csv, .csv.gz or .csv.xz. Its first line names its columns: fields of the API's schema, and perhaps
the labels `is_fraud` and `scenario`. Empty lines are counted apart: they hold nothing.
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
    """Some lines of a file.

    Attributes:
        skip: Lines after the header that are passed over unread.
        limit: How many to take after those; None for all.
    """

    skip: int = 0
    limit: int | None = None


WHOLE: Final = Part()


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
        """Say that no row was read, and why; empty where any was."""
        if self.rows:
            return ""
        if not self.lines:
            return f"{self.path} holds no rows"
        return f"{self.path}: {all_refused(self.first_refused, self.lines)}"

    def _table(self, block: Block | None) -> tuple[Table, Block]:
        """Return how the rows are read, and the rest of the first block."""
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
        """Leave out what is to be skipped, and what comes after the limit."""
        start = max(0, self._first - block.first)
        stop = None if self._end is None else max(0, self._end - block.first)
        if not start and (stop is None or stop >= len(block.lines)):
            return block
        return Block(block.first + start, block.lines[start:stop], block.plain)

    def _read(self, table: Table, block: Block) -> Rows:
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

    def _judged(self, read: Rows, count: int) -> Batch[T]:
        """Return the first rows without those that are stamped far ahead."""
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


def _joined(held: Rows, read: Rows) -> Rows:
    columns: Iterable[tuple[list[Any], list[Any]]] = zip(held, read, strict=True)
    return Rows._make(before + after for before, after in columns)
