"""What the Makefile refuses, settles or names, because Pulumi does not look from one stack to another."""

import json
import os
import socket
import subprocess
from pathlib import Path

import pytest

from shared.infra.layers import LAYERS, consumers_of, deployment_order
from tests.support.make import VERBS, Make, acted_on

FORWARD = [layer.name for layer in deployment_order()]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return Make(tmp_path)


@pytest.mark.parametrize("layer", [layer.name for layer in deployment_order() if layer.upstream])
def test_a_layer_without_its_upstream_leaves_no_stack_behind(make: Make, layer: str) -> None:
    ran = make.run(f"deploy-{layer}", "ENV=dev")

    assert ran.code != 0
    assert ran.acts == ()
    assert make.stacks == {}
    for upstream in LAYERS[layer].upstream:
        assert f"stack dev of stacks/{upstream} does not exist" in ran.err
        assert f"Run: make deploy-{upstream} ENV=dev" in ran.err


def test_a_first_preview_shows_what_can_be_shown(make: Make) -> None:
    ran = make.run("preview", "ENV=dev")

    assert (ran.code, ran.err) == (0, "")
    assert acted_on(ran.acts, "preview") == FORWARD[:1]
    assert [name for name in FORWARD if f"{name} cannot be previewed yet" in ran.out] == FORWARD[1:]
    assert "resume" not in ran.out


def test_an_upstream_that_lacks_an_output_is_deployed_first(make: Make) -> None:
    new = make.outputs
    make.knows(will_export={**new, "data": {k: v for k, v in new["data"].items() if k != "alerts_table_arn"}})
    make.deployed("dev")

    ran = make.run("deploy-alerting", "ENV=dev")

    assert ran.code != 0
    assert ran.acts == ()
    assert "stacks/data lacks the output alerts_table_arn. Run: make deploy-data ENV=dev" in ran.err


def test_a_layer_deployed_alone_names_those_that_have_to_follow(make: Make) -> None:
    make.deployed("dev")
    new = make.outputs
    urn = "urn:pulumi:dev::fraud-compute::aws:lambda/function:Function::ingest-function-dev"
    make.knows(
        will_export={**new, "data": {**new["data"], "transactions_stream_arn": "another"}},
        previews={"compute": {"steps": [{"op": "update", "urn": urn}]}},
    )

    ran = make.run("deploy-data", "ENV=dev")
    later = make.run("stale", "ENV=dev")

    assert ran.code == 0, "a layer that has to follow is no failure of this one"
    assert "compute is stale:\n  update aws:lambda/function:Function ingest-function-dev" in ran.out
    assert "Run: make deploy-compute ENV=dev" in ran.out
    assert "alerting" not in ran.out, "alerting does not read that output"
    assert later.code != 0
    assert "compute is stale" in later.out


def test_a_whole_deployment_previews_nobody_twice(make: Make) -> None:
    make.deployed("dev")
    new = make.outputs
    make.knows(will_export={**new, "data": {**new["data"], "transactions_stream_arn": "another"}})

    ran = make.run("deploy", "ENV=dev")

    assert ran.code == 0
    assert not any("preview" in call for call in ran.acts)


def test_operations_of_a_killed_run_are_settled_before_the_next(make: Make) -> None:
    make.deployed("dev")
    make.interrupted("compute", "dev", "updating")

    ran = make.run("deploy-compute", "ENV=dev")

    assert (ran.code, ran.err) == (0, "")
    assert "updating aws:sqs/queue:Queue queue-dev: its state is refreshed" in ran.out
    verbs = [call.removeprefix("-C stacks/compute ").split(" --")[0] for call in ran.acts]
    assert verbs == ["stack import", "refresh", "up"]
    assert "pending_operations" not in make.stacks["compute"]["dev"]


def test_an_interrupted_upstream_is_settled_first(make: Make) -> None:
    make.deployed("dev")
    make.interrupted("data", "dev", "creating")

    ran = make.run("deploy-compute", "ENV=dev")

    assert ran.code != 0
    assert ran.acts == ()
    assert "creating aws:sqs/queue:Queue queue-dev" in ran.err
    assert "make deploy-data ENV=dev" in ran.err


def test_the_lock_of_a_living_run_is_never_broken(make: Make) -> None:
    make.deployed("dev")
    holder = f"created by somebody@{socket.gethostname()} (pid {os.getpid()}) at 2026-11-22T22:44:11Z"
    make.knows(locks={"data": holder})

    ran = make.run("deploy-data", "ENV=dev")

    assert ran.code != 0
    assert not any("cancel" in call for call in ran.acts)
    assert f"held by another run: process {os.getpid()} of somebody@" in ran.out


def test_the_lock_of_a_dead_run_is_released_and_said(make: Make) -> None:
    make.deployed("dev")
    dead = subprocess.Popen(["true"])
    dead.wait()
    make.knows(
        locks={"data": f"created by me@{socket.gethostname()} (pid {dead.pid}) at 2026-11-22T22:44:11Z"}
    )

    ran = make.run("deploy-data", "ENV=dev")

    assert ran.code == 0
    assert "left by a run that has ended" in ran.out
    assert [call for call in ran.acts if "cancel" in call] == ["-C stacks/data cancel --yes --stack dev"]


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if consumers_of(layer)])
def test_a_layer_on_which_others_stand_is_not_destroyed(make: Make, layer: str) -> None:
    make.deployed("dev")
    before = make.stacks

    ran = make.run(f"destroy-{layer}", "ENV=dev")

    assert ran.code != 0
    assert ran.acts == ()
    assert make.stacks == before
    assert f"make destroy-{consumers_of(layer)[-1].name} ENV=dev" in ran.err


@pytest.mark.parametrize("target", [*VERBS, "deploy-compute", "destroy-data"])
def test_a_backend_that_does_not_answer_is_never_taken_for_an_empty_one(make: Make, target: str) -> None:
    make.deployed("dev")
    before = make.stacks

    ran = make.run(
        target, "ENV=dev", failing={"stack export": "error: PULUMI_ACCESS_TOKEN must be set for login"}
    )

    assert ran.code != 0
    assert ran.acts == ()
    assert make.stacks == before
    assert "PULUMI_ACCESS_TOKEN must be set" in ran.err
    assert "pulumi login" in ran.err


@pytest.mark.parametrize("verb", ["outputs", "refresh"])
def test_what_is_not_deployed_is_passed_over_by_name(make: Make, verb: str) -> None:
    make.deployed("dev", "network")

    every, one = make.run(verb, "ENV=dev"), make.run(f"{verb}-data", "ENV=dev")

    assert (every.code, acted_on(every.acts, verb)) == (0, ["network"])
    assert "stack dev of stacks/data does not exist" in every.out
    assert one.code != 0
    assert "make deploy-data ENV=dev" in one.err


def test_outputs_can_be_read_by_other_programs(make: Make) -> None:
    make.deployed("dev", "network", "data")

    ran = make.run("smoke", "ENV=dev", "ARGS=--json")
    outputs = make.tools_deploy("outputs", "--environment", "dev", "--json")

    assert ran.code != 0, "compute is not deployed"
    assert "error:" in ran.err
    assert json.loads(outputs) == {name: make.outputs[name] for name in ("network", "data")}
