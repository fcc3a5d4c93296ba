"""Labelled transactions of a file, as the challenger takes them: it measures the address too."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from tools.analyst.challenger.transaction import Transaction
from tools.files.transactions import TransactionFile

_TRANSACTION: Final[Any] = partial(tuple.__new__, Transaction)


class Row(NamedTuple):
    """One transaction of the file.

    Attributes:
        transaction: As the challenger sees it.
        is_fraud: Its label, None where there is none.
    """

    transaction: Transaction
    is_fraud: bool | None


class History(TransactionFile[Transaction]):
    """A file, row by row; what it has no column for is None."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, Transaction._fields, _TRANSACTION)

    def labelled(self) -> Iterator[Row]:
        """Yield the rows in the file's order.

        Raises:
            SourceError: The file cannot be read, or is no history of transactions.
        """
        for batch in self.batches():
            for transaction, is_fraud in zip(batch.transactions, batch.labels, strict=True):
                yield Row(transaction, is_fraud)
