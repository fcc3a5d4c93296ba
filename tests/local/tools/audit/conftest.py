"""One embedded AWS for the tests of this folder."""

from collections.abc import Iterator

import pytest

from emulator.tests.process import running_emulator
from tools.audit.privileges.account import Account


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    run_directory = tmp_path_factory.mktemp("deployers")
    with running_emulator(run_directory, "--record-evaluations") as (emulator, _):
        yield Account(run_directory, emulator)
