"""Starts the process that runs the programs of layers."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from local.engine.layer_request import LayerRequest

ROOT = Path(__file__).resolve().parents[2]


def run_in_turn(requests: Sequence[LayerRequest]) -> int:
    """Run layers one after the other, each in its own process, stopping at the first failure.

    What they tell goes to this process's standard output; returns the exit code.
    """
    if not requests:
        return 0
    sys.stdout.flush()
    command = [sys.executable, "-m", "local.engine.worker"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        process.communicate(json.dumps([asdict(each) for each in requests]))
    except BaseException:
        process.wait()  # Ctrl-C reaches it as well; what it has done is in the state
        raise
    return process.returncode
