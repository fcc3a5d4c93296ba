"""Processes are seen, ended with all that they started, and told apart from those that have ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import emulator
from emulator.process import EmulatorProcess, ProcessError, alive, descendants

ABOVE_THE_PACKAGE = Path(emulator.__file__).resolve().parents[1]
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


STARTS_AN_EMULATOR = """
import pathlib, sys, time
from emulator.process import EmulatorProcess
emulator = EmulatorProcess(pathlib.Path(sys.argv[1]))
emulator.start()
print(emulator.wait_until_ready().pid, flush=True)
time.sleep(60)
"""


def test_an_emulator_ends_with_the_process_that_started_it_however_that_ends(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTS_AN_EMULATOR, str(tmp_path)],
        cwd=ABOVE_THE_PACKAGE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with starter:
        assert starter.stdout is not None
        emulator = int(starter.stdout.readline())
        assert alive([emulator]) == [emulator]
        starter.kill()
    deadline = time.monotonic() + 20
    while alive([emulator]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alive([emulator]) == []


def test_an_emulator_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    run = tmp_path / "run"
    process = EmulatorProcess(run)
    process.start()
    emulator = process.wait_until_ready()
    assert process.running
    # Keys, mails, logs and the functions' code: nobody else on the machine may read them.
    written = [path for path in (run, *run.rglob("*")) if not path.is_symlink()]
    assert len(written) > 3
    assert [path for path in written if path.stat().st_mode & 0o077 and path.name != "emulator.log"] == []
    assert process.stop() == []
    assert not process.running
    assert alive([emulator.pid]) == []


def test_an_interrupt_while_an_emulator_starts_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, earlier = subprocess.Popen.__init__, descendants(os.getpid())

    def interrupted(*arguments: Any, **options: Any) -> None:
        begin(*arguments, **options)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(subprocess.Popen, "__init__", interrupted)
    process = EmulatorProcess(tmp_path)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            process.start()
    finally:
        signal.signal(signal.SIGINT, before)
    assert process.running, "it is known, so that it can be ended"
    assert process.stop() == []
    assert alive(descendants(os.getpid()) - earlier) == []


def test_an_emulator_that_was_killed_is_told_from_one_that_runs(tmp_path: Path) -> None:
    process = EmulatorProcess(tmp_path)
    process.start()
    emulator = process.wait_until_ready()
    process.require_running()
    os.kill(emulator.pid, signal.SIGKILL)
    while process.running:
        time.sleep(0.01)
    with pytest.raises(ProcessError, match=r"(?s)killed by SIGKILL.*emulator\.log"):
        process.require_running()
    process.stop()


def test_an_emulator_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "mail").touch()  # where its mailbox should go
    process = EmulatorProcess(tmp_path)
    process.start()
    with pytest.raises(ProcessError, match=r"(?s)ended by itself.*/mail"):
        process.wait_until_ready()
    process.stop()
