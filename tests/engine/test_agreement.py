"""The two engines agree: the same states, the same plans. A difference is a fault of the embedded engine."""

from collections.abc import Iterator

import pytest

from tests.engine.both import Both, both_engines, by_resource, order_of_dependents
from tests.engine.changes import BEHIND_THE_BACK, add_what_passes, change, force_replacement
from tests.engine.world import ORDER, World


@pytest.fixture(scope="module")
def both(fresh: World) -> Iterator[Both]:
    """The four layers, deployed by both engines."""
    with both_engines(fresh) as made:
        add_what_passes(fresh)
        for layer in ORDER:
            made.deploy(layer)
        yield made


def agree_on_states(both: Both) -> None:
    assert not (lines := both.disagreements()), "\n".join(lines)


def agree_on_deployment(both: Both, layer: str) -> set[str]:
    """Hold both plans of a layer and their order against each other; deploy it, and compare all states."""
    before, _ = both.stacks[layer]
    real, embedded = both.plans(layer)
    assert by_resource(embedded) == by_resource(real)
    both.deploy(layer)
    after, _ = both.stacks[layer]
    assert order_of_dependents(embedded, before, after) == order_of_dependents(real, before, after)
    agree_on_states(both)
    return {step.operation for step in real}


def test_what_is_deployed(both: Both) -> None:
    agree_on_states(both)


@pytest.mark.parametrize("layer", ORDER)
def test_what_changed_behind_the_back_and_then_by_the_owner(both: Both, layer: str) -> None:
    for cloud in both.clouds:
        BEHIND_THE_BACK[layer](cloud)
    both.refresh(layer)
    agree_on_states(both)
    change(both.world, layer)
    assert {"create", "update", "delete"} <= agree_on_deployment(both, layer)


def test_a_network_that_moves_around_its_functions(both: Both) -> None:
    force_replacement(both.world, "network")
    real, embedded = both.plans("network")
    assert by_resource(embedded) == by_resource(real)
    # The old subnets and the old group go when the functions have moved.
    both.break_off("network", "DependencyViolation")
    for reader in ("compute", "alerting"):
        both.deploy(reader)
    both.deploy("network")
    agree_on_states(both)


@pytest.mark.parametrize("layer", ORDER[1:])
def test_what_is_replaced(both: Both, layer: str) -> None:
    force_replacement(both.world, layer)
    assert {"replace", "create-replacement", "delete-replaced"} <= agree_on_deployment(both, layer)
