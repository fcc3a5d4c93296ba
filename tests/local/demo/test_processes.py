"""Processes are seen, ended with all that they started, and told apart from those that have ended."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from local.demo.processes import Command, ProcessError, alive, descendants, run

# A parent that starts a child, says so, and then both wait.
FAMILY = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def family() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    for pid in descendants(process.pid) | {process.pid}:
        subprocess.run(["kill", "-9", str(pid)], check=False, capture_output=True)
    process.wait()
    process.stdout.close()


def test_children_are_found_and_the_dead_are_not_alive(family: subprocess.Popen[str]) -> None:
    (child,) = descendants(family.pid)
    assert alive([child, family.pid]) == sorted([child, family.pid])
    family.kill()
    deadline = time.monotonic() + 5
    while alive([family.pid]) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert alive([child, family.pid]) == [child], "one that nobody has collected yet is dead all the same"


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
