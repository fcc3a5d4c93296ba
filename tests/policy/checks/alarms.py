"""Alarms: each watches what exists, by a metric that is published, and nothing that fails is unwatched."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.policy.checks.registry import check, every, setting
from tests.policy.checks.storage import dead_letter_queues
from tests.support.recorded import Estate, Resource

ALARM = "cloudwatch/metricAlarm:MetricAlarm"

Metrics = Mapping[str, tuple[tuple[frozenset[str], ...], frozenset[str]]]

AWS_METRICS: Metrics = {
    "AWS/SQS": (
        (frozenset({"QueueName"}),),
        frozenset(
            {
                "ApproximateAgeOfOldestMessage",
                "ApproximateNumberOfMessagesDelayed",
                "ApproximateNumberOfMessagesNotVisible",
                "ApproximateNumberOfMessagesVisible",
                "NumberOfEmptyReceives",
                "NumberOfMessagesDeleted",
                "NumberOfMessagesReceived",
                "NumberOfMessagesSent",
            }
        ),
    ),
    "AWS/Lambda": (
        (frozenset({"FunctionName"}),),
        frozenset(
            {
                "AsyncEventAge",
                "AsyncEventsDropped",
                "AsyncEventsReceived",
                "ConcurrentExecutions",
                "DeadLetterErrors",
                "DestinationDeliveryFailures",
                "Duration",
                "Errors",
                "Invocations",
                "RecursiveInvocationsDropped",
                "Throttles",
            }
        ),
    ),
    "AWS/Events": (
        # RuleName alone is a rule on the default bus.
        (frozenset({"EventBusName", "RuleName"}),),
        frozenset(
            {
                "DeadLetterInvocations",
                "FailedInvocations",
                "IngestiontoInvocationStartLatency",
                "Invocations",
                "InvocationsFailedToBeSentToDlq",
                "InvocationsSentToDlq",
                "MatchedEvents",
                "RetryInvocationAttempts",
                "SuccessfulInvocationAttempts",
                "ThrottledRules",
                "TriggeredRules",
            }
        ),
    ),
    "AWS/EventBridge/Pipes": (
        (frozenset({"PipeName"}),),
        frozenset(
            {
                "Concurrency",
                "Duration",
                "EventCount",
                "EventSize",
                "ExecutionFailed",
                "ExecutionPartiallyFailed",
                "ExecutionThrottled",
                "ExecutionTimeout",
                "Invocations",
                "TargetStageDuration",
                "TargetStageFailed",
                "TargetStagePartiallyFailed",
            }
        ),
    ),
    # Of our own: the functions' logs carry them.
    "FraudPipeline": (
        (frozenset({"FunctionName"}), frozenset({"Environment"})),
        frozenset(
            {
                "CanaryPassed",
                "Degraded",
                "Late",
                "MailLag",
                "ProfilesSetAside",
                "PublishedRulesRefused",
                "Recorded",
                "Suspicious",
            }
        ),
    ),
    "AWS/ApiGateway": (
        (frozenset({"ApiName"}), frozenset({"ApiName", "Stage"})),
        frozenset({"4XXError", "5XXError", "Count", "IntegrationLatency", "Latency"}),
    ),
    "AWS/SNS": (
        (frozenset({"TopicName"}),),
        frozenset(
            {"NumberOfMessagesPublished", "NumberOfNotificationsDelivered", "NumberOfNotificationsFailed"}
        ),
    ),
    "AWS/DynamoDB": (
        (frozenset({"TableName"}), frozenset({"Operation", "TableName"})),
        frozenset(
            {
                "ReadThrottleEvents",
                "SuccessfulRequestLatency",
                "SystemErrors",
                "ThrottledRequests",
                "WriteThrottleEvents",
            }
        ),
    ),
}
"""For each namespace, the sets of dimensions that AWS publishes under, and the names of metrics."""

WATCHED_TYPES: Mapping[str, tuple[str, str]] = {
    "QueueName": ("sqs/queue:Queue", "name"),
    "FunctionName": ("lambda/function:Function", "name"),
    "RuleName": ("cloudwatch/eventRule:EventRule", "name"),
    "EventBusName": ("cloudwatch/eventBus:EventBus", "name"),
    "PipeName": ("pipes/pipe:Pipe", "name"),
    "ApiName": ("apigateway/restApi:RestApi", "name"),
    "Stage": ("apigateway/stage:Stage", "stageName"),
    "TopicName": ("sns/topic:Topic", "name"),
    "TableName": ("dynamodb/table:Table", "name"),
}
"""For each dimension, the type and the input that hold what it names."""

OPERATIONS = frozenset({"BatchGetItem", "GetItem", "PutItem", "UpdateItem"})
"""Values of a dimension that names no resource."""


def watched_metrics(alarm: Resource) -> list[Mapping[str, Any]]:
    """The metrics that an alarm looks at: namespace, metricName and dimensions of each."""
    queries = [query["metric"] for query in setting(alarm, "metricQueries") or [] if query.get("metric")]
    return queries or [alarm.inputs]


def _faults(estate: Estate, metric: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a metric: its name, the dimensions it is asked for by, or what these name."""
    dimension_sets, names = AWS_METRICS.get(str(metric.get("namespace")), ((), frozenset()))
    dimensions = metric.get("dimensions") or {}
    if metric.get("metricName") not in names:
        yield f"AWS has no metric {metric.get('namespace')} {metric.get('metricName')}"
    if frozenset(dimensions) not in dimension_sets:
        yield f"AWS does not publish {metric.get('metricName')} by {sorted(dimensions)}"
    for dimension, value in dimensions.items():
        type_, key = WATCHED_TYPES.get(dimension, ("", ""))
        registered = {setting(resource, key) for resource in estate.of_type(type_)}
        own = {"Operation": OPERATIONS, "Environment": {estate.suffix}}
        if value not in own.get(dimension, registered):
            yield f"{dimension} {value!r} is not registered"


@check
def alarms_watch_what_exists(estate: Estate) -> Iterator[str]:
    """Every dimension of every alarm names something that a layer registers; every metric is one of AWS."""
    for alarm in every(estate, ALARM):
        for metric in watched_metrics(alarm):
            yield from (f"{alarm}: {fault}" for fault in _faults(estate, metric))


@check
def dashboards_show_what_exists(estate: Estate) -> Iterator[str]:
    """Every graph of every dashboard shows metrics of AWS, of things that a layer registers."""
    for dashboard in every(estate, "cloudwatch/dashboard:Dashboard"):
        widgets = json.loads(setting(dashboard, "dashboardBody"))["widgets"]
        lines = [line for each in widgets for line in each["properties"].get("metrics", [])]
        if not lines:
            yield f"{dashboard}: no widget shows a metric"
        for namespace, name, *rest in lines:
            words = [word for word in rest if isinstance(word, str)]
            dimensions = dict(zip(words[::2], words[1::2], strict=True))
            metric = {"namespace": namespace, "metricName": name, "dimensions": dimensions}
            yield from (f"{dashboard}: {fault}" for fault in _faults(estate, metric))


def _alarms(estate: Estate, metric_name: str, dimension: str) -> set[str]:
    return {
        metric["dimensions"][dimension]
        for alarm in every(estate, ALARM)
        for metric in watched_metrics(alarm)
        if metric.get("metricName") == metric_name and dimension in (metric.get("dimensions") or {})
    }


@check
def every_dlq_has_an_alarm_at_one_message(estate: Estate) -> Iterator[str]:
    """One message in a DLQ raises an alarm."""
    sensitive = {
        metric["dimensions"].get("QueueName")
        for alarm in every(estate, ALARM)
        for metric in watched_metrics(alarm)
        if metric.get("metricName") == "ApproximateNumberOfMessagesVisible" and _fires_at_one(alarm)
    }
    for queue in dead_letter_queues(estate):
        if setting(queue, "name") not in sensitive:
            yield f"{queue}: no alarm fires at its first message"


def _fires_at_one(alarm: Resource) -> bool:
    comparison, threshold = setting(alarm, "comparisonOperator"), setting(alarm, "threshold")
    return (comparison, threshold) in {("GreaterThanThreshold", 0), ("GreaterThanOrEqualToThreshold", 1)}


WANTED_METRICS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Errors": (
        "FunctionName",
        ("ingest-function", "detector-function", "verdicts-function", "notifier-function"),
    ),
    "Throttles": (
        "FunctionName",
        ("ingest-function", "detector-function", "verdicts-function", "notifier-function"),
    ),
    "AsyncEventsDropped": ("FunctionName", ("detector-function",)),
    "AsyncEventAge": ("FunctionName", ("detector-function",)),
    "PublishedRulesRefused": ("FunctionName", ("detector-function",)),
    "DestinationDeliveryFailures": ("FunctionName", ("detector-function",)),
    "Late": ("FunctionName", ("detector-function",)),
    "Recorded": ("FunctionName", ("notifier-function",)),
    "Degraded": ("FunctionName", ("detector-function",)),
    "ProfilesSetAside": ("FunctionName", ("detector-function",)),
    "SuccessfulRequestLatency": ("TableName", ("transactions",)),
    "ReadThrottleEvents": ("TableName", ("transactions", "profiles-table", "alerts-table")),
    "WriteThrottleEvents": ("TableName", ("transactions", "profiles-table", "alerts-table")),
    "ExecutionFailed": ("PipeName", ("transactions-pipe",)),
    "FailedInvocations": ("RuleName", ("transaction-stored-rule",)),
    "5XXError": ("ApiName", ("transactions-api",)),
    "Latency": ("ApiName", ("transactions-api",)),
    "ApproximateAgeOfOldestMessage": ("QueueName", ("suspicious-queue",)),
}
"""What must be watched: the metric, its dimension, and the stems of the resources that it is watched for."""


@check
def everything_that_can_fail_is_watched(estate: Estate) -> Iterator[str]:
    """Errors, throttles, dropped and old events, failures, 5xx, latency and message age have alarms."""
    for metric_name, (dimension, stems) in WANTED_METRICS.items():
        missing = {f"{stem}-{estate.suffix}" for stem in stems} - _alarms(estate, metric_name, dimension)
        if missing:
            yield f"no alarm watches {metric_name} of {sorted(missing)}"


@check
def missing_data_of_an_alarm_is_no_failure(estate: Estate) -> Iterator[str]:
    """Quiet hours raise no alarm: AWS publishes no zeros for most metrics. The canary's absence does."""
    for alarm in every(estate, ALARM):
        wanted = "breaching" if setting(alarm, "metricName") == "CanaryPassed" else "notBreaching"
        if setting(alarm, "treatMissingData") != wanted:
            yield f"{alarm}: missing data is {setting(alarm, 'treatMissingData')!r}"
