"""Writes the payments of a world into a file, with their labels."""

import argparse
import csv
import lzma
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from tools.analyst.worlds import WORLDS, Labelled, Payment

_LABELS: Final = ("is_fraud", "scenario")
_PRESET: Final = 1  # of xz: the higher ones take far longer for a tenth less


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command.

    Args:
        arguments: Of the command line, by default the process's own.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.analyst.worlds", description=__doc__)
    parser.add_argument("name", choices=WORLDS, help="the world")
    parser.add_argument("--seed", type=int, required=True, help="each number makes another world of its kind")
    parser.add_argument("--accounts", type=int, required=True)
    parser.add_argument("--days", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, help="a file ending in .csv.xz")
    wanted = parser.parse_args(arguments)
    write(wanted.out, WORLDS[wanted.name](wanted.seed, wanted.accounts, wanted.days))


def write(path: Path, payments: Sequence[Labelled]) -> None:
    """Write payments as compressed comma-separated values."""
    with lzma.open(path, "wt", encoding="utf-8", newline="", preset=_PRESET) as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow((*Payment._fields, *_LABELS))
        rows.writerows(_rows(payments))


def _rows(payments: Sequence[Labelled]) -> Iterator[tuple[object, ...]]:
    for payment, is_fraud, kind in payments:
        yield *(_cell(each) for each in payment), int(is_fraud), kind


def _cell(value: object) -> object:
    return ("false", "true")[value] if isinstance(value, bool) else value


if __name__ == "__main__":
    main()
