"""CloudWatch alarms that notify the operators, with meaning and action in the description."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from shared.infra.naming import Names
from shared.infra.provider import named

MINUTE = 60
FIVE_MINUTES = 5 * MINUTE
HOUR = 60 * MINUTE

Statistic = Literal["Sum", "Maximum", "Average", "SampleCount", "p99"]
SILENT = "IF(FILL(incoming, 0) > 0 AND FILL(outgoing, 0) == 0, 1, 0)"


@dataclass(frozen=True)
class Metric:
    """A metric of a resource."""

    namespace: str
    name: str
    dimensions: Mapping[str, pulumi.Input[str]]
    statistic: Statistic


@dataclass(frozen=True)
class Alarm:
    """Alarms when a metric exceeds the threshold for ``periods`` consecutive periods."""

    stem: str
    metric: Metric
    meaning: str
    """What has happened, for an operator who has just been woken."""
    action: str
    """What to do first."""
    threshold: float = 0
    period_seconds: int = FIVE_MINUTES
    periods: int = 1


@dataclass(frozen=True)
class SilenceAlarm:
    """Alarms when there is input but no output for ``periods`` consecutive periods."""

    stem: str
    incoming: Metric
    outgoing: Metric
    meaning: str
    action: str
    period_seconds: int = FIVE_MINUTES
    periods: int = 2


@dataclass(frozen=True)
class FormulaAlarm:
    """Alarms when a metric math expression exceeds zero for ``periods`` consecutive periods."""

    stem: str
    metrics: Mapping[str, Metric]
    """Name in the expression -> metric."""
    formula: str
    label: str
    meaning: str
    action: str
    period_seconds: int = FIVE_MINUTES
    periods: int = 1
    result: str = "rings"


@dataclass(frozen=True)
class AbsenceAlarm:
    """Alarms when a metric has no data for a number of hours."""

    stem: str
    metric: Metric
    meaning: str
    action: str
    hours: int


AnyAlarm = Alarm | SilenceAlarm | FormulaAlarm | AbsenceAlarm


def register(
    alarms: Sequence[AnyAlarm],
    names: Names,
    topic_arn: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Output[str]]:
    """Register the alarms; return their names.

    Missing data is not breaching, except for an `AbsenceAlarm`.
    """
    return [_registered(alarm, names, topic_arn, opts).name for alarm in alarms]


def _registered(
    alarm: AnyAlarm, names: Names, topic_arn: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> aws.cloudwatch.MetricAlarm:
    name, asked = names.of(f"{alarm.stem}-alarm", "alarm"), _asked(alarm)
    asked.name, asked.alarm_description = name, f"{alarm.meaning} {alarm.action}"
    asked.alarm_actions = asked.ok_actions = [topic_arn]
    return aws.cloudwatch.MetricAlarm(name, asked, named(opts))


def _asked(alarm: AnyAlarm) -> aws.cloudwatch.MetricAlarmArgs:
    match alarm:
        case Alarm():
            return _level(alarm)
        case AbsenceAlarm():
            return _absence(alarm)
        case SilenceAlarm():
            return _formula(_silence(alarm))
    return _formula(alarm)


def _level(alarm: Alarm) -> aws.cloudwatch.MetricAlarmArgs:
    percentile = alarm.metric.statistic if alarm.metric.statistic.startswith("p") else None
    return aws.cloudwatch.MetricAlarmArgs(
        namespace=alarm.metric.namespace,
        metric_name=alarm.metric.name,
        dimensions=alarm.metric.dimensions,
        statistic=None if percentile else alarm.metric.statistic,
        extended_statistic=percentile,
        period=alarm.period_seconds,
        evaluation_periods=alarm.periods,
        comparison_operator="GreaterThanThreshold",
        threshold=alarm.threshold,
        treat_missing_data="notBreaching",
    )


def _absence(alarm: AbsenceAlarm) -> aws.cloudwatch.MetricAlarmArgs:
    return aws.cloudwatch.MetricAlarmArgs(
        namespace=alarm.metric.namespace,
        metric_name=alarm.metric.name,
        dimensions=alarm.metric.dimensions,
        statistic=alarm.metric.statistic,
        # CloudWatch evaluates up to seven days with hourly periods, but one day with shorter ones.
        period=HOUR,
        evaluation_periods=alarm.hours,
        comparison_operator="LessThanThreshold",
        threshold=1,
        treat_missing_data="breaching",
    )


def _silence(alarm: SilenceAlarm) -> FormulaAlarm:
    return FormulaAlarm(
        alarm.stem,
        {"incoming": alarm.incoming, "outgoing": alarm.outgoing},
        SILENT,
        "Something in, nothing out",
        alarm.meaning,
        alarm.action,
        period_seconds=alarm.period_seconds,
        periods=alarm.periods,
        result="silent",
    )


def _formula(alarm: FormulaAlarm) -> aws.cloudwatch.MetricAlarmArgs:
    return aws.cloudwatch.MetricAlarmArgs(
        metric_queries=[
            *(_query(each, metric, alarm.period_seconds) for each, metric in alarm.metrics.items()),
            aws.cloudwatch.MetricAlarmMetricQueryArgs(
                id=alarm.result, label=alarm.label, expression=alarm.formula, return_data=True
            ),
        ],
        evaluation_periods=alarm.periods,
        comparison_operator="GreaterThanThreshold",
        threshold=0,
        treat_missing_data="notBreaching",
    )


def _query(identifier: str, metric: Metric, period: int) -> aws.cloudwatch.MetricAlarmMetricQueryArgs:
    return aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id=identifier,
        return_data=False,
        metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=metric.dimensions,
            stat=metric.statistic,
            period=period,
        ),
    )
