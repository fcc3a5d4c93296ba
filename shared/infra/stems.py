"""Stems of names that more than one layer must know; everything else is named where it is created."""

INGEST = "ingest"
DETECTOR = "detector"
NOTIFIER = "notifier"

TRANSACTIONS = "transactions"
PROFILES = "profiles"
ALERTS = "alerts"

SUSPICIOUS_QUEUE = "suspicious-queue"
SUSPICIOUS_DLQ = "suspicious-dlq"

FRAUD_ALERTS = "fraud-alerts"
OPERATIONS_ALARMS = "operations-alarms"

BUS = "transactions-bus"
RULE_DLQ = "rule-dlq"
BUS_DLQ = "bus-dlq"
API_ACCESS_LOGS = "api-access-logs"


def role_of(function: str) -> str:
    """The execution role of a function."""
    return f"{function}-role"
