"""What of an environment costs by itself, and what prices its transactions: read from its programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.infra import stems
from tools.deploy.program_runner.recorded import Estate, Resource
from tools.deploy.program_runner.recording import estate
from tools.deploy.project import settings_of
from tools.operate.cost.usage import TABLES

METRICS_OF_A_METHOD = 5
"""Count, Latency, IntegrationLatency, 4XXError, 5XXError."""


@dataclass(frozen=True)
class TableSetting:
    """Of one table; 0 days keep items for ever."""

    days: int
    recovery: bool
    infrequent_access: bool


@dataclass(frozen=True)
class Setting:
    """An environment.

    Attributes:
        environment: Its name.
        endpoint_zones: Interface endpoints, counted once in each zone.
        alarm_metrics: Metrics that alarms watch.
        method_metrics: Metrics of each method, which API Gateway keeps where it is told to.
        dashboards: How many there are.
        keys: Customer-managed keys.
        memory_megabytes: Of each function, by stem.
        reserved_concurrency: Of each function, by stem.
        burst_limit: Requests that the API takes at once.
        requests_per_second: The API's limit.
        log_levels: Of each layer with functions: from which level on a line is written.
        tables: By what the bill calls them.
        subscribers: Mail addresses of the security team.
        traced_share: Of requests that X-Ray records beyond the first of each second.
        traced_per_second: Requests that it records each second.
        bus_under_our_key: Whether the bus is encrypted by a customer-managed key.
    """

    environment: str
    endpoint_zones: int
    alarm_metrics: int
    method_metrics: int
    dashboards: int
    keys: int
    memory_megabytes: Mapping[str, int]
    reserved_concurrency: Mapping[str, int]
    burst_limit: int
    requests_per_second: int
    log_levels: Mapping[str, str]
    tables: Mapping[str, TableSetting]
    subscribers: int
    traced_share: float
    traced_per_second: float
    bus_under_our_key: bool

    @classmethod
    def read(cls, environment: str) -> "Setting":
        """Read an environment's programs; nothing is deployed or asked for."""
        all_of_it = estate(environment)
        functions = {
            stem: all_of_it.one("lambda/function:Function", f"{stem}-function").inputs
            for stems_of_layer in stems.FUNCTIONS.values()
            for stem in stems_of_layer
        }
        endpoints = all_of_it.of_type("ec2/vpcEndpoint:VpcEndpoint")
        alarms = all_of_it.of_type("cloudwatch/metricAlarm:MetricAlarm")
        of_methods = all_of_it.of_type("apigateway/methodSettings:MethodSettings")
        (limits,) = (each.inputs["settings"] for each in of_methods if each.inputs["methodPath"] == "*/*")
        buses = all_of_it.of_type("cloudwatch/eventBus:EventBus")
        share, per_second = _sampling(all_of_it)
        return cls(
            environment=environment,
            endpoint_zones=sum(len(each.inputs.get("subnetIds", [])) for each in endpoints),
            alarm_metrics=sum(map(_alarm_metrics, alarms)),
            method_metrics=METRICS_OF_A_METHOD * len(all_of_it.of_type("apigateway/method:Method"))
            if limits["metricsEnabled"]
            else 0,
            dashboards=len(all_of_it.of_type("cloudwatch/dashboard:Dashboard")),
            keys=len(all_of_it.of_type("kms/key:Key")),
            memory_megabytes={stem: each["memorySize"] for stem, each in functions.items()},
            reserved_concurrency={
                stem: each["reservedConcurrentExecutions"] for stem, each in functions.items()
            },
            burst_limit=limits["throttlingBurstLimit"],
            requests_per_second=limits["throttlingRateLimit"],
            log_levels={
                layer: functions[stems_of_layer[0]]["environment"]["variables"]["LOG_LEVEL"]
                for layer, stems_of_layer in stems.FUNCTIONS.items()
            },
            tables=_tables(all_of_it, environment),
            subscribers=len(settings_of("alerting", environment)["fraud-alerting:security_team_emails"]),
            traced_share=share,
            traced_per_second=per_second,
            bus_under_our_key=all("kmsKeyIdentifier" in each.inputs for each in buses),
        )


def _alarm_metrics(alarm: Resource) -> int:
    """An alarm of one metric counts once, one of metric maths once for each metric that it reads."""
    return sum("metric" in query for query in alarm.inputs.get("metricQueries", [])) or 1


def _tables(all_of_it: Estate, environment: str) -> dict[str, TableSetting]:
    days = settings_of("data", environment)
    found = {}
    for table, stem in TABLES.items():
        inputs: Mapping[str, Any] = all_of_it.one("dynamodb/table:Table", stem).inputs
        found[table] = TableSetting(
            days=int(days[f"fraud-data:{table}_time_to_live_days"]),
            recovery=inputs["pointInTimeRecovery"]["enabled"],
            infrequent_access=inputs.get("tableClass") == "STANDARD_INFREQUENT_ACCESS",
        )
    return found


def _sampling(all_of_it: Estate) -> tuple[float, float]:
    (rule,) = all_of_it.of_type("xray/samplingRule:SamplingRule")
    return rule.inputs["fixedRate"], rule.inputs["reservoirSize"]
