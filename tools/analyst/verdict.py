"""`make verdict`: give an analyst's verdict on a transaction, signed by the caller's AWS credentials.

`python -m tools.analyst.verdict ENV --outputs FILE --transaction ID --verdict confirmed_fraud --by NAME`
is the command; what each verdict does stands in stacks/compute/functions/verdicts/README.md.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from botocore.session import get_session

from shared.infra.arns import REGION
from shared.runtime.alerts import AlertStatus
from shared.runtime.money import readable
from shared.runtime.schema import verdict_schema
from tools.analyst.decisions import put
from tools.analyst.records.place import Records
from tools.analyst.records.subjects import account_of
from tools.analyst.records.tables import Tables
from tools.analyst.times import told
from tools.deploy import outputs
from tools.deploy.outputs import OperatorError
from tools.deploy.signed_api import SignedApi
from tools.terminal.ending import ended
from tools.terminal.parser import Parser

NEEDED: Final[outputs.Needed] = {"compute": ("verdicts_url",)}
PLACEHOLDER: Final = "{transaction_id}"


def give(api: SignedApi, url: str, transaction_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Put a verdict and return the record that the API answers with; sending it again is safe.

    Args:
        api: What signs and sends.
        url: Where verdicts go, with `PLACEHOLDER` in place of the id.
        transaction_id: What the verdict is about.
        body: The verdict, as its schema has it.

    Raises:
        OperatorError: It was refused, or nobody answered.
    """
    where = url.replace(PLACEHOLDER, quote(transaction_id, safe=""))
    return put(api, where, body)[1]


def _parser() -> argparse.ArgumentParser:
    verdicts = verdict_schema()["properties"]["verdict"]["enum"]
    parser = Parser(
        prog="python -m tools.analyst.verdict",
        description="Record a verdict on a transaction. The last verdict counts; repeating it changes "
        "nothing.",
        epilog="The request is signed with the caller's AWS credentials, which need execute-api:Invoke on "
        "PUT/transactions/*/verdict of the API's stage.",
    )
    outputs.add_arguments(parser)
    parser.add_argument("--transaction", metavar="ID", help="id from the mail")
    parser.add_argument("--account", metavar="ID", help="account or pseudonym with exactly one open alert")
    parser.add_argument("--verdict", required=True, choices=verdicts)
    parser.add_argument("--by", required=True, metavar="NAME", help="who decided")
    parser.add_argument("--note", metavar="TEXT", help="why")
    parser.add_argument(
        "--timestamp",
        metavar="MILLISECONDS",
        help="timestamp of the transaction, if several have the id, or if only its alert is left",
    )
    return parser


def _open_alert(exported: outputs.Outputs, options: argparse.Namespace) -> tuple[str, str]:
    """The transaction of an account's one open alert: its id and its time."""
    tables = Tables(Records.of(exported), get_session())
    account_id = account_of(tables, account=options.account, transaction=None)
    found = list(tables.alerts(AlertStatus.OPEN, having={"account_id": account_id}))
    if len(found) == 1:
        return found[0].transaction_id, str(found[0].timestamp)
    if not found:
        raise OperatorError(
            f"account {account_id} has no open alert; for a verdict on another payment, set TRANSACTION=id"
        )
    listed = [
        f"  TRANSACTION={each.transaction_id} TIMESTAMP={each.timestamp}  "
        f"({told(each.timestamp)}, {readable(each.amount, each.currency)} to {each.merchant_id})"
        for each in found
    ]
    many = f"account {account_id} has {len(found)} open alerts; instead of ACCOUNT, set one of:"
    raise OperatorError("\n".join([many, *listed]))


def _timestamp(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise OperatorError(f"TIMESTAMP: {text!r} is not whole milliseconds: copy it from the mail")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Give one verdict; returns 0 when it is recorded."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if bool(options.transaction) == bool(options.account):
        parser.error("set TRANSACTION=id, or ACCOUNT=id with one open alert")
    try:
        exported = outputs.Outputs.named(options)
        if options.account:
            options.transaction, options.timestamp = _open_alert(exported, options)
        given = {
            "verdict": options.verdict,
            "decided_by": options.by,
            "note": options.note or None,
            "timestamp": _timestamp(options.timestamp),
        }
        body = {name: value for name, value in given.items() if value is not None}
        url = exported.values(NEEDED)["verdicts_url"]
        recorded = give(SignedApi(get_session(), REGION), url, options.transaction, body)
    except OperatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(
        f"{recorded['transaction_id']} is {recorded['status']}: decided by {recorded['decided_by']}, "
        f"verdict number {recorded['revision']} on it; trace {recorded['trace_id']}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(
        ended("verdict", main, on_interrupt="the verdict may be recorded already; it is safe to repeat it")
    )
