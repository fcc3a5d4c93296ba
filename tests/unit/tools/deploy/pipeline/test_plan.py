"""What to deploy is counted from the last deployment that succeeded, for each layer on its own."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from shared.infra.layers import deployment_order
from tools.deploy.pipeline.plan import changed_since, last_deployed, layers_to_deploy

ORDER = [layer.name for layer in deployment_order()]


def github(deployments: Mapping[str, list[tuple[str, list[str]]]]) -> Callable[[str], Any]:
    """GitHub with deployments by environment, newest first: each a commit and its states, newest first."""
    states: dict[str, list[str]] = {}
    listed: dict[str, list[dict[str, str]]] = {}
    for environment, each in deployments.items():
        for commit, seen in each:
            states[f"{environment}.{commit}"] = seen
            listed.setdefault(environment, []).append({"id": f"{environment}.{commit}", "sha": commit})

    def ask(path: str) -> Any:
        resource, _, query = path.partition("?")
        if resource == "deployments":
            return listed.get(dict(part.split("=") for part in query.split("&"))["environment"], [])
        return [{"state": state} for state in states[resource.split("/")[1]]]

    return ask


def everywhere(commit: str) -> Callable[[str], Any]:
    return github({f"dev-{name}": [(commit, ["success"])] for name in ORDER})


def test_what_was_never_deployed_is_deployed_in_order() -> None:
    assert list(layers_to_deploy("dev", github({}), lambda _: frozenset())) == ORDER


def test_nothing_is_deployed_where_nothing_has_changed() -> None:
    assert list(layers_to_deploy("dev", everywhere("a"), lambda _: frozenset())) == []


@pytest.mark.parametrize(
    ("path", "touched"),
    [
        ("stacks/compute/functions/detector/rules.json", ["compute"]),
        ("stacks/data/Pulumi.dev.yaml", ["data"]),
        ("shared/infra/contracts.py", ORDER),
        ("shared/runtime/events.py", ["data", "compute", "alerting"]),
        ("requirements.lock", ORDER),
        ("docs/architecture.md", []),
        ("tests/stacks/test_data.py", []),
    ],
)
def test_a_change_deploys_the_layers_that_it_makes_up(path: str, touched: list[str]) -> None:
    assert list(layers_to_deploy("dev", everywhere("a"), lambda _: frozenset({path}))) == touched


def test_a_commit_that_is_not_known_any_more_counts_as_a_change() -> None:
    assert list(layers_to_deploy("dev", everywhere("gone"), lambda _: None)) == ORDER


def test_a_failed_deployment_is_made_up_for() -> None:
    ask = github(
        {
            **{f"dev-{name}": [("new", ["success"])] for name in ORDER},
            "dev-data": [("new", ["failure", "in_progress"]), ("old", ["inactive", "success"])],
        }
    )
    changed = {"new": frozenset[str](), "old": frozenset({"stacks/data/tables.py"})}
    assert list(layers_to_deploy("dev", ask, changed.__getitem__)) == ["data"]


def test_the_environments_are_counted_apart() -> None:
    assert list(layers_to_deploy("prod", everywhere("a"), lambda _: frozenset())) == ORDER


@pytest.mark.parametrize("states", [["failure"], ["waiting"], ["in_progress", "queued"], ["error"], []])
def test_only_a_success_counts(states: list[str]) -> None:
    assert last_deployed("dev-data", github({"dev-data": [("a", states)]})) is None


def test_git_tells_what_has_changed() -> None:
    assert changed_since("HEAD") == frozenset()
    assert changed_since("0" * 40) is None
