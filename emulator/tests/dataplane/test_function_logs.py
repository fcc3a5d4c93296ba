"""What functions print is in CloudWatch Logs, between the lines that Lambda writes about each invocation."""

import json
from typing import Any

import pytest

from emulator.tests.resources import Deployer

TALKS = """
def handle(event, context):
    print("seen", event["what"], "in", context.log_stream_name)
    if event["what"] == "trouble":
        raise ValueError("no")
"""


def said(deployer: Deployer, name: str, **query: Any) -> list[str]:
    found = deployer.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}", **query)["events"]
    return [event["message"] for event in found]


def talk(deployer: Deployer, name: str, **logging_config: str) -> None:
    """Deploy a function, and let it succeed and fail once each."""
    deployer.client("logs").create_log_group(logGroupName=f"/aws/lambda/{name}")
    deployer.function(name, TALKS, LoggingConfig=logging_config)
    client = deployer.client("lambda")
    for what in ("peace", "trouble"):
        client.invoke(FunctionName=name, Payload=json.dumps({"what": what}).encode())


def test_in_the_text_format_each_invocation_stands_between_start_and_report(deployer: Deployer) -> None:
    talk(deployer, "plain-talk", LogFormat="Text")
    lines = said(deployer, "plain-talk")
    first = next(place for place, line in enumerate(lines) if line.startswith("START"))
    start, seen, end, report = lines[first : first + 4]
    request_id = start.split()[2]
    assert start == f"START RequestId: {request_id} Version: $LATEST"
    assert seen.startswith("seen peace in 20")
    assert end == f"END RequestId: {request_id}"
    parts = dict(part.split(": ", 1) for part in report.removeprefix("REPORT ").split("\t"))
    assert parts.keys() == {
        "RequestId",
        "Duration",
        "Billed Duration",
        "Memory Size",
        "Max Memory Used",
        "Init Duration",
    }
    assert parts["RequestId"] == request_id
    assert parts["Memory Size"] == "128 MB"
    assert sum(line.startswith("REPORT") for line in lines) == 2
    assert said(deployer, "plain-talk", filterPattern='"seen trouble"')[0].startswith("seen trouble")
    stream = deployer.client("logs").describe_log_streams(logGroupName="/aws/lambda/plain-talk")["logStreams"]
    assert stream[0]["logStreamName"] in seen


@pytest.mark.parametrize(
    ("level", "kinds"),
    [
        ("INFO", ["start", "report", "start", "runtimeDone", "report"]),
        ("WARN", ["runtimeDone", "report"]),
    ],
)
def test_in_json_the_system_log_level_says_which_are_written(
    deployer: Deployer, level: str, kinds: list[str]
) -> None:
    name = f"json-talk-{level.lower()}"
    talk(deployer, name, LogFormat="JSON", ApplicationLogLevel="INFO", SystemLogLevel=level)
    entries = [json.loads(line) for line in said(deployer, name) if line.startswith('{"time": ')]
    assert [each["type"].removeprefix("platform.") for each in entries if "type" in each] == kinds
    assert entries[-1]["record"]["status"] == "error"
    assert entries[-1]["record"]["metrics"]["maxMemoryUsedMB"] > 5
