"""The command; see `python -m tools.operate.reconcile --help`.

Exit code 0: nothing is missing, or all that was is on its way again. 1: something is missing. 2: it could not
be tried.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from stacks.compute.functions.profiles.reading import NotReadError
from tools.deploy import outputs
from tools.deploy.outputs import OperatorError
from tools.deploy.project import ROOT
from tools.deploy.target import Target
from tools.operate.reconcile.checkpoint import Checkpoint, Progress
from tools.operate.reconcile.reconciling import reconcile
from tools.operate.reconcile.replaying import Replayer
from tools.operate.sending import Bus, Pace, Queue
from tools.operate.times import milliseconds, utc_time, written
from tools.reconciliation.standing import Fault, Standing
from tools.reconciliation.tables import PipelineTables
from tools.terminal.numbers import within
from tools.terminal.parser import Parser

_MISSING, _IMPOSSIBLE = 1, 2
_UNDER_WAY_SECONDS: Final = 300
"""What was stored later may still be on its way."""
_PER_SECOND: Final = 50
_CONFIG: Final = Config(retries={"mode": "standard", "total_max_attempts": 6})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except (OperatorError, NotReadError, BotoCoreError, ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
        return _IMPOSSIBLE


def _run(options: argparse.Namespace) -> int:
    target, session = Target.of(outputs.Outputs.named(options)), get_session()

    def client(service: str) -> Any:
        return session.create_client(service, region_name=target.region, config=_CONFIG)

    tables = PipelineTables(client("dynamodb"), target.transactions_table_name, target.alerts_table_name)
    checkpoint = Checkpoint(options.progress_directory / f"reconcile-{target.environment}.json")
    earliest, latest = milliseconds(options.since), options.until and milliseconds(options.until)
    until = latest or int((time.time() - _UNDER_WAY_SECONDS) * 1000)
    if until < earliest:
        raise OperatorError(
            f"UNTIL is {written(until)} UTC, before SINCE: give an earlier SINCE or a later UNTIL "
            "(without UNTIL, the last five minutes are left out)"
        )
    progress = None
    if not options.afresh:
        progress = checkpoint.load(earliest, latest, replay=options.replay)
    if progress is not None:
        print(f"resumes an interrupted run after {progress.scanned:,} items (--afresh starts over)")
    else:
        progress = Progress(earliest, until, options.replay)
    cost = tables.cost()
    print(
        f"reads {cost.table}: about {cost.items:,} items, {cost.size_bytes:,} bytes, "
        f"{cost.read_units:,} read units, ${cost.dollars:,.2f}",
        f"compares transactions stored from {written(progress.earliest)} to {written(progress.latest)} UTC"
        f"{'' if latest else ' (later ones may be in flight)'}",
        sep="\n",
        flush=True,
    )
    pace = Pace(options.rate)
    replayer = Replayer(
        Bus(client("events"), target.bus_name, pace), Queue(client("sqs"), target.suspicious_queue_url, pace)
    )
    done = reconcile(
        tables,
        progress,
        checkpoint,
        replayer,
        name=_name,
        show=lambda now: _show(now, cost.items),
    )
    return _report(done, target.environment)


def _name(standing: Standing) -> None:
    print(f"{standing.transaction_id} {standing.timestamp}: {standing.fault}")


def _show(progress: Progress, items: int) -> None:
    """Tell a person how far it is; what is missing stays alone on standard output."""
    print(f"  {progress.scanned:,} of about {items:,} items", file=sys.stderr, flush=True)


def _report(progress: Progress, environment: str) -> int:
    sums = progress.balance
    print(
        f"stored {sums.stored:,}, decided {sums.decided:,}; suspicious {sums.suspicious:,}, "
        f"recorded {sums.recorded:,}, mailed {sums.mailed:,}; suppressed {sums.suppressed:,}, "
        f"decided without optional data {sums.degraded:,}"
    )
    for fault, count in sorted(sums.faults.items()):
        print(f"{count:,} {fault}")
    for fault, count in sorted(progress.resent.items()):
        print(f"{count:,} {fault}: resent")
    if not sums.faults:
        print("nothing is missing")
        return 0
    if progress.replay and sums.faults.keys() == progress.resent.keys():
        print("run it again in some minutes to verify that nothing is missing")
        return 0
    if not progress.replay and sums.faults.keys() - {Fault.UNREADABLE.value}:
        print(f"to resend them, run the same command with REPLAY=yes (ENV={environment})", file=sys.stderr)
    return _MISSING


_RATE = within("a rate of at most 10000 transactions a second", 0, 10_000, above=True)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.operate.reconcile",
        description="Find transactions that were stored but not decided, recorded or mailed.",
        epilog="docs/runbooks/reconciling.md explains when to run it, its cost, and each finding.",
    )
    outputs.add_arguments(parser)
    parser.add_argument(
        "--since", type=utc_time, metavar="TIME", required=True, help="start of the period (ISO, UTC)"
    )
    parser.add_argument(
        "--until", type=utc_time, metavar="TIME", help="end of the period (default: five minutes ago)"
    )
    parser.add_argument("--replay", action="store_true", help="resend exactly what is missing")
    parser.add_argument(
        "--rate", type=_RATE, default=_PER_SECOND, metavar="PER_SECOND", help="maximum rate (default: 50)"
    )
    parser.add_argument(
        "--afresh", action="store_true", help="start over instead of resuming an interrupted run"
    )
    parser.add_argument("--progress-directory", type=Path, default=ROOT / "build", help=argparse.SUPPRESS)
    return parser
