"""Arrays of transactions through the deployed gateway, function and pipeline."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from emulator.address import Emulator
from emulator.process import EmulatorProcess
from shared.runtime.schema import MAXIMUM_BATCH
from tools.local.running.environment import Environment
from tools.local.traffic.client import Identity, SigningClient

SECONDS_TO_WAIT = 30.0


@dataclass(frozen=True)
class Pipeline:
    """A deployed pipeline, and who posts to it."""

    directory: Path
    emulator: Emulator
    outputs: Mapping[str, Any]

    def post(self, content: object) -> tuple[int, dict[str, Any]]:
        """Post once; return the status and the answer."""
        keys = Identity(self.emulator.access_key_id, self.emulator.secret_access_key, self.emulator.region)
        client = SigningClient(self.outputs["transactions_url"], keys)
        answer = client.post(json.dumps(content).encode())
        client.close()
        return answer.status, json.loads(answer.text)

    def judged(self, trace_id: str) -> set[str]:
        """Transactions of a trace that the detector has a segment of."""
        lines = (self.directory / "traces.jsonl").read_text().splitlines()
        segments = [json.loads(line) for line in lines if trace_id in line]
        return {
            each["annotations"]["transaction_id"]
            for each in segments
            if "transaction_id" in each.get("annotations", {})
        }


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    directory = tmp_path_factory.mktemp("batches")
    process, environment = EmulatorProcess(directory), Environment(directory)
    try:
        emulator = environment.bring_up(process)
        yield Pipeline(directory, emulator, environment.outputs())
    finally:
        assert process.stop() == []


def transaction(name: str, **changes: Any) -> dict[str, Any]:
    values = {"account_id": f"a-{name}", "merchant_id": "m-1", "amount": 12.5, "currency": "USD"}
    return {"transaction_id": name, "timestamp": int(time.time() * 1000), **values, **changes}


def test_each_transaction_of_an_array_is_stored_and_judged_within_one_trace(pipeline: Pipeline) -> None:
    sent = [transaction(f"batch-{number}") for number in range(MAXIMUM_BATCH)]
    status, answer = pipeline.post(sent)
    assert status == 201, answer
    assert [each["transaction_id"] for each in answer["results"]] == [each["transaction_id"] for each in sent]
    ids = {each["transaction_id"] for each in sent}
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while pipeline.judged(answer["trace_id"]) < ids and time.monotonic() < deadline:
        time.sleep(0.1)
    assert pipeline.judged(answer["trace_id"]) == ids
    status, answer = pipeline.post(sent)
    assert (status, {each["status_code"] for each in answer["results"]}) == (200, {200})


def test_the_function_refuses_one_transaction_and_the_gateway_what_is_no_array_of_objects(
    pipeline: Pipeline,
) -> None:
    status, answer = pipeline.post([transaction("good"), transaction("bad", amount=-1, colour="red")])
    assert status == 207
    assert [each["status_code"] for each in answer["results"]] == [201, 400]
    assert [each["field"] for each in answer["results"][1]["fields"]] == ["amount", "colour"]
    too_many = [transaction(f"many-{number}") for number in range(MAXIMUM_BATCH + 1)]
    for refused in ([], too_many, [transaction("alone"), 7], transaction("bad", amount=-1)):
        status, answer = pipeline.post(refused)
        assert (status, answer["error"]) == (400, "invalid_body"), answer
