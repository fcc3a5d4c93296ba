"""CloudWatch: alarms and dashboards."""

from collections.abc import Iterator
from typing import Any

from emulator.provider import tags
from emulator.provider.declared import Declared
from emulator.provider.resource import NO_DATA, CheckFailure, Clients, Place, Properties, frozen
from emulator.provider.shapes import from_api, to_api

_QUERY = {"id": "Id", "accountId": "AccountId"}
_LISTS = frozenset({"alarmActions", "insufficientDataActions", "okActions"})


class MetricAlarm(Declared):
    """`aws.cloudwatch.MetricAlarm`, on a metric or a metric math expression."""

    token = "aws:cloudwatch/metricAlarm:MetricAlarm"
    encrypted_by = NO_DATA
    service = "cloudwatch"
    modelled = _LISTS | {
        "actionsEnabled",
        "alarmDescription",
        "comparisonOperator",
        "datapointsToAlarm",
        "dimensions",
        "evaluationPeriods",
        "extendedStatistic",
        "metricName",
        "metricQueries",
        "name",
        "namespace",
        "period",
        "statistic",
        "threshold",
        "treatMissingData",
        "unit",
    }
    names = {"name": "AlarmName", "okActions": "OKActions", "metricQueries": "Metrics"}
    defaults = frozen({"actionsEnabled": True, "treatMissingData": "missing"})
    auto_name = "name"
    unordered = frozenset({"metricQueries", *_LISTS})
    creating, reading, deleting = "put_metric_alarm", "describe_alarms", "delete_alarms"
    described_in = "MetricAlarms"
    overwrites = True
    arn_form = ("cloudwatch", "alarm:{name}")
    tagged = True

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Check for a metric or queries, and a threshold."""
        if ("metricName" in inputs) == bool(inputs.get("metricQueries")):
            yield CheckFailure("metricName", "exactly one of metricName and metricQueries is required")
        for name in ("comparisonOperator", "evaluationPeriods", "threshold"):
            if name not in inputs:
                yield CheckFailure(name, "is required")
        if "metricName" in inputs and ("statistic" in inputs) == ("extendedStatistic" in inputs):
            yield CheckFailure("statistic", "exactly one of statistic and extendedStatistic is required")

    def arguments(self, inputs: Properties) -> dict[str, Any]:
        plain = {name: value for name, value in inputs.items() if name not in ("dimensions", "metricQueries")}
        fields = super().arguments(plain)
        if inputs.get("dimensions"):
            fields["Dimensions"] = tags.as_list(inputs["dimensions"], key="Name")
        if inputs.get("metricQueries"):
            fields["Metrics"] = [_query_for_api(each) for each in inputs["metricQueries"]]
        return fields

    def properties(self, found: Properties) -> dict[str, Any]:
        return {
            **super().properties(found),
            **{name: found.get(self.field(name)) or [] for name in _LISTS},
            "dimensions": tags.as_map(found.get("Dimensions"), key="Name"),
            "metricQueries": [_query(each) for each in found.get("Metrics", [])] or None,
        }

    def address(self, resource_id: str, known: Properties) -> dict[str, Any]:
        return {"AlarmNames": [known["name"]]}


class Dashboard(Declared):
    """`aws.cloudwatch.Dashboard`."""

    token = "aws:cloudwatch/dashboard:Dashboard"
    encrypted_by = NO_DATA
    service = "cloudwatch"
    modelled = frozenset({"dashboardName", "dashboardBody"})
    key = ("dashboardName",)
    documents = frozenset({"dashboardBody"})
    outputs = {"dashboardArn": "DashboardArn"}
    creating, reading, deleting = "put_dashboard", "get_dashboard", "delete_dashboards"
    overwrites = True

    def call(self, aws: Clients, operation: str, arguments: Any) -> Any:
        """Call CloudWatch and raise for an invalid body, which it reports in the response."""
        if operation == self.deleting:
            arguments = {"DashboardNames": [arguments["DashboardName"]]}
        answer = super().call(aws, operation, arguments)
        for message in answer.get("DashboardValidationMessages") or []:
            raise ValueError(f"{message.get('DataPath')}: {message.get('Message')}")
        return answer

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        title = inputs["dashboardName"]
        return title, {"dashboardArn": place.arn("cloudwatch", f"dashboard/{title}", region="")}


def _query_for_api(query: Properties) -> dict[str, Any]:
    """Return a metric query; the API has period and statistic beside `Metric`, Pulumi inside `metric`."""
    api: dict[str, Any] = to_api({k: v for k, v in query.items() if k != "metric"}, _QUERY)
    if metric := query.get("metric"):
        api["MetricStat"] = {
            "Metric": {
                "MetricName": metric["metricName"],
                "Namespace": metric.get("namespace"),
                "Dimensions": tags.as_list(metric.get("dimensions"), key="Name"),
            },
            "Period": metric["period"],
            "Stat": metric["stat"],
            **({"Unit": metric["unit"]} if metric.get("unit") else {}),
        }
    return api


def _query(found: Properties) -> dict[str, Any]:
    query: dict[str, Any] = from_api({k: v for k, v in found.items() if k != "MetricStat"}, _QUERY)
    if stat := found.get("MetricStat"):
        metric = stat["Metric"]
        query["metric"] = {
            "metricName": metric["MetricName"],
            "namespace": metric.get("Namespace"),
            "dimensions": tags.as_map(metric.get("Dimensions"), key="Name"),
            "period": int(stat["Period"]),
            "stat": stat["Stat"],
            **({"unit": stat["Unit"]} if stat.get("Unit") else {}),
        }
    return query
