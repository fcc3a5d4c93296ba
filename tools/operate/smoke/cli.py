"""The command: reads the outputs, runs or cleans, prints; see `python -m tools.operate.smoke --help`.

Exit code 0: every hop passed. 1: one did not. 2: the test could not be made. 130: interrupted, and cleaned.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Final

from botocore.session import Session, get_session

from tools.deploy import outputs
from tools.deploy.outputs import OperatorError
from tools.deploy.signals import interruptible, uninterrupted
from tools.deploy.signed_api import SignedApi
from tools.deploy.target import Target
from tools.operate.smoke.cleaning import clean
from tools.operate.smoke.diagnosis import advise
from tools.operate.smoke.follow import Follower
from tools.operate.smoke.hops import HopFailedError
from tools.operate.smoke.places import Places
from tools.operate.smoke.report import Report
from tools.operate.smoke.synthetic import USUAL_HISTORY_HOURS, Run
from tools.terminal.parser import Parser

USUAL_PATIENCE_SECONDS: Final = 60.0
SECONDS_TO_SETTLE: Final = 20.0
FAILED, IMPOSSIBLE, INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        target = Target.of(outputs.Outputs.named(options))
        session = get_session()
        places = Places(target, session)
        if options.clean:
            return _clean(places, Run.named(options.clean))
        report = run(target, places, session, options)
    except OperatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return IMPOSSIBLE
    print(json.dumps(report.to_json(), indent=2) if options.json else report.text())
    return exit_code(report)


def exit_code(report: Report) -> int:
    """Return the exit code that tells what came of a run."""
    if report.interrupted:
        return INTERRUPTED
    return 0 if report.ok else FAILED


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.operate.smoke",
        description="Send a synthetic fraud through a deployed environment and follow it to the mail.",
        epilog="Credentials (and AWS_ENDPOINT_URL for the embedded AWS) come from the environment, as for "
        "the AWS CLI. The security team receives a mail: see docs/runbooks/smoke-test.md.",
    )
    outputs.add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument(
        "--patience",
        type=float,
        default=USUAL_PATIENCE_SECONDS,
        metavar="SECONDS",
        help="how long to wait at each hop (default: %(default)g)",
    )
    parser.add_argument(
        "--history-hours",
        type=int,
        choices=range(1, 25),
        default=USUAL_HISTORY_HOURS,
        metavar="HOURS",
        help="length of the history, 1 to 24, within accepted_age_hours (default: %(default)s)",
    )
    parser.add_argument("--clean", metavar="RUN", help="clean up after an earlier run, and exit")
    return parser


def _clean(places: Places, run: Run) -> int:
    cleaned = clean(places, run)
    print(f"run {run.name}: removed {cleaned.text}")
    for problem in cleaned.problems:
        print(f"error: {problem}", file=sys.stderr)
    return FAILED if cleaned.problems else 0


def run(target: Target, places: Places, session: Session, options: argparse.Namespace) -> Report:
    """Send the transactions of a new run, follow them to the mail, and clean up, whatever came of it."""
    begun = Run.begin(options.history_hours)
    report = Report(target.environment, begun)
    api = SignedApi(session, target.region)
    follower = Follower(target, places, api, patience=options.patience, say=_say)
    try:
        with interruptible():
            follower.follow(begun)
    except HopFailedError as failure:
        report.failure, report.advice = failure, advise(target, failure)
    except KeyboardInterrupt:
        report.interrupted = True
        _say(
            f"interrupted: waiting up to {SECONDS_TO_SETTLE:g} s for transactions in flight, then cleaning up"
        )
    finally:
        with uninterrupted():
            if report.interrupted:
                follower.settle(min(options.patience, SECONDS_TO_SETTLE))
            report.cleaned = clean(places, begun)
            api.close()
            _say(f"run {begun.name}: removed {report.cleaned.text}")
    report.passed, report.trace_id = follower.passed, follower.trace_id
    report.queues = {
        name: (before, follower.queues_after.get(name, before))
        for name, before in follower.queues_before.items()
    }
    return report


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
