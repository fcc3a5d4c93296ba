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
            f"set QUEUE=pipe-dlq-{options.environment}, or a period in UTC: "
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
    print(f"{would} {outcome.transactions} transactions stored since {options.since:%Y-%m-%d %H:%M} UTC")
    for reason in outcome.left:
        print(f"not replayed: {reason}", file=sys.stderr)
    return _LEFT if outcome.left else 0


def _told(outcome: Outcome, options: argparse.Namespace) -> int:
    messages, transactions = outcome.messages, outcome.transactions
    if options.dry_run:
        print(f"{options.queue}: would redrive {messages} messages with {transactions} transactions")
    else:
        print(f"{options.queue}: {messages} messages redriven, {transactions} transactions sent")
    for reason in outcome.left:
        print(f"left in {options.queue}: {reason}", file=sys.stderr)
    return _LEFT if outcome.left else 0


def _show(transactions: int) -> None:
    print(f"  {transactions:,} transactions sent", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.operate.redrive",
        description="Retry messages from a dead-letter queue, after the cause is fixed.",
        epilog="docs/runbooks/dead-letter-queues.md describes each queue.",
    )
    outputs.add_arguments(parser)
    parser.add_argument("--queue", help="name of a dead-letter queue, for example pipe-dlq-dev")
    parser.add_argument(
        "--limit", type=int, metavar="MESSAGES", help="maximum number of messages (default: all)"
    )
    parser.add_argument(
        "--since", type=utc_time, metavar="TIME", help="replay transactions stored since this time (ISO, UTC)"
    )
    parser.add_argument(
        "--until",
        type=utc_time,
        metavar="TIME",
        default=datetime.now(UTC),
        help="end of the period (default: now)",
    )
    parser.add_argument("--dry-run", action="store_true", help="only list what would be redriven")
    return parser
