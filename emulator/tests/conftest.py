"""What the emulator's tests share: their marker, and sockets, which other tests of a run may have closed."""

from pathlib import Path

import hypothesis
import pytest
from pytest_socket import enable_socket

TESTS = Path(__file__).parent
hypothesis.settings.register_profile("busy", deadline=None)  # a busy machine is no bug
hypothesis.settings.load_profile("busy")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(TESTS):
            item.add_marker("emulator")


@pytest.fixture(autouse=True)
def _sockets() -> None:
    enable_socket()
