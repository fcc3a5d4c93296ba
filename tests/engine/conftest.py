"""One world for the tests of a module; and one, deployed by `make deploy`, for those that only look."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from operations import engine
from tests.engine.world import World, world


@pytest.fixture(scope="session")
def pulumi_cli() -> Path:
    """The CLI that the rung has been let run with."""
    return engine.fitting_binary()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, pulumi_cli: Path) -> Iterator[World]:
    """A world with nothing deployed, for the tests of one module."""
    with world(tmp_path_factory.mktemp("engine"), pulumi_cli) as made:
        yield made


@pytest.fixture(scope="module")
def deployed(fresh: World) -> World:
    """The four layers deployed, for the tests of one module to change."""
    fresh.deploy()
    return fresh
