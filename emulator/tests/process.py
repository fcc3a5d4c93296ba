"""An emulator in a process of its own, as a person starts it."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from emulator.address import Emulator, NoEmulatorError, read

START_SECONDS = 60


@contextlib.contextmanager
def running_emulator(
    run_directory: Path, *options: str
) -> Iterator[tuple[Emulator, subprocess.Popen[bytes]]]:
    """Starts an emulator and stops it with SIGTERM; its log is ``emulator.log`` in the directory."""
    run_directory.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "emulator", "--run-directory", str(run_directory), *options]
    with (run_directory / "emulator.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield _wait_for_address(run_directory, process), process
    finally:
        process.terminate()
        process.wait(20)


def _wait_for_address(run_directory: Path, process: subprocess.Popen[bytes]) -> Emulator:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(NoEmulatorError):
            return read(run_directory)
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise AssertionError((run_directory / "emulator.log").read_text())
