"""CSV for spreadsheets: what a cell says is shown, all of it, and never run as a formula."""

import csv
from collections.abc import Iterable, Sequence
from typing import IO, Final

from shared.runtime.untrusted import visible

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - as typed
"""With these a spreadsheet takes a cell for a formula; see "CSV Injection", OWASP."""


def neutral(text: str) -> str:
    """Return a cell that spreadsheets show and never run: one like a formula gets an apostrophe."""
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS_A_FORMULA) else text


def write_rows(file: IO[str], header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write a table and return how many rows it has."""
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    count = 0
    for row in rows:
        writer.writerow([neutral(visible(cell)) for cell in row])
        count += 1
    return count
