"""Evaluate the state of an alarm from its metrics.

Source: "Evaluating an alarm" and "Configuring how CloudWatch alarms treat missing data" in the CloudWatch
user guide. Unlike on AWS, periods slide instead of being aligned to the minute.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from emulator.cloud.monitoring.formulas import value_of
from emulator.cloud.monitoring.store import MetricStore, key_of

OK, ALARM = "OK", "ALARM"
_COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def state_of(alarm: Any, store: MetricStore, now: float, scale: float) -> tuple[str, str]:
    """Return the state of a moto alarm, and the reason."""
    periods = int(alarm.evaluation_periods)
    needed = int(alarm.datapoints_to_alarm or periods)
    values = [value_at(alarm, store, now, scale, back) for back in range(periods)]
    breaching = sum(_breaches(alarm, value) for value in values)
    said = ", ".join("no data" if value is None else f"{value:g}" for value in values)
    comparison = f"{alarm.comparison_operator} {float(alarm.threshold):g}"
    reason = f"{breaching} of the last {periods} periods breach {comparison}, the newest first: {said}"
    return (ALARM if breaching >= needed else OK), reason


def value_at(alarm: Any, store: MetricStore, now: float, scale: float, back: int) -> float | None:
    """Return the value that an alarm compares, `back` periods ago; None if data is missing."""
    if not alarm.metric_data_queries:
        dimensions = {each.name: each.value for each in alarm.dimensions}
        which = alarm.statistic or alarm.extended_statistic
        start, end = _window(now, float(alarm.period) * scale, back)
        return store.statistic(key_of(alarm.namespace, alarm.metric_name, dimensions), which, start, end)
    metrics = {}
    (expression,) = (each.expression for each in alarm.metric_data_queries if each.expression)
    for query in alarm.metric_data_queries:
        if (asked := query.metric_stat) is not None:
            dimensions = {each.name: each.value for each in asked.metric.dimensions}
            start, end = _window(now, float(asked.period) * scale, back)
            key = key_of(asked.metric.namespace, asked.metric.metric_name, dimensions)
            metrics[query.id] = store.statistic(key, asked.stat, start, end)
    return value_of(expression, metrics)


def _window(now: float, seconds: float, back: int) -> tuple[float, float]:
    return now - (back + 1) * seconds, now - back * seconds


def _breaches(alarm: Any, value: float | None) -> bool:
    if value is None:
        return bool(alarm.treat_missing_data == "breaching")
    return _COMPARISONS[alarm.comparison_operator](value, float(alarm.threshold))
