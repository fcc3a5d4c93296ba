"""`make challenger`: compare the challenger with the rules in force, on the payments that both have scored.

`python -m tools.analyst.challenger ENV --outputs FILE [--since 7d]`. It reads what was recorded with each
decision. Exit code 0: compared. 1: there is nothing to compare, or AWS refuses.
"""

import argparse
import sys
import time
from collections.abc import Sequence

from botocore.session import get_session

from stacks.compute.functions.profiles.rules_item import CHALLENGER_KEY
from tools.analyst.alerts import since_of
from tools.analyst.comparison import compared
from tools.analyst.records.payments import payments
from tools.analyst.records.place import Records
from tools.analyst.records.tables import Tables
from tools.deploy import hints, outputs
from tools.deploy.outputs import OperatorError
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        tables = Tables(Records.of(outputs.Outputs.named(options)), get_session())
        print("\n".join(_lines(tables, options)))
    except OperatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _lines(tables: Tables, options: argparse.Namespace) -> list[str]:
    item = tables.profile(CHALLENGER_KEY) or {}
    version, command = str(item.get("version") or ""), hints.make("rules", options.environment)
    if not version:
        raise OperatorError(f"there is no challenger. Publish one: {command} CHALLENGER=rules.json BY=name")
    since = int(item["at"])
    if options.since:
        since = since_of(options.since, time.time_ns() // 1_000_000)
    found = compared(payments(tables, since=since), version)
    if found is None:
        raise OperatorError(
            f"{version} has not scored a payment beside the rules in force yet: each execution environment "
            "reads what is published within 30 seconds, with its next payment"
        )
    return [
        *found.told(),
        f"to publish it: {command} PROMOTE=yes BY=name",
        f"end the challenge: {command} CHALLENGER=none BY=name",
    ]


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.challenger",
        description="Compare the challenger with the rules in force on the payments scored by both.",
        epilog="Credentials come from the environment, as for the AWS CLI; `make rights` prints the policy.",
    )
    outputs.add_arguments(parser)
    parser.add_argument(
        "--since", metavar="TIME", help="a date in UTC, or an age (default: since its publication)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(ended("challenger", main, on_interrupt=NOTHING_CHANGED))
