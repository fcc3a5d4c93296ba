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
from tools.operate.redrive.redriving import AWS_ERRORS, Redriver
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
        redriver = Redriver(Target.of(outputs.Outputs.named(options)), get_session())
        if options.queue is not None:
            return _redrive(redriver, options.queue, options.limit)
        count = redriver.replay(_milliseconds(options.since), _milliseconds(options.until))
    except (OperatorError, EventError, *AWS_ERRORS) as error:
        print(f"error: {error}", file=sys.stderr)
        return _IMPOSSIBLE
    print(f"replayed {count} transactions from {options.since:%Y-%m-%d %H:%M} UTC on")
    return 0


def _redrive(redriver: Redriver, queue: str, limit: int | None) -> int:
    outcome = redriver.redrive(queue, limit)
    print(f"{queue}: {outcome.messages} messages redriven, {outcome.transactions} transactions on their way")
    for reason in outcome.left:
        print(f"left in {queue}: {reason}", file=sys.stderr)
    return _LEFT if outcome.left else 0


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
        "--since", type=_time, metavar="TIME", help="replay what was stored since then (ISO, UTC)"
    )
    parser.add_argument(
        "--until", type=_time, metavar="TIME", default=datetime.now(UTC), help="and until then (default: now)"
    )
    return parser


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a time: write it in UTC, such as 2026-11-22T21:00"
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _milliseconds(time: datetime) -> int:
    return int(time.timestamp() * 1000)
