"""Faults on order, and the journal of what deployments asked for."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from emulator.cloud import faults, journal
from emulator.cloud.faults import Fault
from emulator.tests.process import running_emulator
from emulator.tests.resources import eventually

ONCE = Config(retries={"total_max_attempts": 1})


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any]]:
    directory = tmp_path_factory.mktemp("faulty")
    faults.write(directory, [Fault("sqs:CreateQueue", "refuse")])  # of an earlier run
    with running_emulator(directory) as (emulator, _):
        yield directory, emulator


@pytest.fixture
def directory(started: tuple[Path, Any]) -> Iterator[Path]:
    directory, _ = started
    yield directory
    faults.write(directory, [])


@pytest.fixture(scope="module")
def sqs(started: tuple[Path, Any]) -> Any:
    return started[1].client("sqs", config=ONCE)


def journalled(directory: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (directory / journal.FILE_NAME).read_text().splitlines()]


def test_only_what_is_ordered_is_refused(directory: Path, sqs: Any) -> None:
    faults.write(
        directory, [Fault("sqs:CreateQueue", "refuse", "orders", "OverLimit", "too many queues here")]
    )

    with pytest.raises(ClientError, match="too many queues here") as refused:
        sqs.create_queue(QueueName="orders-dev")
    assert refused.value.response["Error"]["Code"] == "OverLimit"
    sqs.create_queue(QueueName="others-dev")
    assert [url.rpartition("/")[2] for url in sqs.list_queues()["QueueUrls"]] == ["others-dev"]

    faults.write(directory, [])
    sqs.create_queue(QueueName="orders-dev")
    outcomes = [
        each["outcome"] for each in journalled(directory) if each["names"] == {"QueueName": "orders-dev"}
    ]
    assert outcomes == [400, 200]


def test_a_call_that_is_held_back_changes_nothing_until_it_goes_on(directory: Path, sqs: Any) -> None:
    faults.write(directory, [Fault("sqs:CreateQueue", "hold", "late")])
    made: list[str] = []
    caller = threading.Thread(target=lambda: made.append(sqs.create_queue(QueueName="late-dev")["QueueUrl"]))
    caller.start()
    eventually(lambda: any(each["outcome"] == "held" for each in journalled(directory)))

    assert "QueueUrls" not in sqs.list_queues(QueueNamePrefix="late"), "others are answered, it is not done"
    assert made == []

    faults.write(directory, [])
    caller.join(10)
    assert made == sqs.list_queues(QueueNamePrefix="late")["QueueUrls"]


def test_a_call_that_waited_meets_the_next_fault(directory: Path, sqs: Any) -> None:
    faults.write(directory, [Fault("sqs:DeleteQueue", "hold")])
    url = sqs.create_queue(QueueName="kept-dev")["QueueUrl"]
    codes: list[str] = []

    def delete() -> None:
        with pytest.raises(ClientError) as refused:
            sqs.delete_queue(QueueUrl=url)
        codes.append(refused.value.response["Error"]["Code"])

    caller = threading.Thread(target=delete)
    caller.start()
    eventually(lambda: journalled(directory)[-1]["outcome"] == "held")
    faults.write(directory, [Fault("sqs:DeleteQueue", "refuse", code="RequestThrottled")])
    caller.join(10)

    assert codes == ["RequestThrottled"]
    assert sqs.list_queues(QueueNamePrefix="kept")["QueueUrls"] == [url]


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "names"),
    [
        ("sns", "create_topic", {"Name": "t-1"}, {"Name": "t-1"}),
        ("logs", "create_log_group", {"logGroupName": "g-1"}, {"logGroupName": "g-1"}),
        ("events", "create_event_bus", {"Name": "b-1"}, {"Name": "b-1"}),
        ("apigateway", "create_rest_api", {"name": "a-1"}, {"name": "a-1"}),
        (
            "cloudwatch",
            "put_dashboard",
            {"DashboardName": "d-1", "DashboardBody": "{}"},
            {"DashboardName": "d-1"},
        ),
        ("kms", "create_key", {"Description": "confidential"}, {}),
    ],
)
def test_the_journal_has_names_and_nothing_else_of_each_protocol(
    started: tuple[Path, Any], service: str, operation: str, arguments: dict[str, str], names: dict[str, str]
) -> None:
    directory, emulator = started
    before = len(journalled(directory))

    getattr(emulator.client(service), operation)(**arguments)
    emulator.client("sqs").list_queues()

    (entry,) = journalled(directory)[before:]
    assert entry["operation"] == f"{service}:{''.join(part.title() for part in operation.split('_'))}"
    assert entry["names"] == names
    assert entry["outcome"] in (200, 201)
    assert "confidential" not in json.dumps(entry)


@pytest.mark.parametrize(
    "text", ["{", '[{"operation": "sqs:CreateQueue"}]', '[{"operation": "x", "effect": "hold"}]']
)
def test_a_file_that_holds_something_else_is_an_error(directory: Path, sqs: Any, text: str) -> None:
    (directory / faults.FILE_NAME).write_text(text)
    with pytest.raises(ClientError) as failed:
        sqs.create_queue(QueueName="any")
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "faults.json holds no order" in (directory / "emulator.log").read_text()
