"""Lines of a file that made no row, and how they are told."""

from collections.abc import Iterable
from typing import NamedTuple


class Refused(NamedTuple):
    """A line that made no row."""

    line: int
    reason: str

    def __str__(self) -> str:
        """Name the line and the reason."""
        return f"line {self.line}: {self.reason}"


def listed(refused: Iterable[Refused], count: int) -> str:
    """Say why lines were refused, one text line for those that follow each other for the same reason.

    Args:
        refused: The first of them, in the order of the file.
        count: How many there are in all.

    Returns:
        Lines of text, each with a line break before it.
    """
    runs: list[tuple[Refused, int]] = []
    named = 0
    for each in refused:
        named += 1
        if runs and (runs[-1][0].reason, runs[-1][1]) == (each.reason, each.line - 1):
            runs[-1] = (runs[-1][0], each.line)
        else:
            runs.append((each, each.line))
    said = [
        str(first) if first.line == last else f"lines {first.line} to {last}: {first.reason}"
        for first, last in runs
    ]
    if count > named:
        said.append(f"and {count - named:,} more")
    return "".join(f"\n  {each}" for each in said)


def all_refused(refused: Iterable[Refused], count: int, skipped: str = "") -> str:
    """Say that no line made a row, and why.

    Args:
        refused: The first of them, in the order of the file.
        count: How many there are in all.
        skipped: What was passed over before them.
    """
    which = f"its only row{skipped} is" if count == 1 else f"all of its {count:,} rows{skipped} are"
    return f"{which} refused{listed(refused, count)}"
