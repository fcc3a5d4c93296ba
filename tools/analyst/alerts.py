"""`make alerts`: list alerts, the latest first, by the index of the alerts table.

`python -m tools.analyst.alerts ENV --outputs FILE [--status OPEN] [--account ID] [--since DATE]`.
Exit code 0: listed, even if none. 1: refused.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

from botocore.session import get_session

from shared.runtime.alerts import AlertStatus
from shared.runtime.money import plain, readable
from tools.analyst.records.alert import Alert, score_told
from tools.analyst.records.place import Records
from tools.analyst.records.subjects import account_of
from tools.analyst.records.tables import Tables
from tools.analyst.times import TimeError, duration, is_duration, moment, told
from tools.deploy import hints, outputs
from tools.deploy.outputs import OperatorError
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser

EVERY: Final = "ALL"
SINCE: Final = "30d"
"""How far back alerts are listed where nobody says."""
_LISTED_REASONS: Final = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        tables = Tables(Records.of(outputs.Outputs.named(options)), get_session())
        found = selected(tables, options, time.time_ns() // 1_000_000)
        if options.json:
            for alert in found:
                print(json.dumps(asdict(alert), default=_plain))
        else:
            print("\n".join(_table(list(found), options)))
        if told_of := tables.unreadable_told():
            print(f"left out: {told_of}", file=sys.stderr)
    except OperatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def selected(tables: Tables, options: argparse.Namespace, now: int) -> Iterator[Alert]:
    """Yield the alerts that are asked for, the latest first of each status.

    Raises:
        OperatorError: A time is none, an account is unknown, or AWS refuses.
    """
    since = since_of(options.since or SINCE, now)
    having = {}
    if options.account:
        having["account_id"] = account_of(tables, account=options.account, transaction=None)
    statuses = list(AlertStatus) if options.status == EVERY else [AlertStatus(options.status)]
    for status in statuses:
        for alert in tables.alerts(status, since=since, having=having):
            codes = {reason.code for reason in alert.reasons}
            if alert.was_alert and (not options.reason or options.reason in codes):
                yield alert


def since_of(text: str, now: int) -> int:
    """Return epoch milliseconds of a date, a time, or so long ago as a duration says.

    Raises:
        OperatorError: It is none of them.
    """
    try:
        return now - duration(text) if is_duration(text) else moment(text)
    except TimeError:
        raise OperatorError(
            f"SINCE={text!r} is not a time: use a date in UTC, such as 2026-12-01 or 2026-12-01T18:00, or an "
            "age, such as 2h or 7d"
        ) from None


def lately(since: str | None) -> str:
    """Return in words since when something is listed: `the last 30d`, or `since 2026-12-01`."""
    text = since or SINCE
    return f"the last {text}" if is_duration(text) else f"since {text}"


def _table(alerts: Sequence[Alert], options: argparse.Namespace) -> list[str]:
    head = f"{options.status} alerts of {options.environment}, {lately(options.since)}: {len(alerts)}"
    if not alerts:
        return [head] if options.status == EVERY else [head, "whatever was decided: STATUS=ALL"]
    decide = f"{hints.make('verdict', options.environment)} TRANSACTION=id VERDICT=confirmed_fraud BY=name"
    told_how = [f"to decide (or use legitimate): {decide}"] if any(alert.is_open for alert in alerts) else []
    return [head, *columns(_rows(alerts)), *told_how]


def _rows(alerts: Iterable[Alert]) -> Iterator[Sequence[str]]:
    yield ("received", "status", "score", "amount", "account", "merchant", "transaction", "reasons")
    for alert in alerts:
        codes = [reason.code for reason in alert.reasons]
        more = f" +{len(codes) - _LISTED_REASONS}" if len(codes) > _LISTED_REASONS else ""
        yield (
            told(alert.received_at),
            alert.status,
            "" if alert.score is None else score_told(alert.score),
            readable(alert.amount, alert.currency),
            alert.account_id,
            alert.merchant_id,
            alert.transaction_id,
            ", ".join(codes[:_LISTED_REASONS]) + more,
        )


def columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """Return rows as lines whose columns stand below each other; control characters are shown as `?`."""
    cells = [["".join(c if c.isprintable() else "?" for c in cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    padded = ([cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in cells)
    return ["  ".join(row).rstrip() for row in padded]


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    raise TypeError(f"a {type(value).__name__} is not part of an alert")


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.alerts",
        description="List alerts, newest first.",
        epilog="Credentials come from the environment, as for the AWS CLI; `make rights` prints the policy.",
    )
    outputs.add_arguments(parser)
    parser.add_argument("--status", choices=[*AlertStatus, EVERY], default=AlertStatus.OPEN.value)
    parser.add_argument("--account", metavar="ID", help="its id, or its pseudonym from a mail")
    parser.add_argument("--reason", metavar="CODE", help="alerts with this reason")
    parser.add_argument("--since", metavar="TIME", help=f"a date in UTC, or an age (default {SINCE})")
    parser.add_argument("--json", action="store_true", help="print one JSON line for each alert")
    return parser


if __name__ == "__main__":
    sys.exit(ended("alerts", main, on_interrupt=NOTHING_CHANGED))
