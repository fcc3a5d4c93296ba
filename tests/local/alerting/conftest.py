"""A deployed pipeline whose alarms are at work; each file has one of its own."""

from collections.abc import Iterator

import pytest

from emulator.process import EmulatorProcess
from tests.local.alerting.ringing import ALARM_SCALE, VISIBILITY_SCALE, Ringing
from tools.local.running.environment import Environment


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ringing]:
    directory = tmp_path_factory.mktemp("alarms")
    process = EmulatorProcess(
        directory, "--alarm-scale", str(ALARM_SCALE), "--visibility-scale", str(VISIBILITY_SCALE)
    )
    environment = Environment(directory)
    try:
        emulator = environment.bring_up(process)
        yield Ringing(emulator, directory, environment.outputs_by_layer())
    finally:
        assert process.stop() == []
