"""Statistics of metrics, metric math, and the state of an alarm."""

from types import SimpleNamespace
from typing import Any

import pytest

from emulator.cloud.monitoring.evaluation import ALARM, OK, state_of
from emulator.cloud.monitoring.formulas import FormulaError, value_of
from emulator.cloud.monitoring.sources import _embedded
from emulator.cloud.monitoring.store import MetricStore, key_of
from emulator.cloud.taps import Datum

SILENT = "IF(FILL(incoming, 0) > 0 AND FILL(outgoing, 0) == 0, 1, 0)"
QUEUE = {"QueueName": "orders"}
NOW = 1000.0


def store_of(*values: tuple[float, float], name: str = "Depth", scale: float = 1.0) -> MetricStore:
    store = MetricStore(3600, scale)
    for at, value in values:
        store.add(Datum("AWS/SQS", name, QUEUE, value, at))
    return store


@pytest.mark.parametrize(
    ("which", "value"),
    [
        ("Sum", 10),
        ("Average", 2.5),
        ("Maximum", 4),
        ("Minimum", 1),
        ("SampleCount", 4),
        ("p99", 4),
        ("p50", 2),
    ],
)
def test_statistics(which: str, value: float) -> None:
    store = store_of((10, 1), (11, 2), (12, 3), (13, 4), (14, 100))
    assert store.statistic(key_of("AWS/SQS", "Depth", QUEUE), which, 10, 14) == value
    assert store.statistic(key_of("AWS/SQS", "Depth", QUEUE), which, 20, 30) is None
    assert store.statistic(key_of("AWS/SQS", "Depth", {}), which, 10, 14) is None


def test_an_age_is_as_long_as_on_aws() -> None:
    store = store_of((10, 2.0), name="ApproximateAgeOfOldestMessage", scale=1 / 60)
    key = key_of("AWS/SQS", "ApproximateAgeOfOldestMessage", QUEUE)
    assert store.statistic(key, "Maximum", 0, 20) == pytest.approx(120)


@pytest.mark.parametrize(
    ("expression", "metrics", "value"),
    [
        (SILENT, {"incoming": 3.0, "outgoing": None}, 1),
        (SILENT, {"incoming": 3.0, "outgoing": 1.0}, 0),
        (SILENT, {"incoming": None, "outgoing": None}, 0),
        ("IF(FILL(a, 0) - FILL(b, 0) > 0.01 * FILL(a, 0), 1, 0)", {"a": 100.0, "b": 98.0}, 1),
        ("IF(FILL(a, 0) - FILL(b, 0) > 0.01 * FILL(a, 0), 1, 0)", {"a": 100.0, "b": 99.0}, 0),
        ("IF((a > 20 AND a * 2 > b) OR (b == 7), 1, 0)", {"a": 1.0, "b": 7.0}, 1),
        ("a + b", {"a": 1.0, "b": None}, None),
    ],
)
def test_metric_math(expression: str, metrics: dict[str, float | None], value: float | None) -> None:
    assert value_of(expression, metrics) == value


@pytest.mark.parametrize("expression", ["RATE(a)", "a +", "unknown", "__import__('os')", "a if a else a"])
def test_what_is_not_calculated_is_refused(expression: str) -> None:
    with pytest.raises(FormulaError):
        value_of(expression, {"a": 1.0})


def alarm(**changes: Any) -> SimpleNamespace:
    values = {
        "namespace": "AWS/SQS",
        "metric_name": "Depth",
        "dimensions": [SimpleNamespace(name="QueueName", value="orders")],
        "statistic": "Maximum",
        "extended_statistic": None,
        "period": 60,
        "evaluation_periods": 3,
        "datapoints_to_alarm": None,
        "threshold": 1.0,
        "comparison_operator": "GreaterThanThreshold",
        "treat_missing_data": "notBreaching",
        "metric_data_queries": [],
        **changes,
    }
    return SimpleNamespace(**values)


def test_an_alarm_rings_when_every_period_breaches() -> None:
    breaching = store_of((NOW - 170, 2), (NOW - 100, 2), (NOW - 10, 2))
    assert state_of(alarm(), breaching, NOW, 1.0)[0] == ALARM
    assert state_of(alarm(), store_of((NOW - 100, 2), (NOW - 10, 2)), NOW, 1.0)[0] == OK, "no data in one"
    assert state_of(alarm(threshold=2.0), breaching, NOW, 1.0)[0] == OK
    assert state_of(alarm(treat_missing_data="breaching"), store_of(), NOW, 1.0)[0] == ALARM
    absence = {"treat_missing_data": "breaching", "comparison_operator": "LessThanThreshold"}
    assert state_of(alarm(**absence), store_of((NOW - 100, 1)), NOW, 1.0)[0] == OK, "one period is enough"
    assert state_of(alarm(datapoints_to_alarm=1), store_of((NOW - 10, 2)), NOW, 1.0)[0] == ALARM


def test_periods_are_shortened() -> None:
    store = store_of((NOW - 2.5, 2), (NOW - 1.5, 2), (NOW - 0.5, 2))
    assert state_of(alarm(), store, NOW, 1 / 60)[0] == ALARM
    assert state_of(alarm(), store, NOW + 3, 1 / 60)[0] == OK


def test_a_log_line_carries_metrics_or_none() -> None:
    line = (
        b'{"_aws": {"CloudWatchMetrics": [{"Namespace": "N", "Dimensions": [["F"]], '
        b'"Metrics": [{"Name": "Decided", "Unit": "Count"}]}]}, "F": "detector", "Decided": 1}'
    )
    (datum,) = _embedded(line)
    assert (datum.namespace, datum.name, datum.value) == ("N", "Decided", 1)
    assert datum.dimensions == {"F": "detector"}
    assert list(_embedded(b'{"_aws": "cut')) == []
