"""The four programs wired together: what one exports reaches the next, unchanged, and nothing else does."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from shared.infra.contracts import CONTRACTS, Texts, exports
from shared.infra.contracts_page import page
from shared.infra.layers import LAYERS, consumers_of, upstream_of
from tests.support.harness import ENVIRONMENTS, ROOT, STACKS, Exports, deploy_all, run_layer, stack_name
from tests.support.resource_outputs import UNGIVEN

EDGES = [(upstream.name, layer) for layer in LAYERS for upstream in upstream_of(layer)]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _strings(key)
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_a_layer_exports_exactly_its_contract(layer: str, environment: str) -> None:
    run = deploy_all(environment).runs[layer]
    contract = CONTRACTS[layer]

    assert set(run.outputs) == set(exports(contract))
    assert run.secret_outputs == {name for name, export in exports(contract).items() if export.secret}
    for field in fields(contract):
        name, value = field.name, run.outputs[field.name]
        values = value if get_args(field.type)[0] == Texts else [value]
        assert isinstance(values, list), f"{name} is {value!r}"
        assert values, f"{name} is empty"
        assert all(isinstance(each, str) and each and UNGIVEN not in each for each in values), (
            f"{name}: {value!r}"
        )


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_a_layer_reads_exactly_the_layers_that_the_graph_declares(layer: str, environment: str) -> None:
    run = deploy_all(environment).runs[layer]

    assert list(run.references) == sorted(stack_name(each.name, environment) for each in upstream_of(layer))


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_a_project_is_called_as_the_graph_says(layer: str) -> None:
    described = yaml.safe_load((STACKS / layer / "Pulumi.yaml").read_text())

    assert described["name"] == LAYERS[layer].project
    assert LAYERS[layer].owner in described["description"]


def test_every_project_is_a_layer() -> None:
    assert {path.parent.name for path in STACKS.rglob("Pulumi.yaml")} == set(LAYERS)


def test_stack_references_are_built_in_one_module() -> None:
    builders = {
        path.relative_to(ROOT)
        for folder in ("shared", "stacks")
        for path in (ROOT / folder).rglob("*.py")
        if "StackReference(" in path.read_text()
    }

    assert builders == {Path("shared/infra/references.py")}


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_nothing_is_looked_up_behind_the_contracts_back(layer: str) -> None:
    """Who is calling is the one question that network asks of AWS; every other layer asks nothing."""
    allowed = ["aws:index/getCallerIdentity:getCallerIdentity"] if layer == "network" else []

    assert list(deploy_all("dev").runs[layer].invokes) == allowed


def _opaque(layer: str, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The layer's exports with each value replaced by one that says only where it comes from."""
    return {
        name: (
            value
            if name == "environment_suffix"
            else [f"<{layer} {name} {position}>" for position in range(len(value))]
            if isinstance(value, list)
            else f"<{layer} {name}>"
        )
        for name, value in outputs.items()
    }


def _arriving(layer: str) -> dict[str, set[str]]:
    """The values of each upstream layer that arrive somewhere in this one's resources or exports."""
    runs = deploy_all("dev").runs
    opaque = {each.name: _opaque(each.name, runs[each.name].outputs) for each in upstream_of(layer)}
    run = run_layer(
        layer, "dev", {stack_name(name, "dev"): Exports(values) for name, values in opaque.items()}
    )
    found = "\n".join(
        text
        for resource in run.resources
        for value in (resource.inputs, run.outputs)
        for text in _strings(value)
    )
    return {
        name: {output for output, value in values.items() if all(text in found for text in _strings(value))}
        - {"environment_suffix"}
        for name, values in opaque.items()
    }


@pytest.mark.parametrize(("provider", "consumer"), EDGES)
def test_what_a_layer_declares_to_read_arrives_unchanged_and_nothing_more(
    provider: str, consumer: str
) -> None:
    """Values are passed on as they are: a program that took one apart would lose its mark."""
    declared = {name for name, export in exports(CONTRACTS[provider]).items() if consumer in export.readers}

    assert _arriving(consumer)[provider] == declared - {"environment_suffix"}


@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_readers_are_layers_that_come_later(layer: str) -> None:
    consumers = [each.name for each in consumers_of(layer)]

    for name, export in exports(CONTRACTS[layer]).items():
        assert list(export.readers) == [each for each in consumers if each in export.readers], name


def test_the_suffix_is_read_by_every_consumer() -> None:
    for layer in LAYERS:
        readers = exports(CONTRACTS[layer])["environment_suffix"].readers
        assert list(readers) == [each.name for each in consumers_of(layer)]


def test_the_page_of_contracts_is_the_present_one() -> None:
    shown = (ROOT / "docs" / "contracts.md").read_text()

    assert shown == page(), "docs/contracts.md is out of date; run: make contracts-page"


def test_a_run_leaves_nothing_behind_for_the_next() -> None:
    before = deploy_all("dev").runs["data"]
    run_layer(
        "data", "prod", {stack_name("network", "prod"): Exports(deploy_all("prod").runs["network"].outputs)}
    )

    again = run_layer(
        "data", "dev", {stack_name("network", "dev"): Exports(deploy_all("dev").runs["network"].outputs)}
    )

    assert again.outputs == before.outputs
    assert [resource.name for resource in again.resources] == [resource.name for resource in before.resources]
