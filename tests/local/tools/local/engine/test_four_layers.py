"""The project's own four programs on the emulator: deployed, left alone, changed, guarded, destroyed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from emulator.provider.cloud import Cloud
from shared.infra.layers import deployment_order, destroy_order
from tools.deploy.project import ROOT
from tools.local.engine.leftovers import leftovers
from tools.local.engine.state import StateStore

LAYERS = [each.name for each in deployment_order()]


def command(run_directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.local", *arguments],
        env={**os.environ, "LOCAL_DIRECTORY": str(run_directory)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def succeed(run_directory: Path, *arguments: str) -> str:
    done = command(run_directory, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def fail(run_directory: Path, *arguments: str) -> str:
    done = command(run_directory, *arguments)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def changes(text: str) -> list[tuple[str, str]]:
    """Symbol and name of every resource that was told."""
    return re.findall(r"^ ([+~±-]) \S+ (\S+) ", text, re.MULTILINE)


def _look_for_drift(run_directory: Path, cloud: Cloud) -> None:
    compared = succeed(run_directory, "drift")
    assert changes(compared) == []
    assert re.findall(r"^Comparing (\w+)", compared, re.MULTILINE) == LAYERS
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="suspicious-queue-local")["QueueUrl"]
    visible = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "31"})
    states = {name: StateStore(run_directory, "local", "").path(name).read_bytes() for name in LAYERS}
    drifted = fail(run_directory, "drift")
    assert changes(drifted) == [("~", "suspicious-queue-local")]
    assert "To apply them: make deploy ENV=local" in drifted
    assert states == {name: StateStore(run_directory, "local", "").path(name).read_bytes() for name in LAYERS}
    assert changes(succeed(run_directory, "drift", "--layer", "network")) == []
    sqs.set_queue_attributes(QueueUrl=url, Attributes=visible)
    assert changes(succeed(run_directory, "drift")) == []


def test_life_of_an_environment(run_directory: Path, cloud: Cloud, emulator: object) -> None:
    del emulator
    assert "make deploy-network ENV=local" in fail(run_directory, "deploy", "--layer", "compute")
    plan = succeed(run_directory, "preview")
    assert {symbol for symbol, _ in changes(plan)} == {"+"}
    assert "Not previewed: data, which reads outputs of network" in plan
    assert leftovers(cloud, "local") == []
    planned = json.loads(succeed(run_directory, "preview", "--json"))["layers"]
    assert {each["operation"] for each in planned["network"]["changes"]} == {"create"}
    assert planned["data"] == {"error": "reads outputs of network (not deployed yet)"}

    deployed = succeed(run_directory, "deploy")
    assert {symbol for symbol, _ in changes(deployed)} == {"+"}
    assert len(leftovers(cloud, "local")) > 60
    assert re.findall(r"^Deploying (\w+)", deployed, re.MULTILINE) == LAYERS

    again = succeed(run_directory, "deploy")
    assert changes(again) == []
    assert changes(succeed(run_directory, "preview")) == []
    assert changes(succeed(run_directory, "refresh")) == []
    assert changes(succeed(run_directory, "deploy")) == []

    exported = json.loads(succeed(run_directory, "outputs", "--json"))
    assert set(exported) == set(LAYERS)
    assert exported["data"]["pseudonym_secret"] == "[secret]"
    shown = json.loads(succeed(run_directory, "outputs", "--layer", "data", "--json", "--show-secrets"))
    assert len(shown["pseudonym_secret"]) >= 32
    assert shown["pseudonym_secret"] not in deployed + again + json.dumps(exported)

    _look_for_drift(run_directory, cloud)

    one_setting = ["--layer", "compute", "--config", "fraud-compute:log_level=DEBUG"]
    assert set(changes(succeed(run_directory, "preview", *one_setting))) == {
        ("~", "ingest-function-local"),
        ("~", "detector-function-local"),
        ("~", "verdicts-function-local"),
    }
    changed = succeed(run_directory, "deploy", *one_setting)
    assert set(changes(changed)) == {
        ("~", "ingest-function-local"),
        ("~", "detector-function-local"),
        ("~", "verdicts-function-local"),
    }
    assert (
        f"(alerting) still fit? make stale ENV=local LOCAL_DIRECTORY={run_directory} LAYER=compute" in changed
    )
    function = cloud.client("lambda").get_function_configuration(FunctionName="ingest-function-local")
    assert function["Environment"]["Variables"]["LOG_LEVEL"] == "DEBUG"

    planned = json.loads(succeed(run_directory, "preview", "--json", "--layer", "compute"))
    assert planned["environment"] == "local"
    told = {
        each["name"]: (each["operation"], each["changed"]) for each in planned["layers"]["compute"]["changes"]
    }
    assert told["ingest-function-local"] == ("update", ["environment", "loggingConfig"])
    assert {operation for operation, _ in told.values()} == {"update"}
    assert planned["layers"]["compute"]["unchanged"] > 50
    assert "steps" not in planned["layers"]["compute"]

    refused = fail(run_directory, "destroy", "--layer", "data")
    assert "layer data cannot be destroyed: compute" in refused
    assert "make destroy-compute ENV=local" in refused
    assert "keys are NAMESPACE:KEY" in fail(run_directory, "deploy", "--config", "fraud-comput:log_level=X")

    gone = succeed(run_directory, "destroy")
    assert {symbol for symbol, _ in changes(gone)} == {"-"}
    assert re.findall(r"^Destroying (\w+)", gone, re.MULTILINE) == [each.name for each in destroy_order()]
    assert leftovers(cloud, "local") == []
    store = StateStore(run_directory, "local", "")
    assert list(store.directory.glob("*.json")) == []
    assert "nothing is deployed" in succeed(run_directory, "destroy")


def test_without_an_emulator_every_command_says_how_to_start_one(tmp_path: Path) -> None:
    for name in ("deploy", "preview", "drift", "refresh", "outputs", "destroy"):
        assert "make local" in fail(tmp_path, name)
