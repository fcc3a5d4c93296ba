"""CloudWatch: alarms and dashboards."""

from collections.abc import Iterator
from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.resource import CheckFailure, Properties, Resource, frozen
from emulator.provider.shapes import from_api, to_api
from emulator.provider.sqs import json_failures

_ALARM = {
    "actionsEnabled": "ActionsEnabled",
    "alarmActions": "AlarmActions",
    "alarmDescription": "AlarmDescription",
    "comparisonOperator": "ComparisonOperator",
    "datapointsToAlarm": "DatapointsToAlarm",
    "evaluationPeriods": "EvaluationPeriods",
    "extendedStatistic": "ExtendedStatistic",
    "insufficientDataActions": "InsufficientDataActions",
    "metricName": "MetricName",
    "namespace": "Namespace",
    "okActions": "OKActions",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "treatMissingData": "TreatMissingData",
    "unit": "Unit",
}
_QUERY = {"id": "Id", "accountId": "AccountId"}
_LISTS = frozenset({"alarmActions", "insufficientDataActions", "okActions"})


class MetricAlarm(Resource):
    """`aws.cloudwatch.MetricAlarm`, on a metric or on an expression over several."""

    token = "aws:cloudwatch/metricAlarm:MetricAlarm"
    modelled = frozenset({"name", "dimensions", "metricQueries", *_ALARM})
    replace_on = frozenset({"name"})
    defaults = frozen({"actionsEnabled": True, "treatMissingData": "missing"})
    auto_name = "name"
    unordered = frozenset({"metricQueries", *_LISTS})
    absent = frozen({"evaluateLowSampleCountPercentiles": ""})

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """CloudWatch needs a metric or queries, and what to compare with."""
        if ("metricName" in inputs) == bool(inputs.get("metricQueries")):
            yield CheckFailure("metricName", "exactly one of metricName and metricQueries is required")
        for name in ("comparisonOperator", "evaluationPeriods", "threshold"):
            if name not in inputs:
                yield CheckFailure(name, "is required")
        if "metricName" in inputs and ("statistic" in inputs) == ("extendedStatistic" in inputs):
            yield CheckFailure("statistic", "exactly one of statistic and extendedStatistic is required")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """The name is the id. PutMetricAlarm would silently overwrite an alarm that exists."""
        if self._described(cloud, inputs["name"]) is not None:
            raise ValueError(f"an alarm named {inputs['name']} exists already")
        self._put(cloud, inputs, Tags=tags.as_list(inputs.get("tags")))
        return str(inputs["name"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The alarm and its tags."""
        del known
        alarm = self._described(cloud, resource_id)
        if alarm is None:
            return None
        arn = alarm["AlarmArn"]
        fields = {name: alarm.get(field) for name, field in _ALARM.items()}
        return {
            "arn": arn,
            "name": resource_id,
            **fields,
            **{name: fields[name] or [] for name in _LISTS},
            "dimensions": tags.as_map(alarm.get("Dimensions"), key="Name"),
            "metricQueries": [_query(each) for each in alarm.get("Metrics", [])] or None,
            "tags": tags.as_map(cloud.client("cloudwatch").list_tags_for_resource(ResourceARN=arn)["Tags"]),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Writing an alarm again replaces all but its tags."""
        cloudwatch = cloud.client("cloudwatch")
        self._put(cloud, new)
        added, removed = tags.changes(old, new)
        arn = cloud.arn("cloudwatch", f"alarm:{resource_id}")
        if removed:
            cloudwatch.untag_resource(ResourceARN=arn, TagKeys=removed)
        if added:
            cloudwatch.tag_resource(ResourceARN=arn, Tags=tags.as_list(added))

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """The metric stays."""
        del known
        cloud.client("cloudwatch").delete_alarms(AlarmNames=[resource_id])

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name."""
        return inputs["name"] if self._described(cloud, inputs["name"]) else None

    def _described(self, cloud: Cloud, name: str) -> dict[str, Any] | None:
        alarms = cloud.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return alarms[0] if alarms else None

    def _put(self, cloud: Cloud, inputs: Properties, **more: Any) -> None:
        fields = {field: inputs[name] for name, field in _ALARM.items() if inputs.get(name) is not None}
        if inputs.get("dimensions"):
            fields["Dimensions"] = tags.as_list(inputs["dimensions"], key="Name")
        if inputs.get("metricQueries"):
            fields["Metrics"] = [_query_for_api(each) for each in inputs["metricQueries"]]
        cloud.client("cloudwatch").put_metric_alarm(AlarmName=inputs["name"], **fields, **more)


class Dashboard(Resource):
    """`aws.cloudwatch.Dashboard`."""

    token = "aws:cloudwatch/dashboard:Dashboard"
    modelled = frozenset({"dashboardName", "dashboardBody"})
    replace_on = frozenset({"dashboardName"})
    documents = frozenset({"dashboardBody"})

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """The body must parse."""
        return json_failures(inputs, "dashboardBody")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """The name is the id."""
        if self.find(cloud, inputs) is not None:
            raise ValueError(f"a dashboard named {inputs['dashboardName']} exists already")
        self._put(cloud, inputs)
        return str(inputs["dashboardName"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Name, body and ARN."""
        del known
        found = cloud.client("cloudwatch").get_dashboard(DashboardName=resource_id)
        return {
            "dashboardName": found["DashboardName"],
            "dashboardBody": found["DashboardBody"],
            "dashboardArn": found["DashboardArn"],
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Another body."""
        del resource_id, old
        self._put(cloud, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """The metrics stay."""
        del known
        cloud.client("cloudwatch").delete_dashboards(DashboardNames=[resource_id])

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name."""
        name = inputs["dashboardName"]
        found = cloud.client("cloudwatch").list_dashboards(DashboardNamePrefix=name)["DashboardEntries"]
        return name if name in [each["DashboardName"] for each in found] else None

    def _put(self, cloud: Cloud, inputs: Properties) -> None:
        answer = cloud.client("cloudwatch").put_dashboard(
            DashboardName=inputs["dashboardName"], DashboardBody=inputs["dashboardBody"]
        )
        for message in answer.get("DashboardValidationMessages") or []:
            raise ValueError(f"{message.get('DataPath')}: {message.get('Message')}")


def _query_for_api(query: Properties) -> dict[str, Any]:
    """A metric query; Pulumi puts period and statistic into `metric`, the API beside the metric."""
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
