"""A command of the project runs beside us, passes its lines on, and is surely ended."""

import os
import subprocess

import pytest

from emulator.process import ProcessError, alive, descendants
from tests.support.interrupting import interrupted_at
from tools.local import command as module
from tools.local.command import Command, run

SLEEP = ["timeit", "-n", "1", "-r", "1", "import time; time.sleep(60)"]


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
    command = Command(SLEEP)
    command.start()
    assert command.running
    command.stop()
    assert not command.running


def test_an_interrupt_at_any_line_leaves_nothing() -> None:
    reached, earlier = 0, descendants(os.getpid())
    for line in range(1, 1000, 3):
        with interrupted_at(line, module.__file__, subprocess.__file__) as was_reached:
            with pytest.raises(KeyboardInterrupt):
                run(SLEEP)
            if not was_reached():
                break
            reached += 1
        assert alive(descendants(os.getpid()) - earlier) == [], line
    assert reached > 20, "the lines of starting a process are more"
