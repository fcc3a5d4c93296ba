"""Every resource that has a name of its own, replaced by one of the same name: the two never meet."""

import re

import pytest

from shared.infra.contracts import CONTRACTS, exports
from shared.infra.layers import consumers_of
from tests.engine.forcing import (
    CHANGED_PROPERTY,
    WITH_ITS_VPC,
    force,
    held_by_vpc,
    independent_groups,
    named,
    prepare,
)
from tests.engine.stack_state import StackState, identities
from tests.engine.world import ORDER, World


@pytest.fixture(scope="module")
def prepared(fresh: World) -> World:
    prepare(fresh)
    fresh.deploy()
    return fresh


def test_what_is_forced_is_of_types_that_some_layer_has(prepared: World) -> None:
    registered = {each["type"] for state in prepared.states().values() for each in state.resources.values()}

    assert {*CHANGED_PROPERTY, *WITH_ITS_VPC} <= registered


@pytest.mark.parametrize("layer", ORDER)
def test_named_resources_are_replaced_and_their_readers_are_stale(prepared: World, layer: str) -> None:
    first = state_of(prepared, layer)
    groups = independent_groups(first)
    assert {urn for group in groups for urn in group} == set(named(first))

    for group in groups:
        before = state_of(prepared, layer)
        prepared.up(layer, *force(prepared, group)).succeeded()
        after = state_of(prepared, layer)
        assert set(group) - made_since(before, after) == set(), "not replaced"
        assert doubled(after) == set(), "old ones are left"
    assert prepared.preview(layer) == {}
    assert prepared.orphans() == []
    prepared.pulumi(layer, "refresh", "--yes", "--skip-preview", "--expect-no-changes").succeeded()

    expected = readers(layer, first, state_of(prepared, layer))
    assert_stale(prepared, layer, expected)
    for reader in sorted(expected, key=ORDER.index):
        # What the two commands do, without the previews that they show first.
        prepared.pulumi(reader, "refresh", "--yes", "--skip-preview").succeeded()
        prepared.up(reader).succeeded()
    assert_settled(prepared, layer)


def test_a_vpc_is_replaced_in_two_steps_around_its_functions(prepared: World) -> None:
    first = state_of(prepared, "network")
    groups = held_by_vpc(first)
    assert groups

    refused = prepared.up("network", *force(prepared, groups))
    assert refused.code != 0
    assert "DependencyViolation" in refused.text, "functions stand in the old one"
    both = state_of(prepared, "network")
    assert set(groups) - made_since(first, both) == set(), "not replaced"
    assert set(groups) & doubled(both), "the old ones wait"

    expected = readers("network", first, both)
    assert {"private_subnet_ids", "function_security_group_id"} <= expected["compute"] & expected["alerting"]
    assert_stale(prepared, "network", expected)
    for reader in sorted(expected, key=ORDER.index):
        prepared.up(reader).succeeded()
    prepared.up("network").succeeded()

    assert doubled(state_of(prepared, "network")) == set()
    assert prepared.preview("network") == {}
    assert prepared.orphans() == []
    assert_settled(prepared, "network")


def assert_stale(world: World, layer: str, expected: dict[str, set[str]]) -> None:
    """The layers that are expected to be are told to be stale, with their outputs and what to run."""
    told = world.make("stale", f"LAYER={layer}")
    found = findings(told.out)
    assert found.keys() == expected.keys()
    for reader, outputs in expected.items():
        assert outputs - found[reader] == set(), f"{reader} is not told why"
        assert found[reader] - outputs == set(), f"{reader} is told of what it does not read"
    assert (told.code != 0) == bool(expected)
    assert told.told_to_run() == [
        f"make {verb}-{reader} ENV=dev"
        for reader in ORDER
        if reader in expected
        for verb in ("refresh", "deploy")
    ]


def assert_settled(world: World, layer: str) -> None:
    settled = world.make("stale", f"LAYER={layer}").succeeded()
    assert findings(settled.out) == {}
    assert settled.out.count("is up to date") == len(consumers_of(layer))


def state_of(world: World, layer: str) -> StackState:
    state = world.state(layer)
    assert state is not None
    assert state.resources
    return state


def made_since(before: StackState, after: StackState) -> set[str]:
    """URNs of the resources that are others than before."""
    return {
        urn
        for urn, each in after.resources.items()
        if urn not in before.resources or each["created"] != before.resources[urn]["created"]
    }


def doubled(state: StackState) -> set[str]:
    """URNs that the state holds more than once, or waits to delete."""
    urns = [each["urn"] for each in state.entries]
    return {urn for urn in urns if urns.count(urn) > 1} | {
        each["urn"] for each in state.entries if each.get("delete")
    }


def readers(layer: str, before: StackState, after: StackState) -> dict[str, set[str]]:
    """The layers that use an output of another value, or one that names what was replaced; and which."""
    known = {name for urn in made_since(before, after) for name in identities(after.resources[urn])}
    found: dict[str, set[str]] = {}
    for output, export in exports(CONTRACTS[layer]).items():
        value = after.outputs[output]
        texts = value if isinstance(value, list) else [value]
        named_by_it = any(isinstance(each, str) and each in known for each in texts)
        if named_by_it or (not export.secret and value != before.outputs[output]):
            for reader in export.readers:
                found.setdefault(reader, set()).add(output)
    return found


def findings(text: str) -> dict[str, set[str]]:
    """What `make stale` says: layer -> the outputs through which it is stale."""
    parts = re.split(r"^(\w+) is (stale|up to date):?$", text, flags=re.MULTILINE)[1:]
    blocks = zip(parts[0::3], parts[1::3], parts[2::3], strict=True)
    return {
        layer: set(re.findall(r"(\w+) of \w+", said)) for layer, verdict, said in blocks if verdict == "stale"
    }
