"""One deployed pipeline for the tests of this folder; each leaves its tables empty."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from local.demo.environment import Environment
from local.demo.processes import PROJECT, EmulatorProcess
from tests.local.operations.world import World


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    directory = tmp_path_factory.mktemp("smoke")
    process, environment = EmulatorProcess(directory), Environment(directory)
    try:
        emulator = environment.bring_up(process)
        command = [sys.executable, "-m", "local", "outputs", "--json", "--run-directory", str(directory)]
        outputs = directory / "outputs.json"
        outputs.write_text(
            subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
        )
        yield World(directory, emulator, outputs)
    finally:
        assert process.stop() == []
