"""CloudWatch metrics of the pipeline's resources, with their dimensions."""

from typing import Literal

import pulumi

from shared.infra.contracts import ComputeContract
from shared.runtime import counting
from stacks.alerting.alarm import Metric, Statistic


def of_api(compute: ComputeContract, name: str, statistic: Statistic) -> Metric:
    """Return a metric of the API's stage."""
    dimensions = {"ApiName": compute.api_name, "Stage": compute.stage_name}
    return Metric("AWS/ApiGateway", name, dimensions, statistic)


def of_function(function_name: pulumi.Input[str], name: str, statistic: Statistic) -> Metric:
    """Return a metric of a Lambda function."""
    return Metric("AWS/Lambda", name, {"FunctionName": function_name}, statistic)


def counted_by(function_name: pulumi.Input[str], name: str) -> Metric:
    """Return a count that a function logs."""
    return Metric(counting.NAMESPACE, name, {counting.DIMENSION: function_name}, "Sum")


def measured_by(function_name: pulumi.Input[str], name: str, statistic: Statistic) -> Metric:
    """Return a duration that a function logs, in milliseconds."""
    return Metric(counting.NAMESPACE, name, {counting.DIMENSION: function_name}, statistic)


def counted_by_commands(suffix: str, name: str, statistic: Statistic = "Sum") -> Metric:
    """Return a metric of a command, such as `make canary`."""
    return Metric(counting.NAMESPACE, name, {counting.ENVIRONMENT_DIMENSION: suffix}, statistic)


def of_throttles(table_name: pulumi.Input[str], name: str) -> Metric:
    """Return the number of throttled reads or writes of a table."""
    return Metric("AWS/DynamoDB", name, {"TableName": table_name}, "Sum")


def of_writes(table_name: pulumi.Input[str], operation: Literal["PutItem", "UpdateItem"]) -> Metric:
    """Return the number of successful puts or updates of a table, without failed conditions."""
    dimensions = {"TableName": table_name, "Operation": operation}
    return Metric("AWS/DynamoDB", "SuccessfulRequestLatency", dimensions, "SampleCount")


def of_pipe(compute: ComputeContract, name: str, statistic: Statistic) -> Metric:
    """Return a metric of the pipe from the stream to the bus."""
    return Metric("AWS/EventBridge/Pipes", name, {"PipeName": compute.pipe_name}, statistic)


def of_rule(compute: ComputeContract, name: str, statistic: Statistic) -> Metric:
    """Return a metric of the rule from the bus to the detector."""
    dimensions = {"EventBusName": compute.bus_name, "RuleName": compute.rule_name}
    return Metric("AWS/Events", name, dimensions, statistic)


def of_queue(queue_name: pulumi.Input[str], name: str, statistic: Statistic) -> Metric:
    """Return a metric of an SQS queue."""
    return Metric("AWS/SQS", name, {"QueueName": queue_name}, statistic)


def of_topic(topic_name: pulumi.Input[str], name: str, statistic: Statistic) -> Metric:
    """Return a metric of an SNS topic."""
    return Metric("AWS/SNS", name, {"TopicName": topic_name}, statistic)
