"""Metrics that a log line carries: CloudWatch Logs counts them without a call, in the embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import time
from typing import Any, Final

NAMESPACE: Final = "FraudPipeline"
DIMENSION: Final = "FunctionName"
PUBLISHED_RULES_REFUSED: Final = "PublishedRulesRefused"


def counted(metric: str, function_name: str) -> dict[str, Any]:
    """Return the fields by which a log line counts one occurrence in a function."""
    return {
        "_aws": {
            "Timestamp": time.time_ns() // 1_000_000,
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": [[DIMENSION]],
                    "Metrics": [{"Name": metric, "Unit": "Count"}],
                }
            ],
        },
        DIMENSION: function_name,
        metric: 1,
    }
