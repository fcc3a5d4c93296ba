"""One deployed pipeline for the tests of this folder; each leaves its tables empty."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulator.process import EmulatorProcess
from tests.local.tools.world import World
from tools.deploy.project import ROOT
from tools.local.running.environment import Environment


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with _deployed(tmp_path_factory.mktemp("smoke")) as world:
        yield world


@pytest.fixture(scope="module")
def world_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """For what outlasts a test: published rules stay in force in every worker for half a minute."""
    with _deployed(tmp_path_factory.mktemp("own")) as world:
        yield world


@contextmanager
def _deployed(directory: Path) -> Iterator[World]:
    process, environment = EmulatorProcess(directory), Environment(directory)
    try:
        emulator = environment.bring_up(process)
        command = [
            sys.executable,
            "-m",
            "tools.local",
            "outputs",
            "--json",
            "--run-directory",
            str(directory),
        ]
        outputs = directory / "outputs.json"
        outputs.write_text(
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        )
        yield World(directory, emulator, outputs)
    finally:
        assert process.stop() == []
