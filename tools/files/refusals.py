"""Refused lines of a file, and their messages."""

from collections.abc import Iterable
from typing import NamedTuple


class Refused(NamedTuple):
    """A refused line."""

    line: int
    reason: str

    def __str__(self) -> str:
        """Name the line and the reason."""
        return f"line {self.line}: {self.reason}"


def listed(refused: Iterable[Refused], count: int) -> str:
    """Return the reasons for refused lines, with consecutive lines of the same reason in one text line.

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
    """Return the message that all lines were refused, with the reasons.

    Args:
        refused: The first of them, in the order of the file.
        count: How many there are in all.
        skipped: Description of the lines skipped before.
    """
    which = f"its only row{skipped} is" if count == 1 else f"all of its {count:,} rows{skipped} are"
    return f"{which} refused{listed(refused, count)}"
