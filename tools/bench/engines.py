"""How long each engine takes for the same commands: first deploy, no change, one layer, destroy.

What is timed is `make` on the embedded AWS, as a person waits for it: with the guards, and for one layer with
the look at the layers that read it. Each engine has an embedded AWS of its own, new and empty.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.process import EmulatorProcess, ProcessError
from tools.deploy import engine
from tools.deploy.project import ROOT
from tools.deploy.signals import uninterrupted

ENGINES = ("embedded", "pulumi")
COMMANDS: Mapping[str, Sequence[str]] = {
    "first deploy of the four layers": ("deploy",),
    "deploy without a change": ("deploy",),
    "deploy of compute with a changed setting": ("deploy-compute", "CONFIG=fraud-compute:log_level=DEBUG"),
    "destroy of the four layers": ("destroy",),
}
"""What is timed, in this order: its name, and the words after `make`."""
_LINES_OF_A_FAILURE = 20


@dataclass(frozen=True)
class Comparison:
    """Seconds of each command by engine; `left_out` says why an engine has none."""

    seconds: Mapping[str, Mapping[str, float]]
    left_out: Mapping[str, str]


def measure() -> Comparison:
    """Time both engines, or the embedded one alone where no fitting Pulumi CLI is here.

    Raises:
        ProcessError: a command failed.
    """
    left_out: dict[str, str] = {}
    try:
        engine.fitting_binary()
    except engine.CliError as error:
        left_out["pulumi"] = str(error)
    return Comparison({name: _measured(name) for name in ENGINES if name not in left_out}, left_out)


def _measured(engine_name: str) -> dict[str, float]:
    ROOT.joinpath("build").mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="bench-", dir=ROOT / "build"))
    process = EmulatorProcess(directory)
    try:
        process.start()
        process.wait_until_ready()
        return {
            name: _timed([*words, "ENV=local", f"ENGINE={engine_name}", f"LOCAL_DIRECTORY={directory}"])
            for name, words in COMMANDS.items()
        }
    finally:
        with uninterrupted():
            process.stop()
            shutil.rmtree(directory)


def _timed(words: Sequence[str]) -> float:
    # Whoever runs the benchmark runs it by make; its own variables are not for these commands.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    started = time.monotonic()
    done = subprocess.run(
        ["make", f"PYTHON={sys.executable}", *words],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        end = "\n".join(done.stdout.splitlines()[-_LINES_OF_A_FAILURE:])
        raise ProcessError(f"make {' '.join(words)} ended with {done.returncode}:\n{end}")
    return time.monotonic() - started
