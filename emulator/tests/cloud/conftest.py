"""One emulator for the tests of this folder."""

from collections.abc import Iterator

import pytest

from emulator.address import Emulator
from emulator.tests.process import running_emulator


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with running_emulator(tmp_path_factory.mktemp("cloud")) as (address, _):
        yield address
