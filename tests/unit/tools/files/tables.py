"""Small tables of transactions, written as a person's export would be."""

import gzip
import lzma
from collections.abc import Sequence
from pathlib import Path

from tools.files.transactions import Part, Row, TransactionFile

NAMES = ("transaction_id", "timestamp", "account_id", "merchant_id", "amount", "currency")
HEADER = (*NAMES, "is_fraud", "scenario")
START = 1_720_000_000_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def row(number: int, **changes: object) -> str:
    """Return a good row, with some of its cells as given."""
    cells = {
        "transaction_id": f"p{number}",
        "timestamp": START + number * MINUTE,
        "account_id": f"a{number % 7}",
        "merchant_id": f"m{number % 5}",
        "amount": f"{3 + number % 90}.75",
        "currency": "EUR",
        "is_fraud": int(number % 30 == 9),
        "scenario": "",
    }
    return ",".join(str(value) for value in {**cells, **changes}.values())


def write(path: Path, lines: Sequence[str], header: Sequence[str] = HEADER, end: str = "\n") -> Path:
    """Write a file, compressed as its name says."""
    return packed(path, end.join([",".join(header), *lines, ""]).encode())


def packed(path: Path, content: bytes) -> Path:
    """Write bytes, compressed as the name says."""
    if path.suffix.lower() == ".gz":
        content = gzip.compress(content)
    elif path.suffix.lower() == ".xz":
        content = lzma.compress(content)
    path.write_bytes(content)
    return path


def reader(path: Path, skip: int = 0, limit: int | None = None) -> TransactionFile[tuple[object, ...]]:
    """Return the reader of a file, whose transactions are plain tuples."""
    return TransactionFile(path, NAMES, tuple, part=Part(skip, limit))


def read(path: Path) -> tuple[list[Row[tuple[object, ...]]], TransactionFile[tuple[object, ...]]]:
    """Return all rows, and what the reader says of them."""
    file = reader(path)
    rows = list(file)
    assert file.rows + file.refused == file.lines
    assert file.rows == len(rows)
    return rows, file
