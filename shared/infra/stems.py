"""Stems of names that several layers use; other names are set where the resource is created."""

from collections.abc import Mapping
from types import MappingProxyType

INGEST = "ingest"
DETECTOR = "detector"
VERDICTS = "verdicts"
NOTIFIER = "notifier"
FUNCTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"compute": (INGEST, DETECTOR, VERDICTS), "alerting": (NOTIFIER,)}
)
"""Layer -> stems of its functions."""

TRANSACTIONS = "transactions"
PROFILES = "profiles-table"
ALERTS = "alerts-table"
CHANGES_INDEX = "changes-index"
"""Index of the profiles table."""

SUSPICIOUS_QUEUE = "suspicious-queue"
SUSPICIOUS_DLQ = "suspicious-dlq"

FRAUD_ALERTS = "fraud-alerts-topic"
OPERATIONS_ALARMS = "operations-alarms-topic"

BUS = "transactions-bus"
RULE = "transaction-stored-rule"
PIPE = "transactions-pipe"

DETECTOR_DLQ = "detector-dlq"
PIPE_DLQ = "pipe-dlq"
RULE_DLQ = "rule-dlq"
BUS_DLQ = "bus-dlq"
COMPUTE_DEAD_LETTER_QUEUES = (DETECTOR_DLQ, PIPE_DLQ, RULE_DLQ, BUS_DLQ)
"""In the order of ``ComputeContract.dead_letter_queue_names``."""

API_ACCESS_LOGS = "api-access-log-group"
CANARY_LOG = "canary-log-group"


def role_of(function: str) -> str:
    """Return the stem of a function's execution role."""
    return f"{function}-role"


PIPE_ROLE = "pipe-role"


def boundary_of(role: str) -> str:
    """Return the stem of a role's permissions boundary."""
    return f"{role}-boundary"
