"""The alerting layer: the queue's trigger, who gets mail, what rings, and what the dashboard shows."""

import json
import re
from typing import Any

import pytest

from tests.support.harness import deploy_all, exports_of, run_layer
from tests.support.recorded import LayerRun

ALARM = "cloudwatch/metricAlarm:MetricAlarm"
SUBSCRIPTION = "sns/topicSubscription:TopicSubscription"


def _alerting(environment: str = "dev") -> LayerRun:
    return deploy_all(environment).runs["alerting"]


def _run_again(**settings: str) -> LayerRun:
    return run_layer("alerting", "dev", exports_of(deploy_all("dev").runs), settings)


@pytest.mark.parametrize(("environment", "at_once"), [("dev", 10), ("prod", 50), ("local", 4)])
def test_the_queue_triggers_the_notifier_and_a_poison_message_fails_alone(
    environment: str, at_once: int
) -> None:
    deployment = deploy_all(environment)
    trigger = _alerting(environment).one(
        "lambda/eventSourceMapping:EventSourceMapping", f"suspicious-queue-event-source-mapping-{environment}"
    )

    assert trigger.inputs == {
        "eventSourceArn": deployment.runs["data"].outputs["suspicious_queue_arn"],
        "functionName": f"notifier-function-{environment}",
        "batchSize": 10,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "scalingConfig": {"maximumConcurrency": at_once},
        "tags": {"Name": f"suspicious-queue-event-source-mapping-{environment}"},
    }


def _subscribed(run: LayerRun) -> set[tuple[str, str, str]]:
    return {
        (each.inputs["topic"].rsplit(":", 1)[-1], each.inputs["protocol"], each.inputs["endpoint"])
        for each in run.of_type(SUBSCRIPTION)
    }


def test_the_security_team_gets_fraud_and_the_operators_get_alarms() -> None:
    run = _run_again(
        security_team_emails='["ana.diaz@bank.example", "duty@bank.example"]',
        operator_emails='["ops@bank.example"]',
    )

    assert _subscribed(run) == {
        ("fraud-alerts-topic-dev", "email", "ana.diaz@bank.example"),
        ("fraud-alerts-topic-dev", "email", "duty@bank.example"),
        ("operations-alarms-topic-dev", "email", "ops@bank.example"),
    }


def test_a_subscription_is_named_by_its_address_so_that_a_new_one_replaces_no_other() -> None:
    before = {each.name for each in _run_again(security_team_emails='["b@x.example"]').of_type(SUBSCRIPTION)}
    after = {
        each.name
        for each in _run_again(security_team_emails='["a@x.example", "b@x.example"]').of_type(SUBSCRIPTION)
    }

    assert before
    assert before < after


def test_every_alarm_is_published_and_says_what_it_means_and_what_to_do() -> None:
    alerting = _alerting()
    alarms = alerting.of_type(ALARM)

    assert sorted(alerting.outputs["alarm_names"]) == sorted(alarm.inputs["name"] for alarm in alarms)
    for alarm in alarms:
        description = alarm.inputs["alarmDescription"]
        assert description.count(". ") >= 1, f"{alarm.name} does not say both: {description}"
        assert len(description) <= 1024, f"{alarm.name}: CloudWatch takes 1024 characters"


def test_every_alarm_tells_the_operators_when_it_rings_and_when_it_is_over() -> None:
    topic = deploy_all("dev").runs["data"].outputs["operations_alarms_topic_arn"]
    alarms = _alerting().of_type(ALARM)

    assert alarms
    assert all(alarm.inputs["alarmActions"] == alarm.inputs["okActions"] == [topic] for alarm in alarms)


def _alarms_on(metric: str) -> dict[str, Any]:
    return {
        alarm.name: alarm.inputs
        for alarm in _alerting().of_type(ALARM)
        if alarm.inputs.get("metricName") == metric
    }


@pytest.mark.parametrize(
    ("metric", "dimension", "watched"),
    [
        (
            "Errors",
            "FunctionName",
            {
                "ingest-function-dev",
                "detector-function-dev",
                "verdicts-function-dev",
                "notifier-function-dev",
            },
        ),
        (
            "Throttles",
            "FunctionName",
            {
                "ingest-function-dev",
                "detector-function-dev",
                "verdicts-function-dev",
                "notifier-function-dev",
            },
        ),
        ("AsyncEventsDropped", "FunctionName", {"detector-function-dev"}),
        ("AsyncEventAge", "FunctionName", {"detector-function-dev"}),
        ("PublishedRulesRefused", "FunctionName", {"detector-function-dev"}),
        ("Degraded", "FunctionName", {"detector-function-dev"}),
        ("ProfilesSetAside", "FunctionName", {"detector-function-dev"}),
        ("MailLag", "FunctionName", {"notifier-function-dev"}),
        ("ExecutionFailed", "PipeName", {"transactions-pipe-dev"}),
        (
            "ApproximateNumberOfMessagesVisible",
            "QueueName",
            {"suspicious-dlq-dev", "detector-dlq-dev", "pipe-dlq-dev", "rule-dlq-dev", "bus-dlq-dev"},
        ),
        ("ApproximateAgeOfOldestMessage", "QueueName", {"suspicious-queue-dev"}),
        ("NumberOfNotificationsFailed", "TopicName", {"fraud-alerts-topic-dev"}),
    ],
)
def test_what_is_watched(metric: str, dimension: str, watched: set[str]) -> None:
    assert {inputs["dimensions"][dimension] for inputs in _alarms_on(metric).values()} == watched


@pytest.mark.parametrize(("environment", "milliseconds"), [("dev", 1000), ("prod", 500)])
def test_slow_answers_ring_at_the_99th_percentile(environment: str, milliseconds: int) -> None:
    alarm = _alerting(environment).one(ALARM, f"api-latency-alarm-{environment}")

    assert alarm.inputs["extendedStatistic"] == "p99"
    assert "statistic" not in alarm.inputs
    assert alarm.inputs["threshold"] == milliseconds
    assert alarm.inputs["dimensions"] == {
        "ApiName": f"transactions-api-{environment}",
        "Stage": f"stage-{environment}",
    }


@pytest.mark.parametrize(
    ("alarm", "incoming", "outgoing"),
    [
        (
            "pipe-silence-alarm-dev",
            {"TableName": "transactions-dev", "Operation": "PutItem"},
            {"PipeName": "transactions-pipe-dev"},
        ),
        (
            "detector-silence-alarm-dev",
            {"PipeName": "transactions-pipe-dev"},
            {"FunctionName": "detector-function-dev"},
        ),
        (
            "mail-silence-alarm-dev",
            {"TopicName": "fraud-alerts-topic-dev"},
            {"TopicName": "fraud-alerts-topic-dev"},
        ),
    ],
)
def test_silence_rings_when_something_goes_in_and_nothing_comes_out(
    alarm: str, incoming: dict[str, str], outgoing: dict[str, str]
) -> None:
    queries = {query["id"]: query for query in _alerting().one(ALARM, alarm).inputs["metricQueries"]}

    assert [query["id"] for query in queries.values() if query.get("returnData")] == ["silent"]
    assert queries["incoming"]["metric"]["dimensions"] == incoming
    assert queries["outgoing"]["metric"]["dimensions"] == outgoing
    assert {name for name in queries if name in queries["silent"]["expression"]} == {"incoming", "outgoing"}


def _formula(alarm: str) -> tuple[dict[str, tuple[str, dict[str, str], str]], str]:
    """The metrics of an alarm by the name that its formula has for each, and the formula."""
    queries = _alerting("prod").one(ALARM, alarm).inputs["metricQueries"]
    named = {
        each["id"]: (each["metric"]["metricName"], each["metric"]["dimensions"], each["metric"]["stat"])
        for each in queries
        if "metric" in each
    }
    [formula] = [each["expression"] for each in queries if each.get("returnData")]
    assert named
    assert set(named) <= set(re.findall(r"[a-z_]+", formula))
    return named, formula


def _rings(formula: str, **values: float) -> bool:
    """Works a formula out as CloudWatch does, on one value of each metric."""
    python = re.sub(r"FILL\((\w+), 0\)", r"\1", formula).replace(" AND ", " and ").replace(" OR ", " or ")
    condition = re.fullmatch(r"IF\((.*), 1, 0\)", python)
    assert condition is not None
    return bool(eval(condition[1], {"__builtins__": {}}, values))  # noqa: S307 - our own formula


@pytest.mark.parametrize(
    ("stored", "decided", "rings"), [(0, 0, False), (100, 100, False), (1000, 995, False), (1000, 980, True)]
)
def test_a_part_that_is_not_judged_rings(stored: int, decided: int, rings: bool) -> None:
    metrics, formula = _formula("decision-gap-alarm-prod")
    assert metrics["stored"][1:] == (
        {"TableName": "transactions-prod", "Operation": "PutItem"},
        "SampleCount",
    )
    assert metrics["decided"][1:] == (
        {"TableName": "transactions-prod", "Operation": "UpdateItem"},
        "SampleCount",
    )
    assert _rings(formula, stored=stored, decided=decided) is rings


@pytest.mark.parametrize(
    ("decided", "late", "rings"), [(0, 0, False), (1000, 10, False), (1000, 11, True), (5, 1, True)]
)
def test_more_than_one_late_decision_in_a_hundred_rings(decided: int, late: int, rings: bool) -> None:
    metrics, formula = _formula("decision-lag-alarm-prod")
    assert metrics["late"] == ("Late", {"FunctionName": "detector-function-prod"}, "Sum")
    assert _rings(formula, decided=decided, late=late) is rings


@pytest.mark.parametrize(
    ("suspicious", "recorded", "rings"), [(0, 0, False), (1, 1, False), (1, 0, True), (900, 899, False)]
)
def test_an_alert_that_is_not_recorded_rings(suspicious: int, recorded: int, rings: bool) -> None:
    metrics, formula = _formula("alert-gap-alarm-prod")
    assert metrics["recorded"] == ("Recorded", {"FunctionName": "notifier-function-prod"}, "Sum")
    assert _rings(formula, suspicious=suspicious, recorded=recorded) is rings


@pytest.mark.parametrize(
    ("decided", "suspicious", "rings"),
    [
        (0, 0, False),
        (100, 20, False),
        (1000, 0, False),
        (60_000, 0, True),
        (60_000, 5, True),
        (60_000, 60, False),
        (60_000, 1800, False),
        (60_000, 1801, True),
        (600, 21, True),
    ],
)
def test_fewer_or_more_alerts_than_usual_ring(decided: int, suspicious: int, rings: bool) -> None:
    metrics, formula = _formula("alert-rate-alarm-prod")
    assert set(metrics) == {"decided", "suspicious"}
    assert _rings(formula, decided=decided, suspicious=suspicious) is rings


def test_a_band_that_begins_at_zero_never_rings_for_too_few() -> None:
    queries = _alerting("dev").one(ALARM, "alert-rate-alarm-dev").inputs["metricQueries"]
    [formula] = [each["expression"] for each in queries if each.get("returnData")]
    assert not _rings(formula, decided=10**9, suspicious=0)
    assert _rings(formula, decided=100, suspicious=21)


def test_throttling_of_any_table_rings() -> None:
    metrics, formula = _formula("tables-throttled-alarm-prod")
    assert {(name, dimensions["TableName"]) for name, dimensions, _ in metrics.values()} == {
        (f"{of}ThrottleEvents", f"{table}-prod")
        for of in ("Read", "Write")
        for table in ("transactions", "profiles-table", "alerts-table")
    }
    quiet = dict.fromkeys(metrics, 0)
    assert not _rings(formula, **quiet)
    assert all(_rings(formula, **{**quiet, each: 1}) for each in metrics)


def test_a_single_alert_that_reaches_nobody_rings() -> None:
    alarm = _alerting().one(ALARM, "mail-silence-alarm-dev").inputs
    metrics = {query["id"]: query["metric"] for query in alarm["metricQueries"] if "metric" in query}

    assert alarm["evaluationPeriods"] == 1, "the next alert may be days away"
    assert metrics["incoming"]["metricName"] == "NumberOfMessagesPublished"
    assert metrics["outgoing"]["metricName"] == "NumberOfNotificationsDelivered"


def test_the_dashboard_shows_the_pipeline_left_to_right_and_the_way_back_without_overlap() -> None:
    dashboard = _alerting().one("cloudwatch/dashboard:Dashboard", "pipeline-dashboard-dev")
    widgets = json.loads(dashboard.inputs["dashboardBody"])["widgets"]
    headings = sorted(
        (each["y"], each["x"], each["properties"]["markdown"]) for each in widgets if each["type"] == "text"
    )
    cells = [
        (x, y)
        for each in widgets
        for x in range(each["x"], each["x"] + each["width"])
        for y in range(each["y"], each["y"] + each["height"])
    ]

    assert [text.split("\n")[0] for _, _, text in headings] == [
        "### 1. API",
        "### 2. Ingest",
        "### 3. Stream, pipe, rule",
        "### 4. Detector",
        "### 5. Notifier",
        "### 6. Mail, and what went wrong",
        "### Verdicts",
    ]
    assert len(cells) == len(set(cells)), "widgets overlap"
    assert max(x for x, _ in cells) < 24, "a dashboard is 24 columns wide"
