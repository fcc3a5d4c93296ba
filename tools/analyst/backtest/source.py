"""Labelled transactions of a file, as the scorer takes them."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from stacks.compute.functions.detector.scoring import Transaction
from tools.files.errors import SourceError
from tools.files.transactions import TransactionFile

__all__ = ["Row", "Source", "SourceError"]


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


class Source(TransactionFile[Transaction]):
    """A file, row by row; what the scorer knows no column for is None."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, Transaction._fields, Transaction._make)

    def __iter__(self) -> Iterator[Row]:  # type: ignore[override]  # a million rows need no line numbers
        """Yield the rows in the file's order.

        Raises:
            SourceError: The file cannot be read, or is no history of transactions.
        """
        for batch in self.batches():
            yield from map(Row, batch.transactions, batch.labels, batch.scenarios)
