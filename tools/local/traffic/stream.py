"""Which transactions a demo sends, and how fast: generated ones, or those of a file moved to now."""

import argparse
import math
import time
from dataclasses import dataclass, field
from pathlib import Path

from tools.files.refusals import all_refused
from tools.local.traffic.compromise import Dispute, dispute_in
from tools.local.traffic.generator import DEFAULT_COUNT, DEFAULT_SEED, generate
from tools.local.traffic.source import Source, SourceError, read_transactions
from tools.local.traffic.transactions import LabelledTransaction, shifted_to_end_at

DEFAULT_LIMIT = 2000
# By default sending takes about this long, but is never faster than the embedded AWS keeps up with.
SENDING_SECONDS, HIGHEST_DEFAULT_RATE = 40.0, 30.0


@dataclass
class Stream:
    """Transactions in the order in which they are sent, at so many a second.

    Attributes:
        unreadable_rows: The first rows of the file that made no transaction, by line.
        refused: How many made none.
        hint: What to know and do where no fraud is among them; empty where one is, or nobody knows.
        dispute: The fraud on which a verdict is given in the middle, where the generated stream has one.
    """

    transactions: list[LabelledTransaction]
    rate: float
    description: str
    unreadable_rows: list[str] = field(default_factory=list)
    refused: int = 0
    hint: str = ""
    dispute: Dispute | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options that choose a stream."""
    parser.add_argument("--data", type=Path, help="transactions to replay: .csv, .csv.xz or .csv.gz")
    parser.add_argument(
        "--limit",
        type=_whole_number,
        help=f"how many (default {DEFAULT_COUNT}; of a file its first {DEFAULT_LIMIT} rows; 0: all rows)",
    )
    parser.add_argument(
        "--offset", type=_whole_number, default=0, help="of a file: how many rows to skip first (default 0)"
    )
    parser.add_argument(
        "--rate",
        type=_rate,
        help=f"a second (default: to last {SENDING_SECONDS:.0f} s, at most {HIGHEST_DEFAULT_RATE:.0f})",
    )
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of the generated transactions")


def _whole_number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 0 or more")
    return int(text)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not 0 < rate < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of transactions a second, more than 0")
    return rate


def choose(arguments: argparse.Namespace) -> Stream:
    """Return the stream that the options ask for, its last transaction happening now.

    Raises:
        SourceError: The file cannot be read or holds no transaction, or OFFSET is given without one.
    """
    now = int(time.time() * 1000)
    if arguments.data is None and arguments.offset:
        raise SourceError(
            "OFFSET skips rows of a file: name one, for example: make demo DATA=file.csv OFFSET=N"
        )
    if arguments.data is None:
        count = arguments.limit or DEFAULT_COUNT
        transactions = generate(now, count, arguments.seed)
        described = f"{count} generated transactions"
        stream = Stream(transactions, 0.0, described, dispute=dispute_in(transactions))
    else:
        limit = DEFAULT_LIMIT if arguments.limit is None else arguments.limit
        stream = _of_file(arguments.data, limit, arguments.offset, now)
    stream.rate = arguments.rate or _default_rate(len(stream.transactions))
    return stream


def _of_file(path: Path, limit: int, offset: int, now: int) -> Stream:
    source = read_transactions(path, limit or None, offset)
    rows = [str(row) for row in source.bad_rows]
    if not source.transactions:
        skipped = f" after its first {offset}" if offset else ""
        if not source.lines:
            raise SourceError(f"{path} holds no rows{skipped}")
        raise SourceError(f"{path}: {all_refused(source.bad_rows, source.lines, skipped)}")
    transactions = shifted_to_end_at(source.transactions, now)
    described = _described(source, path, offset)
    return Stream(transactions, 0.0, described, rows, source.refused, _hint(source, limit))


def _described(source: Source, path: Path, offset: int) -> str:
    said = f"{len(source.transactions)} transactions of {path.name}"
    if offset:
        said += f" after its first {offset} rows"
    notes = []
    if source.refused:
        read = source.lines - source.refused
        notes.append(f"{source.lines} data lines = {read} rows read + {source.refused} refused")
    if source.late:
        notes.append(f"{source.late} out of order, sorted by time")
    if source.ignored_columns:
        notes.append(f"columns not used: {', '.join(source.ignored_columns)}")
    return f"{said} ({'; '.join(notes)})" if notes else said


def _hint(source: Source, limit: int) -> str:
    """Say where the file's frauds are when none is among the rows that were read."""
    if not source.labelled or source.holds_fraud:
        return ""
    found = "none of these rows is labelled as fraud"
    if source.rows_before_fraud is None:
        return f"{found}, nor is any later row of the file"
    # Half of the rows come before the fraud, so that the accounts have a history.
    return f"{found}; the next one is: OFFSET={max(0, source.rows_before_fraud - limit // 2)}"


def _default_rate(count: int) -> float:
    return min(HIGHEST_DEFAULT_RATE, max(1.0, count / SENDING_SECONDS))
