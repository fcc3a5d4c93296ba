"""Write metrics of commands, in the embedded metric format, to the log group of the alerting layer."""

import json
import time
from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from shared.runtime.counting import ENVIRONMENT_DIMENSION, measured
from tools.deploy import hints
from tools.deploy.aws_errors import refused
from tools.deploy.target import Target

CANARY_STREAM: Final = "canary-"
"""Prefix of the log streams of `make canary`."""

DRIFT_STREAM: Final = "drift-"
"""Prefix of the log streams of `make stability`: each job may only write its own."""


def count(
    target: Target,
    session: Session,
    stream: str,
    counts: Mapping[str, int],
    *,
    job: str,
    **fields: object,
) -> None:
    """Write a log line that adds to metrics of the environment.

    Args:
        target: The environment.
        session: Session with the credentials.
        stream: Name of a new log stream.
        counts: Metric -> count.
        job: Job of `make rights` whose policy allows this.
        fields: Other fields of the line.

    Raises:
        OperatorError: AWS refused, or was not reached.
    """
    logs: Any = session.create_client("logs", region_name=target.region)
    place = {"logGroupName": target.canary_log_group, "logStreamName": stream}
    line = {**fields, **measured(target.environment_suffix, counts, dimension=ENVIRONMENT_DIMENSION)}
    event = {"timestamp": int(time.time() * 1000), "message": json.dumps(line)}
    try:
        logs.create_log_stream(**place)
        logs.put_log_events(**place, logEvents=[event])
    except (BotoCoreError, ClientError) as error:
        deploy = hints.make("deploy-alerting", target.environment)
        missing = f"Set fraud-alerting:canary_within_hours, then run {deploy}"
        what = f"could not write metrics to {target.canary_log_group}"
        raise refused(what, error, target.environment, job=job, missing=missing) from None
