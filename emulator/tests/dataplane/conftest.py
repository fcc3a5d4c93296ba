"""One emulator for the tests of this folder; AWS's pauses between retries are cut to milliseconds."""

from collections.abc import Iterator

import pytest

from emulator.tests.process import running_emulator
from emulator.tests.resources import Deployer


@pytest.fixture(scope="session")
def deployer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployer]:
    directory = tmp_path_factory.mktemp("dataplane")
    with running_emulator(directory, "--delay-scale", "0.001") as (emulator, _):
        yield Deployer(emulator, directory)
