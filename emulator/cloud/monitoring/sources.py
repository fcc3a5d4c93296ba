"""Metrics of DynamoDB calls, and of log lines in the embedded metric format."""

import json
import time
from collections.abc import Iterator
from typing import Any

from emulator.cloud import taps
from emulator.cloud.authorization.requirements import requirements_of
from emulator.cloud.calls import Call
from emulator.cloud.http_server import HttpResponse
from emulator.cloud.taps import Datum

_THROTTLED = b"ProvisionedThroughputExceededException"
_READS = frozenset({"BatchGetItem", "GetItem", "Query", "Scan", "TransactGetItems"})


def measure_call(call: Call, response: HttpResponse, seconds: float) -> None:
    """Publish the metrics of a DynamoDB call, and those in lines sent to CloudWatch Logs."""
    if (call.service, call.operation) == ("logs", "PutLogEvents") and response.status == 200:
        for event in json.loads(call.request.body)["logEvents"]:
            measure_lines(event["message"].encode())
    if call.service != "dynamodb" or not taps.measured.heard:
        return
    for resource in {each.resource for each in requirements_of(call)}:
        table = {"TableName": resource.partition("/")[2].partition("/")[0]}
        if response.status == 200:
            dimensions = {**table, "Operation": call.operation}
            taps.measure("AWS/DynamoDB", "SuccessfulRequestLatency", dimensions, seconds * 1000)
        elif _THROTTLED in response.body:
            name = "ReadThrottleEvents" if call.operation in _READS else "WriteThrottleEvents"
            taps.measure("AWS/DynamoDB", name, table)


def measure_lines(lines: bytes) -> None:
    """Publish the metrics in log lines."""
    for line in lines.splitlines() if taps.measured.heard else ():
        if b'"_aws"' in line:
            for datum in _embedded(line):
                taps.measured.tell(datum)


def _embedded(line: bytes) -> Iterator[Datum]:
    """Yield the metric data of one line.

    Source: "Specification: Embedded metric format" in the CloudWatch user guide.
    """
    try:
        entry: dict[str, Any] = json.loads(line)
        directives = entry["_aws"]["CloudWatchMetrics"]
    except (ValueError, KeyError, TypeError):
        return
    for directive in directives:
        for names in directive["Dimensions"]:
            dimensions = {name: str(entry[name]) for name in names}
            for metric in directive["Metrics"]:
                value = float(entry[metric["Name"]])
                yield Datum(directive["Namespace"], metric["Name"], dimensions, value, time.time())
