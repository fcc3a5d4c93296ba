"""The Makefile follows the layer graph, names project and stack in every call, and never half-succeeds."""

import re
from pathlib import Path

import pytest

from shared.infra.layers import LAYERS, deployment_order, destroy_order
from tests.support.make import VERBS, Make, acted_on, command

FORWARD = [layer.name for layer in deployment_order()]
REVERSE = [layer.name for layer in destroy_order()]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return Make(tmp_path)


def test_the_two_orders_hold_every_layer_and_are_each_others_reverse() -> None:
    assert sorted(FORWARD) == sorted(LAYERS)
    assert REVERSE[::-1] == FORWARD
    for layer in deployment_order():
        assert all(FORWARD.index(upstream) < FORWARD.index(layer.name) for upstream in layer.upstream)


@pytest.mark.parametrize(
    ("verb", "order"),
    [(verb, REVERSE if verb == "destroy" else FORWARD) for verb in VERBS],
)
def test_a_verb_goes_through_the_layers_in_order(make: Make, verb: str, order: list[str]) -> None:
    make.deployed("dev")

    ran = make.run(verb, "ENV=dev")

    assert (ran.code, ran.err) == (0, "")
    assert acted_on(ran.acts, verb) == order
    assert all(call.startswith("-C stacks/") for call in ran.acts)
    assert all(re.search(r" dev\b", call) for call in ran.acts), "without a stack, the selected one is meant"
    assert not any("select" in call.replace("--no-select", "") for call in ran.acts)


def test_a_life_from_nothing_to_nothing(make: Make) -> None:
    deployed = make.run("deploy", "ENV=dev")
    stacks = make.stacks
    destroyed = make.run("destroy", "ENV=dev")

    assert (deployed.code, destroyed.code) == (0, 0)
    assert {layer: list(of_layer) for layer, of_layer in stacks.items()} == {
        name: ["dev"] for name in FORWARD
    }
    assert make.stacks == {}


@pytest.mark.parametrize("layer", FORWARD)
def test_an_owner_deploys_one_layer_alone(make: Make, layer: str) -> None:
    make.deployed("dev")

    ran = make.run(f"deploy-{layer}", "ENV=dev")

    assert (ran.code, ran.err) == (0, "")
    assert acted_on(ran.acts, "deploy") == [layer]


def test_an_owner_destroys_the_last_layer_alone(make: Make) -> None:
    make.deployed("dev")

    ran = make.run("destroy-alerting", "ENV=dev")

    assert (ran.code, ran.err) == (0, "")
    assert ran.acts == (
        "-C stacks/alerting destroy --yes --stack dev",
        "-C stacks/alerting stack rm dev --yes --preserve-config",
    )


def test_parallel_make_does_not_change_the_order(make: Make) -> None:
    make.deployed("dev")

    ran = make.run("-j4", "destroy", "ENV=dev")

    assert ran.code == 0
    assert acted_on(ran.acts, "destroy") == REVERSE


@pytest.mark.parametrize(("verb", "order"), [("deploy", FORWARD), ("destroy", REVERSE)])
@pytest.mark.parametrize("position", range(len(FORWARD)))
def test_the_first_failure_stops_and_what_it_prints_resumes(
    make: Make, verb: str, order: list[str], position: int
) -> None:
    failing = order[position]
    if verb == "destroy":
        make.deployed("prod")

    stopped = make.run(verb, "ENV=prod", "CONFIRM=prod", failing=[command(verb, failing)])

    assert stopped.code != 0
    assert acted_on(stopped.acts, verb, "prod") == order[: position + 1]
    assert f"{verb} of {failing} failed" in stopped.err
    (resume,) = re.findall(r"resume with: make (.*)", stopped.err)
    assert resume == f"{verb} ENV=prod CONFIRM=prod"

    resumed = make.run(*resume.split())

    assert resumed.code == 0
    again = order if verb == "deploy" else order[position:]
    assert acted_on(resumed.acts, verb, "prod") == again


def test_a_first_deploy_makes_each_stack_without_selecting_it(make: Make) -> None:
    ran = make.run("deploy", "ENV=dev")

    made = [call for call in ran.acts if "stack init" in call]
    assert made == [f"-C stacks/{layer} stack init dev --no-select" for layer in FORWARD]


def test_destroying_what_was_never_deployed_is_done_at_once(make: Make) -> None:
    ran = make.run("destroy", "ENV=dev")

    assert ran.code == 0
    assert ran.acts == ()
    assert ran.out.count("nothing to destroy") == len(LAYERS)


@pytest.mark.parametrize("target", [*VERBS, "deploy-compute"])
def test_an_environment_must_be_named(make: Make, target: str) -> None:
    ran = make.run(target)

    assert ran.code != 0
    assert "ENV is missing" in ran.err
    assert f"make {target} ENV=dev" in ran.err
    assert ran.pulumi == ()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["ENV="], "ENV is missing"),
        (["ENV=nowhere"], "ENV='nowhere' has no stacks/network/Pulumi.nowhere.yaml"),
        (["ENV=dev;true"], "is not an environment name"),
        (["ENV=dev", "ENGINE=other"], "ENGINE='other' is not an engine; choose from: embedded pulumi"),
        (["ENV=dev", "ENGINE=embedded"], "The embedded engine deploys only to the embedded AWS"),
        (["ENV=dev", "CONFIG=fraud-data:a=b"], "CONFIG requires ENV=local"),
    ],
    ids=["empty", "unknown", "malformed", "unknown-engine", "wrong-engine", "settings"],
)
def test_an_environment_must_be_known(make: Make, settings: list[str], message: str) -> None:
    ran = make.run("deploy", *settings)

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
    make.deployed("prod")

    ran = make.run(target, "ENV=prod")

    assert ran.code == 0
    assert ran.acts
    assert all(" --stack prod" in call for call in ran.acts)


@pytest.mark.parametrize("target", ["deploy", "preview-network", "destroy"])
def test_a_missing_pulumi_gets_one_clear_message(tmp_path: Path, target: str) -> None:
    ran = Make(tmp_path, with_pulumi=False).run(target, "ENV=dev")

    assert ran.code != 0
    assert ran.err.count("The Pulumi CLI is not on PATH") == 1
    assert "make engine" in ran.err
    assert "https://www.pulumi.com/docs/install/" in ran.err
    assert f"make {target} ENV=dev" in ran.err


def test_an_old_pulumi_is_refused_before_it_is_used(make: Make) -> None:
    make.knows(version="3.100.0")

    ran = make.run("deploy", "ENV=dev")

    assert ran.code != 0
    assert "is Pulumi 3.100.0" in ran.err
    assert ran.acts == ()


@pytest.mark.parametrize("verb", VERBS)
def test_the_local_environment_needs_no_pulumi(tmp_path: Path, verb: str) -> None:
    ran = Make(tmp_path, with_pulumi=False).run(verb, "ENV=local")

    assert (ran.code, ran.err) == (0, "")
    assert ran.python == (f"-m tools.local {verb} --environment=local --run-directory=build/local",)


def test_one_layer_of_the_local_environment_takes_settings(make: Make) -> None:
    setting = "fraud-compute:log_level=DEBUG"

    ran = make.run("deploy-compute", "ENV=local", "LOCAL_DIRECTORY=elsewhere", f"CONFIG={setting}")

    assert ran.code == 0
    deploy = "-m tools.local deploy --environment=local --run-directory=elsewhere"
    assert ran.python == (f"{deploy} --config={setting} --layer compute",)
    assert ran.pulumi == ()


def test_the_local_environment_by_the_pulumi_cli_starts_it_through_the_embedded_aws(make: Make) -> None:
    """The wrapper is recorded in place of being run, so the state of a stack cannot be read from it."""
    ran = make.run("outputs-data", "ENV=local", "ENGINE=pulumi", "LOCAL_DIRECTORY=elsewhere")

    assert ran.acts == ()
    assert ran.python == (
        "-m tools.local environment --run-directory=elsewhere",
        "-m tools.local pulumi --run-directory=elsewhere -- -C stacks/data stack export --stack local",
    )


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
