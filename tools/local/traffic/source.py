"""Transactions of a file as the demo sends them, their labels, and where the next fraud is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from shared.runtime.schema import transaction_schema
from tools.files.errors import SourceError
from tools.files.refusals import Refused
from tools.files.transactions import Part, Row, TransactionFile
from tools.local.traffic.transactions import FieldValue, LabelledTransaction

__all__ = ["Source", "SourceError", "read_transactions"]

_FIELDS: Final = tuple(transaction_schema()["properties"])


@dataclass
class Source:
    """What was read of a file.

    Attributes:
        transactions: In the order of the rows.
        lines: How many lines of the file were taken, without the empty ones.
        bad_rows: The first rows that make no transaction.
        refused: How many make none.
        ignored_columns: Columns that are no field of a transaction.
        late: How many rows came after a row of a later time.
        rows_before_fraud: Where rows are labelled and none that was read is fraud: how many rows of the
            file come before the next one that is, or None when there is none.
    """

    transactions: list[LabelledTransaction] = field(default_factory=list)
    lines: int = 0
    bad_rows: list[Refused] = field(default_factory=list)
    refused: int = 0
    ignored_columns: tuple[str, ...] = ()
    late: int = 0
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

    Raises:
        SourceError: The file is missing, is not what its name says, or lacks a required column.
    """
    file = _file(path, offset, limit)
    source, further = _chosen(file, path.name)
    source.bad_rows = sorted([*file.first_refused, *further])
    source.lines, source.refused = file.lines, file.refused + len(further)
    source.ignored_columns, source.late = file.ignored_columns, file.order.late
    if source.labelled and not source.holds_fraud and limit is not None:
        later = _file(path, offset + limit, None)
        source.rows_before_fraud = next((row.line - 2 for row in later if row.is_fraud), None)
    return source


def _file(path: Path, offset: int, limit: int | None) -> TransactionFile[dict[str, FieldValue]]:
    return TransactionFile(path, _FIELDS, _given, number=Decimal, part=Part(offset, limit))


def _given(values: tuple[Any, ...]) -> dict[str, FieldValue]:
    return {name: value for name, value in zip(_FIELDS, values, strict=True) if value is not None}


def _chosen(rows: Iterable[Row[dict[str, FieldValue]]], name: str) -> tuple[Source, list[Refused]]:
    """Return the transactions that can be sent and told apart, and the rows that are left out for it."""
    source, left_out = Source(), []
    first_line_of: dict[str, int] = {}
    for row in rows:
        transaction = LabelledTransaction(
            row.transaction, row.is_fraud, row.scenario, origin=f"line {row.line} of {name}"
        )
        # Mails and logs name a transaction by its id alone, so the demo could not tell two apart.
        earlier = first_line_of.setdefault(transaction.transaction_id, row.line)
        if earlier != row.line:
            left_out.append(Refused(row.line, f"transaction_id is that of line {earlier} again"))
        elif not row.transaction["amount"]:
            left_out.append(Refused(row.line, "amount is 0, which a history may hold and the API refuses"))
        else:
            source.transactions.append(transaction)
    return source, left_out
