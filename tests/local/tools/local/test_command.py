"""A command of the project runs beside us, passes its lines on, and is surely ended."""

import pytest

from emulator.process import ProcessError
from tools.local.command import Command, run


def test_a_command_passes_its_lines_on() -> None:
    lines: list[str] = []
    run(["shared.infra.layers"], lines.append)
    assert lines == ["network", "data", "compute", "alerting"]


def test_a_failed_command_is_named_with_its_last_lines() -> None:
    with pytest.raises(
        ProcessError, match=r"(?s)shared\.infra\.layers --sideways` failed \(2\).*unrecognized"
    ):
        run(["shared.infra.layers", "--sideways"])


def test_a_stopped_command_leaves_nothing() -> None:
    command = Command(["timeit", "-n", "1", "-r", "1", "import time; time.sleep(60)"])
    assert command.running
    command.stop()
    assert not command.running
