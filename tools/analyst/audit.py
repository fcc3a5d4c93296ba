"""`make audit`: who decided, listed, snoozed or published what, when and why; as a table or as CSV.

`python -m tools.analyst.audit ENV --outputs FILE [--since DATE] [--by NAME] [--out FILE.csv]`.
Exit code 0: done. 1: refused.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from botocore.session import get_session

from tools.analyst.alerts import SINCE, columns, lately, since_of
from tools.analyst.csv_file import write_rows
from tools.analyst.records.audit import Entry, entries
from tools.analyst.records.place import Records
from tools.analyst.records.tables import Tables
from tools.analyst.times import told
from tools.deploy import outputs
from tools.deploy.outputs import OperatorError
from tools.files.errors import OutputError
from tools.files.outputs import written
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser

HEADER: Final = (
    "time", "kind", "subject", "decision", "by", "identity", "note", "account_id", "merchant_id",
    "approved_by", "approved_as",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        since = since_of(options.since or SINCE, time.time_ns() // 1_000_000)
        tables = Tables(Records.of(outputs.Outputs.named(options)), get_session())
        found = [entry for entry in entries(tables, since=since) if options.by in {None, entry.by}]
        what = f"decisions of {options.environment}, {lately(options.since)}"
        if options.out:
            with written(options.out) as file:
                count = write_rows(file, HEADER, csv_rows(found))
            print(f"{what}: {count}, in {options.out}")
        else:
            print(f"{what}: {len(found)}")
            if found:
                print("\n".join(columns(_rows(found))))
    except (OperatorError, OutputError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def csv_rows(found: Iterable[Entry]) -> Iterator[Sequence[str]]:
    """Yield the cells of each entry, in the order of `HEADER`."""
    for entry in found:
        yield (
            datetime.fromtimestamp(entry.at / 1000, UTC).isoformat(timespec="milliseconds"),
            entry.kind,
            entry.subject,
            entry.decision,
            entry.by,
            entry.identity,
            entry.note,
            entry.account_id,
            entry.merchant_id,
            entry.approved_by,
            entry.approved_as,
        )


def _rows(found: Iterable[Entry]) -> Iterator[Sequence[str]]:
    yield ("time", "by", "subject", "decision", "note")
    for entry in found:
        who = f"{entry.by}, {entry.approved_by}" if entry.approved_by else entry.by
        yield (told(entry.at), who, entry.subject, entry.decision, entry.note)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.audit",
        description="List decisions of people, newest first.",
        epilog="Credentials come from the environment, as for the AWS CLI; `make rights` prints the policy.",
    )
    outputs.add_arguments(parser)
    parser.add_argument("--since", metavar="TIME", help=f"a date in UTC, or an age (default {SINCE})")
    parser.add_argument("--by", metavar="NAME", help="only decisions of this person")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write all of it as CSV")
    return parser


if __name__ == "__main__":
    sys.exit(ended("audit", main, on_interrupt=NOTHING_CHANGED))
