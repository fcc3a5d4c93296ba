"""One environment has one engine at a time."""

import json
from pathlib import Path

import pytest

from emulator.address import Emulator
from tests.local.tools.local.engine.stand_in import Pulumi
from tools.local import cli
from tools.local.engine.cli_home import CliHome
from tools.local.engine.state import LayerState, ResourceState, StateStore


def embedded_holds(run_directory: Path, emulator: Emulator, *, resources: int) -> None:
    urn = "urn:pulumi:local::fraud-data::random:index/randomPassword:RandomPassword::secret"
    held = [
        ResourceState(urn + str(n), urn.split("::")[2], f"secret{n}", custom=True, id="none")
        for n in range(resources)
    ]
    state = LayerState("fraud-data", "local", "data", emulator.instance_id, held)
    StateStore(run_directory, "local", emulator.instance_id).write(state)


def cli_holds(run_directory: Path, emulator: Emulator, *, resources: int) -> None:
    CliHome(run_directory).open(emulator)
    path = run_directory / "pulumi/backend/.pulumi/stacks/fraud-network/local.json"
    path.parent.mkdir(parents=True)
    held = [{"custom": True, "type": "aws:ec2/vpc:Vpc"}] * resources
    held += [{"custom": True, "type": "pulumi:providers:aws"}, {"type": "pulumi:pulumi:Stack"}]
    path.write_text(json.dumps({"checkpoint": {"latest": {"resources": held}}}))


def test_cli_takes_over_what_the_embedded_engine_has(
    pulumi: Pulumi, run_directory: Path, emulator: Emulator
) -> None:
    embedded_holds(run_directory, emulator, resources=3)
    for words in (("-C", "stacks/network", "preview"), ("-C", "stacks/data", "up")):
        code, _, err = pulumi(*words)
        assert code == 1
        assert "(3 resources)" in err
        assert f"make deploy ENV=local ENGINE=pulumi LOCAL_DIRECTORY={run_directory}" in err
    assert pulumi("-C", "stacks/data", "stack", "ls")[0] == 0, "looking is free"

    code, told, _ = pulumi("-C", "stacks/network", "up", "--stack", "local")
    assert code == 0
    assert "handing over: the embedded engine's 3 resources are destroyed first" in told["out"]
    assert StateStore(run_directory, "local", emulator.instance_id).read("data") is None
    assert pulumi("-C", "stacks/network", "up", "--stack", "local")[1]["arguments"], "and once is enough"


@pytest.mark.parametrize("verb", ["deploy", "preview", "refresh", "outputs", "destroy"])
def test_embedded_engine_leaves_alone_what_the_cli_has(
    verb: str, pulumi: Pulumi, run_directory: Path, emulator: Emulator
) -> None:
    cli_holds(run_directory, emulator, resources=2)
    assert cli.main([verb, "--run-directory", str(run_directory)]) == 1
    err = pulumi.capfd.readouterr().err
    assert "the Pulumi CLI has deployed this environment (2 resources)" in err
    assert f"make destroy ENV=local ENGINE=pulumi LOCAL_DIRECTORY={run_directory}" in err


def test_stack_without_resources_is_no_deployment(
    run_directory: Path, pulumi: Pulumi, emulator: Emulator
) -> None:
    cli_holds(run_directory, emulator, resources=0)
    assert cli.main(["outputs", "--run-directory", str(run_directory)]) == 0
    assert "not deployed" in pulumi.capfd.readouterr().out
