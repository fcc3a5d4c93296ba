"""`make account`: what is known of an account: profile, lists, alerts; all of it as a file with OUT.

`python -m tools.analyst.account ENV --outputs FILE (--account ID | --transaction ID) [--out FILE.json]`.
Exit code 0: shown. 1: refused.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from botocore.session import get_session

from shared.runtime.alerts import group_key
from shared.runtime.money import plain, readable
from stacks.compute.functions.profiles.items import account_key, controls_key
from tools.analyst.alerts import columns
from tools.analyst.records.alert import Alert, score_told
from tools.analyst.records.audit import controls_told
from tools.analyst.records.place import Records
from tools.analyst.records.profile import AccountPicture, account_picture
from tools.analyst.records.subjects import account_of, alerts_of
from tools.analyst.records.tables import Tables
from tools.analyst.times import told
from tools.deploy import outputs
from tools.deploy.outputs import OperatorError
from tools.files.errors import OutputError
from tools.files.outputs import write
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if bool(options.account) == bool(options.transaction):
        parser.error("set ACCOUNT=id, ACCOUNT=pseudonym, or TRANSACTION=id of one of its transactions")
    try:
        tables = Tables(Records.of(outputs.Outputs.named(options)), get_session())
        account_id = account_of(tables, account=options.account, transaction=options.transaction)
        if options.out:
            write(options.out, json.dumps(exported(tables, account_id), indent=2, default=plain_json) + "\n")
            print(f"all items stored under account id {account_id}: {options.out}")
        else:
            print("\n".join(_shown(tables, account_id, options.environment)))
    except (OperatorError, OutputError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def exported(tables: Tables, account_id: str) -> dict[str, Any]:
    """Return all items that are kept of an account under its id: profile, controls, group and alerts.

    Raises:
        OperatorError: AWS refuses.
    """
    return {
        "account_id": account_id,
        "exported_at": time.time_ns() // 1_000_000,
        "profile": tables.profile(account_key(account_id)),
        "controls": tables.profile(controls_key(account_key(account_id))),
        "group": tables.record(group_key(account_id)),
        "alerts": [tables.record(alert.alert_id) for alert in alerts_of(tables, account_id)],
    }


def _shown(tables: Tables, account_id: str, environment: str) -> Iterator[str]:
    profile_id = account_key(account_id)
    alerts = list(alerts_of(tables, account_id))
    pseudonym = next((alert.account for alert in alerts if alert.account), "")
    yield f"account {account_id} of {environment}" + (f", {pseudonym} in mails" if pseudonym else "")
    picture = account_picture(profile_id, tables.profile(profile_id))
    yield from (f"  {line}" for line in picture_told(picture))
    controls = tables.profile(controls_key(profile_id))
    yield f"  {controls_told(controls or {})}"
    yield f"alerts and verdicts: {len(alerts)}"
    if alerts:
        yield from columns(_rows(alerts))


def picture_told(picture: AccountPicture | None) -> Iterator[str]:
    """Yield what an account usually does, in sentences; None where it has no profile."""
    if picture is None or not picture.count:
        yield "no profile: no payment was learnt, or the profile has expired"
        return
    yield f"{picture.count} payments learnt, from {told(picture.first_at)} to {told(picture.last_at)}"
    if picture.usual_value is not None:
        last = len(picture.payments)
        yield f"usually pays about {picture.usual_value:,.2f} US dollars: the median of its last {last}"
    used = [f"{what} {count}" for what, count in picture.used.items() if count]
    if used:
        yield f"known to it: {', '.join(used)}"
    for what in ("countries", "categories"):
        if picture.named.get(what):
            yield f"{what}: {', '.join(picture.named[what])}"
    busy = [hour for hour, much in enumerate(picture.hours) if much >= max(picture.hours) / 2 and much]
    if busy:
        yield f"mostly pays at {', '.join(f'{hour:02}h' for hour in busy)} UTC"
    yield f"verdicts remembered: {picture.verdicts.frauds} fraud, {picture.verdicts.genuine} legitimate"


def _rows(alerts: Sequence[Alert]) -> Iterator[Sequence[str]]:
    yield ("time", "status", "score", "amount", "merchant", "transaction", "decided by", "note")
    for alert in alerts:
        yield (
            told(alert.timestamp),
            alert.status,
            "" if alert.score is None else score_told(alert.score),
            readable(alert.amount, alert.currency),
            alert.merchant_id,
            alert.transaction_id,
            alert.decided_by,
            alert.note,
        )


def plain_json(value: Any) -> Any:
    """Return what JSON has for a value of an item that it does not know."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else plain(value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"a {type(value).__name__} cannot be exported")


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.account",
        description="Show an account, or write all items stored under its id.",
        epilog="Transactions are stored under their own ids and are not included. Credentials come from the "
        "environment as for the AWS CLI; `make rights` prints the policy.",
    )
    outputs.add_arguments(parser)
    parser.add_argument("--account", metavar="ID", help="its id, or its pseudonym from a mail")
    parser.add_argument("--transaction", metavar="ID", help="the id of one of its transactions")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write all of it as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(ended("account", main, on_interrupt=NOTHING_CHANGED))
