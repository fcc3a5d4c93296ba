"""Alarms and graphs that watch nothing."""

import json

from tests.policy.mutations import (
    Mutation,
    Planted,
    on_alarms_of,
    with_input,
    without_type,
)

ALARM = "cloudwatch/metricAlarm:MetricAlarm"


def _dashboard_with(*metric: str) -> Mutation:
    """A dashboard of one widget with one metric, or of none."""
    widget = {"type": "metric", "properties": {"metrics": [[*metric, {"stat": "Sum"}]]}}
    body = json.dumps({"widgets": [widget] if metric else []})
    return with_input("cloudwatch/dashboard:Dashboard", "pipeline-dashboard", "dashboardBody", body)


PLANTED = (
    Planted("alarms_watch_what_exists", on_alarms_of("Errors", "metricName", "Failures"), "Failures"),
    Planted("alarms_watch_what_exists", on_alarms_of("Throttles", "namespace", "Lambda"), "Lambda Throttles"),
    Planted(
        "alarms_watch_what_exists",
        on_alarms_of("ExecutionFailed", "dimensions", {"PipeName": "transactions"}),
        "not registered",
    ),
    Planted(
        "alarms_watch_what_exists",
        on_alarms_of("FailedInvocations", "dimensions", {"RuleName": "transaction-stored-rule-dev"}),
        "does not publish",
    ),
    Planted(
        "every_dlq_has_an_alarm_at_one_message",
        on_alarms_of("ApproximateNumberOfMessagesVisible", "threshold", 10),
        "no alarm fires",
    ),
    Planted("every_dlq_has_an_alarm_at_one_message", without_type(ALARM), "no cloudwatch/metricAlarm"),
    Planted(
        "everything_that_can_fail_is_watched",
        on_alarms_of("Throttles", "metricName", "Invocations"),
        "Throttles",
    ),
    Planted(
        "everything_that_can_fail_is_watched",
        on_alarms_of("AsyncEventsDropped", "dimensions", {"FunctionName": "notifier-function-dev"}),
        "AsyncEventsDropped",
    ),
    Planted(
        "dashboards_show_what_exists",
        _dashboard_with("AWS/Lambda", "Invocations", "FunctionName", "reporter-dev"),
        "reporter-dev",
    ),
    Planted(
        "dashboards_show_what_exists",
        _dashboard_with("AWS/Lambda", "Calls", "FunctionName", "ingest-function-dev"),
        "Calls",
    ),
    Planted("dashboards_show_what_exists", _dashboard_with(), "no widget"),
    Planted(
        "missing_data_of_an_alarm_is_no_failure",
        on_alarms_of("Errors", "treatMissingData", "breaching"),
        "breaching",
    ),
)
