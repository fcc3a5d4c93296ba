"""Outputs of an environment as the four stacks on AWS print them."""

from typing import Any

ACCOUNT, REGION = "123456789012", "us-east-1"
QUEUES = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}"


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


OUTPUTS: dict[str, dict[str, Any]] = {
    "network": {
        "environment_suffix": "dev",
        "account_id": ACCOUNT,
        "key_arn": _arn("kms", "key/0f1e2d3c-0000-4000-8000-000000000000"),
    },
    "data": {
        **{f"{table}_table_name": f"{table}-dev" for table in ("transactions", "profiles", "alerts")},
        **{
            f"{table}_table_arn": _arn("dynamodb", f"table/{table}-dev")
            for table in ("transactions", "profiles", "alerts")
        },
        "transactions_stream_arn": _arn("dynamodb", "table/transactions-dev/stream/2026-11-01T00:00:00.000"),
        "suspicious_queue_name": "suspicious-queue-dev",
        "suspicious_queue_url": f"{QUEUES}/suspicious-queue-dev",
        "suspicious_queue_arn": _arn("sqs", "suspicious-queue-dev"),
        "suspicious_dlq_name": "suspicious-dlq-dev",
        "fraud_alerts_topic_arn": _arn("sns", "fraud-alerts-topic-dev"),
        "fraud_alerts_topic_name": "fraud-alerts-topic-dev",
        "operations_alarms_topic_arn": _arn("sns", "operations-alarms-topic-dev"),
    },
    "compute": {
        "transactions_url": f"https://a1b2c3.execute-api.{REGION}.amazonaws.com/stage-dev/transactions",
        "ingest_function_name": "ingest-function-dev",
        "detector_function_name": "detector-function-dev",
        "bus_name": "transactions-bus-dev",
        "rule_name": "transaction-stored-rule-dev",
        "pipe_name": "transactions-pipe-dev",
        "dead_letter_queue_names": ["detector-dlq-dev", "pipe-dlq-dev", "rule-dlq-dev", "bus-dlq-dev"],
    },
    "alerting": {"notifier_function_name": "notifier-function-dev"},
}
