"""Metrics in log lines, in the embedded metric format, which CloudWatch extracts without an API call.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import time
from collections.abc import Mapping
from typing import Any, Final

NAMESPACE: Final = "FraudPipeline"
DIMENSION: Final = "FunctionName"
ENVIRONMENT_DIMENSION: Final = "Environment"
CANARY_PASSED: Final = "CanaryPassed"
"""Synthetic frauds that were mailed, counted by `make canary`."""
SHIFTED_QUANTITIES: Final = "ShiftedQuantities"
"""Quantities that drifted last week, counted by `make stability PUBLISH=yes`."""
PUBLISHED_RULES_REFUSED: Final = "PublishedRulesRefused"
SUSPICIOUS: Final = "Suspicious"
SUPPRESSED: Final = "Suppressed"
DEGRADED: Final = "Degraded"
"""Decisions without an optional input: population, published rules, controls or merchant."""
PROFILES_SET_ASIDE: Final = "ProfilesSetAside"
CONFLICTS: Final = "Conflicts"
"""Profile writes that were retried because of a concurrent payment of the account."""
RECORDED: Final = "Recorded"
"""Alerts that the notifier has recorded, mailed or grouped."""
MAILED: Final = "Mailed"
MAIL_LAG: Final = "MailLag"
"""Milliseconds from the receipt of a transaction to its own mail."""
LATE: Final = "Late"
"""Decisions more than `LATE_MILLISECONDS` after the receipt of the transaction."""
LATE_MILLISECONDS: Final = 10_000
METRICS: Final = (
    *(PUBLISHED_RULES_REFUSED, SUSPICIOUS, SUPPRESSED, DEGRADED, LATE, PROFILES_SET_ASIDE, CONFLICTS),
    *(RECORDED, MAILED, MAIL_LAG, CANARY_PASSED),
)
"""Metrics of every environment; AWS bills each per month."""


def counted(metric: str, function_name: str) -> dict[str, Any]:
    """Return log fields that count one occurrence in a function."""
    return measured(function_name, {metric: 1})


def measured(
    name: str,
    counts: Mapping[str, int],
    milliseconds: Mapping[str, int] | None = None,
    dimension: str = DIMENSION,
) -> dict[str, Any]:
    """Return log fields that add to metrics.

    Args:
        name: Value of the dimension, such as the function's name.
        counts: Metric -> count.
        milliseconds: Metric -> duration.
        dimension: Name of the dimension.
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
