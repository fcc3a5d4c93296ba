"""What survived a collection that took long is not visited by the next one."""

import gc
from collections.abc import Iterator

import pytest

from emulator.garbage import ShortCollections


@pytest.fixture
def thawed() -> Iterator[None]:
    """Leave the collector of this process as it was."""
    callbacks = [*gc.callbacks]
    yield
    gc.callbacks[:] = callbacks
    gc.unfreeze()


@pytest.mark.usefixtures("thawed")
@pytest.mark.parametrize(("longest", "set_aside"), [(0.0, True), (3600.0, False)])
def test_survivors_of_a_long_collection_are_set_aside(longest: float, set_aside: bool) -> None:
    gc.unfreeze()
    ShortCollections(longest).install()
    items = [[number] for number in range(1_000)]
    gc.collect()
    visited = {id(each) for each in gc.get_objects(generation=2)}
    assert len(items) == 1_000
    assert (gc.get_freeze_count() > len(items)) is set_aside
    assert any(id(each) in visited for each in items) is not set_aside


@pytest.mark.usefixtures("thawed")
def test_what_is_set_aside_is_freed_when_nothing_refers_to_it() -> None:
    ShortCollections(0.0).install()
    items = [[number] for number in range(1_000)]
    gc.collect()
    frozen = gc.get_freeze_count()
    items.clear()
    assert gc.get_freeze_count() <= frozen - 1_000
