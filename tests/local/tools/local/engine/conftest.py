"""One emulator for the tests of a module, and a provider that talks to it."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import address
from emulator.provider.cloud import Cloud
from emulator.provider.provider import Provider
from tests.local.tools.local.engine.stand_in import SAYS_WHAT_IT_GOT, Pulumi, stand_in
from tests.local.tools.local.engine.tiny import TinyProject
from tools.deploy import engine as pulumi_cli
from tools.local.engine.teardown import destroy_layer

START_SECONDS = 60


@pytest.fixture(scope="module")
def run_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The run directory of an emulator that runs as long as the module's tests."""
    directory = tmp_path_factory.mktemp("emulator")
    with (directory / "emulator.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "emulator", "--run-directory", str(directory)],
            stdout=log,
            stderr=log,
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while not (directory / address.FILE_NAME).exists():
                assert process.poll() is None, (directory / "emulator.log").read_text()
                assert time.monotonic() < deadline, "the emulator did not start"
                time.sleep(0.05)
            yield directory
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def emulator(run_directory: Path) -> address.Emulator:
    return address.read(run_directory)


@pytest.fixture(scope="module")
def cloud(emulator: address.Emulator) -> Cloud:
    return Cloud.of(emulator)


@pytest.fixture(scope="module")
def provider(cloud: Cloud) -> Provider:
    provider = Provider(cloud)
    provider.configure({"defaultTags": '{"tags": {"Project": "contract-tests", "Owner": "default"}}'})
    return provider


@pytest.fixture
def project(run_directory: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[TinyProject]:
    """A project named after the test; what it leaves in the emulator is destroyed."""
    name = re.sub(r"[\W_]+", "-", request.node.name.removeprefix("test_"))[:60].strip("-")
    project = TinyProject(tmp_path / "project", run_directory, f"t-{name}")
    yield project
    destroy_layer(project.store, Cloud.of(address.read(run_directory)), project.name)


@pytest.fixture
def pulumi(
    run_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Pulumi:
    """`python -m tools.local pulumi` beside the module's emulator, with a stand-in for the CLI on PATH."""
    shutil.rmtree(run_directory / "pulumi", ignore_errors=True)
    shutil.rmtree(run_directory / "state", ignore_errors=True)
    monkeypatch.setattr(pulumi_cli, "INSTALLED", tmp_path / "nowhere")
    monkeypatch.setenv("PATH", f"{stand_in(tmp_path / 'bin', SAYS_WHAT_IT_GOT).parent}:{os.environ['PATH']}")
    return Pulumi(run_directory, capfd)
