"""What commands count: lines in the embedded metric format, in the log group that alerting keeps for them."""

import json
import time
from collections.abc import Mapping
from typing import Any, Final

from botocore.session import Session

from shared.runtime.counting import ENVIRONMENT_DIMENSION, measured
from tools.deploy.target import Target

CANARY_STREAM: Final = "canary-"
"""How the names of the log streams begin that `make canary` writes, and"""

DRIFT_STREAM: Final = "drift-"
"""those that `make stability` writes: each job may write its own."""


def count(target: Target, session: Session, stream: str, counts: Mapping[str, int], **fields: object) -> None:
    """Write one line that adds to metrics of the environment.

    Args:
        target: The environment.
        session: Whose credentials sign.
        stream: Log stream to write to, a new one.
        counts: Metric -> how many.
        fields: What else the line says, as JSON.

    Raises:
        botocore.exceptions.ClientError: AWS refuses; `refusal` says it in words.
        botocore.exceptions.BotoCoreError: AWS was not reached.
    """
    logs: Any = session.create_client("logs", region_name=target.region)
    place = {"logGroupName": target.canary_log_group, "logStreamName": stream}
    logs.create_log_stream(**place)
    line = {**fields, **measured(target.environment_suffix, counts, dimension=ENVIRONMENT_DIMENSION)}
    event = {"timestamp": int(time.time() * 1000), "message": json.dumps(line)}
    logs.put_log_events(**place, logEvents=[event])


def refusal(target: Target, error: Exception, job: str) -> str:
    """Return why a line could not be written, and what to do, for who has a job of `make rights`."""
    code = getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__)
    if code == "ResourceNotFoundException":
        return (
            f"the log group {target.canary_log_group} does not exist: set "
            f"fraud-alerting:canary_within_hours, then make deploy-alerting ENV={target.environment}"
        )
    return f"{code} (for the policy: make rights ENV={target.environment} JOB={job})"
