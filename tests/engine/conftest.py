"""A world for the tests of each module; and one, deployed by `make deploy`, for those that leave it so."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine.building import world
from tests.engine.commands import Ran
from tests.engine.pipeline import Sent, send_suspicious
from tests.engine.world import World, creations
from tools.deploy import engine

SECONDS_FOR_A_TEST = 1500
"""A whole environment may have to be deployed for one; each command has a limit of its own."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(SECONDS_FOR_A_TEST))


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


@dataclass(frozen=True)
class Pipeline:
    """An environment that was deployed by one `make deploy`, and has carried one transaction."""

    world: World
    deployment: Ran
    creations: Counter[tuple[str, ...]]
    """What the deployment asked to be made, see `tests.engine.world.creations`."""
    sent: Sent


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory: pytest.TempPathFactory, pulumi_cli: Path) -> Iterator[Pipeline]:
    """For tests that leave the environment as they found it."""
    with world(tmp_path_factory.mktemp("pipeline"), pulumi_cli) as made:
        deployment = made.make("deploy").succeeded()
        asked = creations(made.control_calls())
        yield Pipeline(made, deployment, asked, send_suspicious(made, "first-of-all"))
