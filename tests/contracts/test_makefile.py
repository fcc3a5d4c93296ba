"""The Makefile follows the layer graph, names project and stack in every call, and never half-succeeds."""

from pathlib import Path

import pytest

from shared.infra.layers import LAYERS, deployment_order, destroy_order
from tests.support.make import Make

FORWARD = [layer.name for layer in deployment_order()]
REVERSE = [layer.name for layer in destroy_order()]
COMMANDS = {
    "preview": "preview",
    "deploy": "up",
    "refresh": "refresh",
    "outputs": "stack output",
    "destroy": "destroy",
}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return Make(tmp_path)


def _command(verb: str, layer: str, environment: str) -> str:
    return f"-C stacks/{layer} {COMMANDS[verb]} --stack {environment}"


def _acted_on(calls: tuple[str, ...], verb: str, environment: str = "dev") -> list[str]:
    """The layers that the verb's own command was given for, in order."""
    return [
        layer for call in calls for layer in LAYERS if call.startswith(_command(verb, layer, environment))
    ]


def test_the_two_orders_hold_every_layer_and_are_each_others_reverse() -> None:
    assert sorted(FORWARD) == sorted(LAYERS)
    assert REVERSE[::-1] == FORWARD
    for layer in deployment_order():
        assert all(FORWARD.index(upstream) < FORWARD.index(layer.name) for upstream in layer.upstream)


@pytest.mark.parametrize(
    ("verb", "order"),
    [(verb, REVERSE if verb == "destroy" else FORWARD) for verb in COMMANDS],
)
def test_a_verb_goes_through_the_layers_in_order(make: Make, verb: str, order: list[str]) -> None:
    ran = make.run(verb, "ENV=dev")

    assert (ran.code, ran.err) == (0, "")
    assert _acted_on(ran.pulumi, verb) == order
    assert all(call.startswith("-C stacks/") for call in ran.pulumi)
    assert all(" dev" in call for call in ran.pulumi), "a call that names no stack acts on the selected one"
    assert not any("select" in call.replace("--no-select", "") for call in ran.pulumi)


@pytest.mark.parametrize("layer", FORWARD)
def test_an_owner_deploys_and_destroys_one_layer_alone(make: Make, layer: str) -> None:
    deployed = make.run(f"deploy-{layer}", "ENV=dev")
    destroyed = make.run(f"destroy-{layer}", "ENV=dev")

    for ran, verb in ((deployed, "deploy"), (destroyed, "destroy")):
        assert (ran.code, ran.err) == (0, "")
        assert _acted_on(ran.pulumi, verb) == [layer]
        assert ran.pulumi
        assert all(call.startswith(f"-C stacks/{layer} ") for call in ran.pulumi)


def test_parallel_make_does_not_change_the_order(make: Make) -> None:
    ran = make.run("-j4", "destroy", "ENV=dev")

    assert ran.code == 0
    assert _acted_on(ran.pulumi, "destroy") == REVERSE


@pytest.mark.parametrize(("verb", "order"), [("deploy", FORWARD), ("destroy", REVERSE)])
@pytest.mark.parametrize("position", range(len(FORWARD)))
def test_the_first_failure_stops_and_says_how_to_resume(
    make: Make, verb: str, order: list[str], position: int
) -> None:
    failing = order[position]

    ran = make.run(verb, "ENV=prod", "CONFIRM=prod", failing=[_command(verb, failing, "prod")])

    assert ran.code != 0
    assert _acted_on(ran.pulumi, verb, "prod") == order[: position + 1]
    assert f"{verb} of {failing} failed" in ran.err
    assert f"make {verb} ENV=prod CONFIRM=prod" in ran.err


def test_a_failed_deploy_goes_on_where_it_stopped(make: Make) -> None:
    make.run("deploy", "ENV=dev", failing=[_command("deploy", "compute", "dev")])

    ran = make.run("deploy", "ENV=dev")

    assert ran.code == 0
    assert _acted_on(ran.pulumi, "deploy") == FORWARD


def test_a_first_deploy_makes_each_stack_without_selecting_it(make: Make) -> None:
    ran = make.run("deploy", "ENV=dev", failing=["stack export"])

    assert ran.code == 0
    made = [call for call in ran.pulumi if "stack init" in call]
    assert made == [f"-C stacks/{layer} stack init dev --no-select" for layer in FORWARD]


def test_destroying_what_was_never_deployed_is_done_at_once(make: Make) -> None:
    ran = make.run("destroy", "ENV=dev", failing=["stack export"])

    assert ran.code == 0
    assert _acted_on(ran.pulumi, "destroy") == []
    assert ran.out.count("nothing to destroy") == len(LAYERS)


@pytest.mark.parametrize("target", [*COMMANDS, "deploy-compute"])
def test_an_environment_must_be_named(make: Make, target: str) -> None:
    ran = make.run(target)

    assert ran.code != 0
    assert "ENV is missing" in ran.err
    assert f"make {target} ENV=dev" in ran.err
    assert ran.pulumi == ()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("ENV=", "ENV is missing"),
        ("ENV=staging", "ENV='staging' has no stacks/network/Pulumi.staging.yaml"),
        ("ENV=dev;true", "is no environment name"),
    ],
    ids=["empty", "unknown", "malformed"],
)
def test_an_environment_must_be_known(make: Make, setting: str, message: str) -> None:
    ran = make.run("destroy", setting)

    assert ran.code != 0
    assert message in ran.err
    assert ran.pulumi == ()


@pytest.mark.parametrize(
    ("target", "settings"),
    [
        ("deploy", ()),
        ("deploy", ("CONFIRM=yes",)),
        ("refresh", ()),
        ("destroy", ()),
        ("destroy", ("CONFIRM=dev",)),
        ("deploy-compute", ()),
        ("destroy-network", ()),
    ],
)
def test_production_changes_only_when_confirmed(make: Make, target: str, settings: tuple[str, ...]) -> None:
    ran = make.run(target, "ENV=prod", *settings)

    assert ran.code != 0
    assert f"make {target} ENV=prod CONFIRM=prod" in ran.err
    assert ran.pulumi == ()


@pytest.mark.parametrize("target", ["preview", "outputs", "preview-data"])
def test_looking_at_production_needs_no_confirmation(make: Make, target: str) -> None:
    ran = make.run(target, "ENV=prod")

    assert ran.code == 0
    assert ran.pulumi
    assert all(" prod" in call for call in ran.pulumi)


@pytest.mark.parametrize("target", ["deploy", "preview-network", "destroy"])
def test_a_missing_pulumi_gets_one_clear_message(tmp_path: Path, target: str) -> None:
    ran = Make(tmp_path, with_pulumi=False).run(target, "ENV=dev")

    assert ran.code != 0
    assert ran.err.count("The Pulumi CLI is not on PATH") == 1
    assert "https://www.pulumi.com/docs/install/" in ran.err
    assert f"make {target} ENV=dev" in ran.err


@pytest.mark.parametrize("verb", sorted(COMMANDS))
def test_the_local_environment_needs_no_pulumi(tmp_path: Path, verb: str) -> None:
    ran = Make(tmp_path, with_pulumi=False).run(verb, "ENV=local")

    assert (ran.code, ran.err) == (0, "")
    assert ran.python == (f"-m local {verb} --environment local --run-directory build/local",)


def test_one_layer_of_the_local_environment_takes_settings(make: Make) -> None:
    setting = "fraud-compute:log_level=DEBUG"

    ran = make.run("deploy-compute", "ENV=local", "LOCAL_DIRECTORY=elsewhere", f"CONFIG={setting}")

    assert ran.code == 0
    assert ran.python == (
        f"-m local deploy --environment local --run-directory elsewhere --config {setting} --layer compute",
    )
    assert ran.pulumi == ()


def test_show_order_prints_the_graph(make: Make) -> None:
    ran = make.run("show-order")

    assert ran.code == 0
    lines = [line.split() for line in ran.out.splitlines()]
    shown = [words[0] for words in lines if words and words[0] in LAYERS]
    assert shown == FORWARD
    for layer in deployment_order():
        (line,) = (words for words in lines if words and words[0] == layer.name)
        assert layer.owner in line
        assert all(any(upstream in word for word in line[1:]) for upstream in layer.upstream)
