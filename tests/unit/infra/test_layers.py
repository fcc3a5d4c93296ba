"""The graph of layers: its order, its reverse, and its agreement with the Pulumi projects on disk."""

import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import yaml

from shared.infra import layers

ROOT = Path(__file__).resolve().parents[3]


def test_every_layer_comes_after_all_that_it_reads() -> None:
    position = {each.name: place for place, each in enumerate(layers.deployment_order())}
    edges = [(each.name, upstream) for each in layers.LAYERS.values() for upstream in each.upstream]
    assert edges
    assert [edge for edge in edges if position[edge[1]] >= position[edge[0]]] == []


def test_layers_are_destroyed_in_the_exact_reverse_order() -> None:
    assert [each.name for each in layers.deployment_order()] == ["network", "data", "compute", "alerting"]
    assert [each.name for each in layers.destroy_order()] == ["alerting", "compute", "data", "network"]


def test_upstream_and_consumers_are_two_views_of_the_same_edges() -> None:
    read = {(each.name, up.name) for each in layers.LAYERS.values() for up in layers.upstream_of(each.name)}
    served = {
        (user.name, each.name) for each in layers.LAYERS.values() for user in layers.consumers_of(each.name)
    }
    assert read == served
    assert [each.name for each in layers.consumers_of("data")] == ["compute", "alerting"]


def test_an_unknown_layer_is_answered_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match=r"'storage'.*network, data, compute, alerting"):
        layers.layer("storage")


@pytest.mark.parametrize("name", sorted(layers.LAYERS))
def test_the_pulumi_project_of_a_layer_has_the_graph_s_name(name: str) -> None:
    described = yaml.safe_load((ROOT / "stacks" / name / "Pulumi.yaml").read_text(encoding="utf-8"))
    assert described["name"] == layers.LAYERS[name].project
    assert layers.LAYERS[name].owner in described["description"]


@pytest.mark.parametrize(
    ("flags", "order"), [((), layers.deployment_order), (("--reverse",), layers.destroy_order)]
)
def test_the_command_prints_the_order_without_loading_pulumi(
    flags: tuple[str, ...], order: Callable[[], Iterable[layers.Layer]]
) -> None:
    # -S: no site-packages, so an import of pulumi would fail.
    command = [sys.executable, "-S", "-m", "shared.infra.layers", *flags]
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    assert printed == [each.name for each in order()]
