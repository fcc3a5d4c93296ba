"""The command; see `python -m tools.operate.redrive --help`.

Exit code 0: all that was there went on. 1: something stayed behind. 2: it could not be tried.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from botocore.session import get_session

from shared.runtime.fields import EventError
from tools.deploy import outputs
from tools.deploy.outputs import OperatorError
from tools.deploy.target import Target
from tools.operate.redrive.redriving import AWS_ERRORS, Outcome, Redriver
from tools.operate.times import milliseconds, utc_time
from tools.terminal.parser import Parser

_LEFT, _IMPOSSIBLE = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if (options.queue is None) == (options.since is None):
        parser.error(
            f"give QUEUE=pipe-dlq-{options.environment}, or a time in UTC: "
            "ARGS='--since 2026-11-22T21:00 [--until 2026-11-22T22:00]'"
        )
    try:
        target = Target.of(outputs.Outputs.named(options))
        redriver = Redriver(target, get_session(), dry_run=options.dry_run)
        if options.queue is not None:
            return _told(redriver.redrive(options.queue, options.limit), options)
        outcome = redriver.replay(milliseconds(options.since), milliseconds(options.until), _show)
    except (OperatorError, EventError, *AWS_ERRORS) as error:
        print(f"error: {error}", file=sys.stderr)
        return _IMPOSSIBLE
    would = "would replay" if options.dry_run else "replayed"
    print(f"{would} {outcome.transactions} transactions from {options.since:%Y-%m-%d %H:%M} UTC on")
    for reason in outcome.left:
        print(f"not replayed: {reason}", file=sys.stderr)
    return _LEFT if outcome.left else 0


def _told(outcome: Outcome, options: argparse.Namespace) -> int:
    messages, transactions = outcome.messages, outcome.transactions
    if options.dry_run:
        print(f"{options.queue}: {messages} messages would go on, {transactions} transactions in them")
    else:
        print(f"{options.queue}: {messages} messages redriven, {transactions} transactions on their way")
    for reason in outcome.left:
        print(f"left in {options.queue}: {reason}", file=sys.stderr)
    return _LEFT if outcome.left else 0


def _show(transactions: int) -> None:
    print(f"  {transactions:,} on their way", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.operate.redrive",
        description="Retry messages from a dead-letter queue, after the cause is fixed.",
        epilog="docs/runbooks/dead-letter-queues.md says which queue holds what, and why.",
    )
    outputs.add_arguments(parser)
    parser.add_argument("--queue", help="the name of a dead-letter queue, pipe-dlq-dev for example")
    parser.add_argument(
        "--limit", type=int, metavar="MESSAGES", help="at most so many (default: all that are there)"
    )
    parser.add_argument(
        "--since", type=utc_time, metavar="TIME", help="replay what was stored since then (ISO, UTC)"
    )
    parser.add_argument(
        "--until",
        type=utc_time,
        metavar="TIME",
        default=datetime.now(UTC),
        help="and until then (default: now)",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would go on and what stays")
    return parser
