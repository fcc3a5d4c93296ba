"""Which transactions a demo sends, and how fast: generated ones, or those of a file moved to now."""

import argparse
import time
from dataclasses import dataclass, field
from pathlib import Path

from local.demo.generator import DEFAULT_COUNT, DEFAULT_SEED, generate
from local.demo.source import SourceError, read_transactions
from local.demo.transactions import LabelledTransaction, shifted_to_end_at

DEFAULT_LIMIT = 2000
# By default sending takes about this long, but is never faster than the embedded AWS keeps up with.
SENDING_SECONDS, HIGHEST_DEFAULT_RATE = 40.0, 30.0


@dataclass
class Stream:
    """Transactions in the order in which they are sent, at so many a second."""

    transactions: list[LabelledTransaction]
    rate: float
    description: str
    unreadable_rows: list[str] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options that choose a stream."""
    parser.add_argument("--data", type=Path, help="transactions to replay: .csv, .csv.xz or .csv.gz")
    parser.add_argument(
        "--limit",
        type=int,
        help=f"how many (default {DEFAULT_COUNT}; of a file its first {DEFAULT_LIMIT} rows; 0: all rows)",
    )
    parser.add_argument(
        "--rate",
        type=float,
        help=f"a second (default: to last {SENDING_SECONDS:.0f} s, at most {HIGHEST_DEFAULT_RATE:.0f})",
    )
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of the generated transactions")


def choose(arguments: argparse.Namespace) -> Stream:
    """Return the stream that the options ask for, its last transaction happening now.

    Raises:
        SourceError: The file cannot be read or holds no transaction.
        ValueError: An option's value makes no sense.
    """
    if arguments.limit is not None and arguments.limit < 0:
        raise ValueError(f"the limit must be 0 or more transactions, not {arguments.limit}")
    if arguments.rate is not None and not arguments.rate > 0:
        raise ValueError(f"the rate must be more than 0 transactions a second, not {arguments.rate:g}")
    now = int(time.time() * 1000)
    if arguments.data is None:
        count = arguments.limit or DEFAULT_COUNT
        stream = Stream(generate(now, count, arguments.seed), 0.0, f"{count} generated transactions")
    else:
        stream = _of_file(arguments.data, DEFAULT_LIMIT if arguments.limit is None else arguments.limit, now)
    stream.rate = arguments.rate or _default_rate(len(stream.transactions))
    return stream


def _of_file(path: Path, limit: int, now: int) -> Stream:
    source = read_transactions(path, limit or None)
    rows = [str(row) for row in source.bad_rows]
    if not source.transactions:
        raise SourceError(f"{path} holds no transaction" + "".join(f"\n  {row}" for row in rows[:10]))
    description = f"{len(source.transactions)} transactions of {path.name}"
    if source.ignored_columns:
        description += f" (columns not used: {', '.join(source.ignored_columns)})"
    return Stream(shifted_to_end_at(source.transactions, now), 0.0, description, rows)


def _default_rate(count: int) -> float:
    return min(HIGHEST_DEFAULT_RATE, max(1.0, count / SENDING_SECONDS))
