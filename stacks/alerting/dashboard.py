"""The dashboard: the pipeline from left to right, and verdicts below."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from shared.infra import stems
from shared.infra.arns import REGION
from shared.infra.contracts import ComputeContract, DataContract
from shared.infra.naming import Names
from shared.infra.provider import named
from stacks.alerting.alarm import MINUTE, Metric
from stacks.alerting.metrics import of_api, of_function, of_pipe, of_queue, of_rule, of_topic, of_writes

PAGE_WIDTH = 24
HEADING_HEIGHT = 2
GRAPH_HEIGHT = 6


@dataclass(frozen=True)
class Graph:
    """A time series widget."""

    title: str
    metrics: Sequence[Metric]


@dataclass(frozen=True)
class Station:
    """A part of the pipeline: a column, or a row below the columns."""

    title: str
    explanation: str
    graphs: Sequence[Graph]


def dashboard(
    names: Names,
    data: DataContract,
    compute: ComputeContract,
    notifier_name: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> aws.cloudwatch.Dashboard:
    """Register the dashboard."""
    name = names.of("pipeline-dashboard", "dashboard")
    stations = [
        _api(compute),
        _function("Ingest", "Validates a transaction and stores it once.", compute.ingest_function_name),
        _route(data, compute),
        _function("Detector", "Scores it against its account's profile.", compute.detector_function_name),
        _function("Notifier", "Records what is suspicious and mails it once.", notifier_name),
        _ends(data, compute),
    ]
    width = PAGE_WIDTH // len(stations)
    widgets = [
        widget
        for position, station in enumerate(stations)
        for widget in _column(f"{position + 1}. {station.title}", station, position * width, width)
    ]
    deepest = max(len(station.graphs) for station in stations)
    widgets += _row(_verdicts(compute), HEADING_HEIGHT + deepest * GRAPH_HEIGHT)
    return aws.cloudwatch.Dashboard(
        name,
        dashboard_name=name,
        dashboard_body=pulumi.Output.json_dumps({"start": "-PT3H", "widgets": widgets}),
        opts=named(opts),
    )


def _api(compute: ComputeContract) -> Station:
    return Station(
        "API",
        "Payment services POST transactions.",
        [
            Graph("Requests", [of_api(compute, "Count", "Sum")]),
            Graph("Refused and failed", [of_api(compute, name, "Sum") for name in ("4XXError", "5XXError")]),
            Graph(
                "Latency (ms)",
                [of_api(compute, "Latency", "Average"), of_api(compute, "Latency", "p99")],
            ),
        ],
    )


def _function(title: str, explanation: str, name: pulumi.Input[str]) -> Station:
    return Station(
        title,
        explanation,
        [
            Graph("Invocations", [of_function(name, "Invocations", "Sum")]),
            Graph(
                "Errors and throttles",
                [of_function(name, metric, "Sum") for metric in ("Errors", "Throttles")],
            ),
            Graph(
                "Duration (ms), concurrency",
                [
                    of_function(name, "Duration", "p99"),
                    of_function(name, "ConcurrentExecutions", "Maximum"),
                ],
            ),
        ],
    )


def _route(data: DataContract, compute: ComputeContract) -> Station:
    return Station(
        "Stream, pipe, rule",
        "Each stored transaction goes on to the detector.",
        [
            Graph(
                "Stored, seen by the pipe",
                [of_writes(data.transactions_table_name, "PutItem"), of_pipe(compute, "EventCount", "Sum")],
            ),
            Graph(
                "Failed in pipe and rule",
                [
                    of_pipe(compute, "ExecutionFailed", "Sum"),
                    of_pipe(compute, "ExecutionThrottled", "Sum"),
                    of_rule(compute, "FailedInvocations", "Sum"),
                ],
            ),
            Graph(
                "Waiting for the detector (ms)",
                [of_function(compute.detector_function_name, "AsyncEventAge", "Maximum")],
            ),
        ],
    )


def _ends(data: DataContract, compute: ComputeContract) -> Station:
    dead_letters = pulumi.Output.from_input(compute.dead_letter_queue_names)
    waiting = [
        data.suspicious_dlq_name,
        *(dead_letters[position] for position in range(len(stems.COMPUTE_DEAD_LETTER_QUEUES))),
    ]
    return Station(
        "Mail, and what went wrong",
        "Mails to the security team; queues that must stay empty.",
        [
            Graph(
                "Mails",
                [
                    of_topic(data.fraud_alerts_topic_name, metric, "Sum")
                    for metric in ("NumberOfNotificationsDelivered", "NumberOfNotificationsFailed")
                ],
            ),
            Graph(
                "In dead-letter queues",
                [of_queue(name, "ApproximateNumberOfMessagesVisible", "Maximum") for name in waiting],
            ),
            Graph(
                "Oldest suspicious transaction (s)",
                [of_queue(data.suspicious_queue_name, "ApproximateAgeOfOldestMessage", "Maximum")],
            ),
        ],
    )


def _verdicts(compute: ComputeContract) -> Station:
    return _function(
        "Verdicts", "Records what analysts decide; later scores know it.", compute.verdicts_function_name
    )


@dataclass(frozen=True)
class _Area:
    """A rectangle of the dashboard, which is ``PAGE_WIDTH`` units wide."""

    x: int
    y: int
    width: int
    height: int


def _column(title: str, station: Station, x: int, width: int) -> list[dict[str, Any]]:
    graphs = [
        _graph(graph, _Area(x, HEADING_HEIGHT + row * GRAPH_HEIGHT, width, GRAPH_HEIGHT))
        for row, graph in enumerate(station.graphs)
    ]
    return [_heading(title, station, _Area(x, 0, width, HEADING_HEIGHT)), *graphs]


def _row(station: Station, y: int) -> list[dict[str, Any]]:
    width = PAGE_WIDTH // len(station.graphs)
    graphs = [
        _graph(graph, _Area(position * width, y + HEADING_HEIGHT, width, GRAPH_HEIGHT))
        for position, graph in enumerate(station.graphs)
    ]
    return [_heading(station.title, station, _Area(0, y, PAGE_WIDTH, HEADING_HEIGHT)), *graphs]


def _heading(title: str, station: Station, area: _Area) -> dict[str, Any]:
    return {
        "type": "text",
        **asdict(area),
        "properties": {"markdown": f"### {title}\n{station.explanation}"},
    }


def _graph(graph: Graph, area: _Area) -> dict[str, Any]:
    return {
        "type": "metric",
        **asdict(area),
        "properties": {
            "title": graph.title,
            "region": REGION,
            "view": "timeSeries",
            "period": MINUTE,
            "metrics": [_line(metric) for metric in graph.metrics],
        },
    }


def _line(metric: Metric) -> list[Any]:
    dimensions = [part for pair in metric.dimensions.items() for part in pair]
    return [metric.namespace, metric.name, *dimensions, {"stat": metric.statistic}]
