"""The two engines agree: the same states, the same plans. A difference is a fault of the embedded engine."""

from collections.abc import Callable, Iterator

import pytest

from local.provider.cloud import Cloud
from tests.engine.both import Both, both_engines, by_resource, out_of_order
from tests.engine.world import ENVIRONMENT, ORDER, World


@pytest.fixture(scope="module")
def both(fresh: World) -> Iterator[Both]:
    """The four layers, deployed by both engines."""
    with both_engines(fresh) as made:
        for layer in ORDER:
            made.deploy(layer)
        yield made


def agree_on_plan(both: Both, layer: str) -> set[str]:
    """Hold both plans of a layer against each other; the operations that they consist of."""
    real, embedded = both.plans(layer)
    assert by_resource(embedded) == by_resource(real)
    return {step.operation for step in real}


def agree_on_deployment(both: Both, layer: str) -> None:
    """Deploy a layer with both engines, and hold the order of their plans and all states against each other."""
    real, embedded = both.plans(layer)
    before = both.real_facts(layer)
    both.deploy(layer)
    after = both.real_facts(layer)
    assert out_of_order(real, before, after) == []
    assert out_of_order(embedded, before, after) == []
    assert not (lines := both.disagreements()), "\n".join(lines)


def test_what_is_deployed(both: Both) -> None:
    assert not (lines := both.disagreements()), "\n".join(lines)


@pytest.mark.parametrize("layer", ORDER)
def test_nothing_is_to_do(both: Both, layer: str) -> None:
    assert agree_on_plan(both, layer) <= {"same", "read"}
