"""The analyst's page over what the demo has left behind, until Ctrl-C."""

import os
import subprocess
import sys
from pathlib import Path

from emulator.address import Emulator
from emulator.process import ProcessError, interrupts_deferred
from tools.deploy.project import ROOT
from tools.local.running.environment import ENVIRONMENT
from tools.local.running.variables import variables


def keep_open(emulator: Emulator, directory: Path) -> None:
    """Open the page as `make desk` does, as a process of its own, and return when it is closed.

    Raises:
        ProcessError: It ended by itself.
    """
    outputs = [sys.executable, "-m", "tools.local", "outputs", "--json", "--run-directory", str(directory)]
    exported = subprocess.run(outputs, cwd=ROOT, check=True, capture_output=True).stdout
    command = [sys.executable, "-m", "tools.analyst.desk", ENVIRONMENT, "--outputs", "-"]
    environment = {**os.environ, **variables(emulator)}
    process: subprocess.Popen[bytes] | None = None
    try:
        with interrupts_deferred():
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE)
        process.communicate(exported)
    except KeyboardInterrupt:
        if process is not None:
            # The terminal has told the page, too: it sends the verdicts that still wait.
            process.terminate()
            process.wait()
        return
    if process.returncode:
        raise ProcessError(f"the analyst's page ended with {process.returncode}")
