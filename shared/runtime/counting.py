"""Metrics that a log line carries: CloudWatch Logs counts them without a call, in the embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import time
from collections.abc import Mapping
from typing import Any, Final

NAMESPACE: Final = "FraudPipeline"
DIMENSION: Final = "FunctionName"
ENVIRONMENT_DIMENSION: Final = "Environment"
CANARY_PASSED: Final = "CanaryPassed"
"""Synthetic frauds that were mailed: counted by `make canary`, not by a function."""
SHIFTED_QUANTITIES: Final = "ShiftedQuantities"
"""Quantities that drifted last week: a metric to pay for where `make stability PUBLISH=yes` counts them."""
PUBLISHED_RULES_REFUSED: Final = "PublishedRulesRefused"
SUSPICIOUS: Final = "Suspicious"
SUPPRESSED: Final = "Suppressed"
DEGRADED: Final = "Degraded"
"""Decisions that were made without something optional: population, published rules, controls, merchant."""
PROFILES_SET_ASIDE: Final = "ProfilesSetAside"
CONFLICTS: Final = "Conflicts"
"""Writes of a profile that met another payment of the account, and were tried again."""
RECORDED: Final = "Recorded"
"""Alerts that the notifier has recorded, whether mailed alone or grouped."""
MAILED: Final = "Mailed"
MAIL_LAG: Final = "MailLag"
"""Milliseconds from the receipt of a transaction to the mail of its own about it."""
LATE: Final = "Late"
"""Decisions that came later than `LATE_MILLISECONDS` after the receipt of their transaction."""
LATE_MILLISECONDS: Final = 10_000
METRICS: Final = (
    *(PUBLISHED_RULES_REFUSED, SUSPICIOUS, SUPPRESSED, DEGRADED, LATE, PROFILES_SET_ASIDE, CONFLICTS),
    *(RECORDED, MAILED, MAIL_LAG, CANARY_PASSED),
)
"""Those of every environment: AWS asks for each by the month."""


def counted(metric: str, function_name: str) -> dict[str, Any]:
    """Return the fields by which a log line counts one occurrence in a function."""
    return measured(function_name, {metric: 1})


def measured(
    name: str,
    counts: Mapping[str, int],
    milliseconds: Mapping[str, int] | None = None,
    dimension: str = DIMENSION,
) -> dict[str, Any]:
    """Return the fields by which a log line adds to metrics.

    Args:
        name: The function's, or what else the dimension tells apart.
        counts: Metric -> how many.
        milliseconds: Metric -> how long.
        dimension: By which the metrics are kept.
    """
    if not counts and not milliseconds:
        return {}
    units = {**dict.fromkeys(counts, "Count"), **dict.fromkeys(milliseconds or {}, "Milliseconds")}
    return {
        "_aws": {
            "Timestamp": time.time_ns() // 1_000_000,
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [[dimension]],
                    "Metrics": [{"Name": name, "Unit": unit} for name, unit in units.items()],
                }
            ],
        },
        dimension: name,
        **counts,
        **(milliseconds or {}),
    }
