"""The settings of an environment that affect its cost, read from its programs."""

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
    """Settings of a table; 0 days means no expiry."""

    days: int
    recovery: bool
    infrequent_access: bool


@dataclass(frozen=True)
class Setting:
    """An environment.

    Attributes:
        environment: Its name.
        endpoint_zones: Number of interface endpoints times zones.
        alarm_metrics: Number of metrics in alarms.
        method_metrics: Number of API Gateway's metrics per method, if enabled.
        dashboards: Number of dashboards.
        keys: Number of customer managed keys.
        memory_megabytes: Function stem -> memory.
        reserved_concurrency: Function stem -> reserved concurrency.
        burst_limit: Burst limit of the API.
        requests_per_second: Rate limit of the API.
        log_levels: Layer with functions -> log level.
        tables: Name on the bill -> table.
        subscribers: Number of mail addresses of the security team.
        traced_share: Share of requests that X-Ray samples beyond those per second.
        traced_per_second: Requests that X-Ray samples per second.
        bus_under_our_key: Whether the bus is encrypted with a customer managed key.
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
        """Read the settings from an environment's programs, without a deployment."""
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
    """Return the number of billed metrics of an alarm: those that it reads."""
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
