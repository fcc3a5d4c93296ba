"""`make canary`: run the smoke test, mail the result to the operators and count a success.

Without a success for some time, `canary-absence-alarm` detects a pipeline that is quiet because it is broken.
The exit codes are those of the smoke test.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session, get_session

from shared.runtime.counting import CANARY_PASSED
from tools.deploy import outputs
from tools.deploy.aws_errors import refused
from tools.deploy.metric_lines import CANARY_STREAM, count
from tools.deploy.outputs import OperatorError
from tools.deploy.target import Target
from tools.operate.smoke.cli import FAILED, IMPOSSIBLE, USUAL_PATIENCE_SECONDS, exit_code, run
from tools.operate.smoke.places import Places
from tools.operate.smoke.report import Report
from tools.operate.smoke.synthetic import USUAL_HISTORY_HOURS
from tools.terminal.ending import ended
from tools.terminal.parser import Parser

_SUBJECT_LENGTH: Final = 100
"""SNS's limit for a subject."""
_JOB: Final = "canary"
"""Job of `make rights` with the policy of this command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = Parser(
        prog="python -m tools.operate.smoke.canary",
        description="Send a synthetic fraud through a deployed environment, and mail the result to the "
        "operators.",
        epilog="docs/runbooks/smoke-test.md describes the job that runs this, and its alarm.",
    )
    outputs.add_arguments(parser)
    parser.add_argument("--patience", type=float, default=USUAL_PATIENCE_SECONDS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        target = Target.of(outputs.Outputs.named(options))
        return _sent(target, get_session(), options.patience)
    except OperatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return IMPOSSIBLE


def _sent(target: Target, session: Session, patience: float) -> int:
    settings = argparse.Namespace(patience=patience, history_hours=USUAL_HISTORY_HOURS)
    report = run(target, Places(target, session), session, settings)
    print(report.text())
    if report.interrupted:
        return exit_code(report)
    try:
        _tell(target, session, report)
        if report.ok:
            stream, lasted = CANARY_STREAM + report.run.name, report.received_to_mailed
            count(target, session, stream, {CANARY_PASSED: 1}, job=_JOB, milliseconds=lasted)
    except OperatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    return exit_code(report)


def _tell(target: Target, session: Session, report: Report) -> None:
    """Mail the result to the operators."""
    sns: Any = session.create_client("sns", region_name=target.region)
    came = f"{report.received_to_mailed:,.0f} ms to the mail" if report.ok else "FAILED"
    subject = f"[{target.environment}] Canary: {came}"[:_SUBJECT_LENGTH]
    try:
        sns.publish(TopicArn=target.operations_alarms_topic_arn, Subject=subject, Message=report.text())
    except (BotoCoreError, ClientError) as error:
        raise refused("could not notify the operators", error, target.environment, job=_JOB) from None


if __name__ == "__main__":
    sys.exit(
        ended("canary", main, on_interrupt="its items are deleted or listed; run the same command again")
    )
