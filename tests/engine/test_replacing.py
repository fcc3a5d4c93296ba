"""Every resource that has a name of its own, replaced by one of the same name: the two never meet."""

import re
import shlex
from collections.abc import Iterable

import pytest

from shared.infra.contracts import CONTRACTS, exports
from tests.engine.forcing import (
    CHANGED_PROPERTY,
    NAME_ALONE,
    UNNAMED,
    force,
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


def test_every_type_is_known_as_named_or_not(prepared: World) -> None:
    registered = {each["type"] for state in prepared.states().values() for each in state.resources.values()}
    known = [*CHANGED_PROPERTY, *NAME_ALONE, *UNNAMED]

    assert len(known) == len(set(known))
    assert registered - set(known) == set(), "say in forcing.py how these are replaced"
    assert set(known) - registered == set(), "no layer has these any more"


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

    last = state_of(prepared, layer)
    expected = readers(layer, last, made_since(first, last))
    told = prepared.make("stale", f"LAYER={layer}")
    assert findings(told.out) == expected
    assert (told.code != 0) == bool(expected)
    for command in told.told_to_run():
        prepared.run(*prepared.make_words(*shlex.split(command)[1:])).succeeded()
    settled = prepared.make("stale").succeeded()
    assert settled.out.count("is up to date") == len(ORDER)


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


def readers(layer: str, state: StackState, replaced: Iterable[str]) -> dict[str, set[str]]:
    """The layers that read an output by which a replaced resource is known, and these outputs."""
    known = {name for urn in replaced for name in identities(state.resources[urn])}
    found: dict[str, set[str]] = {}
    for output, export in exports(CONTRACTS[layer]).items():
        value = state.outputs[output]
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(each, str) and each in known for each in texts):
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
