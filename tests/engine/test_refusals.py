"""What must not be deployed is refused before anything has changed: order, environment, region."""

import pytest

from shared.infra.layers import LAYERS
from tests.engine.world import World

EARLY = "early"


@pytest.fixture(scope="module")
def two_layers(fresh: World) -> World:
    fresh.deploy("network", "data")
    return fresh


def test_compute_before_data_names_the_missing_stack_and_the_command(fresh: World) -> None:
    fresh.add_environment(EARLY)
    fresh.deploy("network", environment=EARLY)
    stands = fresh.leftovers(EARLY)
    assert stands

    refused = fresh.make("deploy-compute", environment=EARLY).refused()

    assert f"stack {EARLY} of stacks/data does not exist" in refused.err
    assert refused.told_to_run() == [f"make deploy-data ENV={EARLY}"]
    assert set(fresh.states(environment=EARLY)) == {"network"}, "no empty stack is left behind"
    assert fresh.leftovers(EARLY) == stands

    fresh.follow(refused).succeeded()
    fresh.make("deploy-compute", environment=EARLY).succeeded()
    assert set(fresh.states(environment=EARLY)) == {"network", "data", "compute"}


def test_alerting_first_of_all_names_every_missing_stack(fresh: World) -> None:
    fresh.add_environment("none")

    refused = fresh.make("deploy-alerting", environment="none").refused()

    assert refused.told_to_run() == [f"make deploy-{each} ENV=none" for each in LAYERS["alerting"].upstream]
    assert fresh.states(environment="none") == {}


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("environment_suffix", "other", ["environment suffix 'dev'", "this layer has 'other'"]),
        ("aws:region", "eu-west-1", ["stacks/data/Pulumi.dev.yaml", "'eu-west-1'", "us-east-1"]),
    ],
)
def test_a_layer_of_another_environment_or_region_is_refused(
    two_layers: World, setting: str, value: str, words: list[str]
) -> None:
    settings = two_layers.project / "stacks/data/Pulumi.dev.yaml"
    as_deployed, before = settings.read_bytes(), two_layers.state("data")
    stands = two_layers.leftovers()
    calls = two_layers.control_calls()
    two_layers.set("data", setting, value)

    failed = two_layers.make("deploy-data").refused()

    settings.write_bytes(as_deployed)
    assert [each for each in words if each not in failed.text] == []
    after = two_layers.state("data")
    assert before is not None
    assert after is not None
    assert after.resources == before.resources
    assert after.pending == []
    assert (two_layers.leftovers(), two_layers.leftovers("other")) == (stands, [])
    assert two_layers.control_calls() == calls, "nothing was even asked for"
