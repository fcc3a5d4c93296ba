"""Starts the process that runs the programs of layers."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from types import TracebackType

from tools.deploy.project import ROOT
from tools.local.engine.layer_request import LayerRequest


class ProgramRunner:
    """A process that imports what programs need from the moment it is made, and runs them when it is told."""

    def __init__(self, first_module: str) -> None:
        """`first_module` is what the program that will run first imports."""
        sys.stdout.flush()
        command = [sys.executable, "-m", "tools.local.engine.worker", first_module]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=ROOT)

    def __enter__(self) -> "ProgramRunner":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Without requests the process ends by itself; Ctrl-C has reached it as well."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait()

    def run(self, requests: Sequence[LayerRequest]) -> int:
        """Run layers one after the other, each in its own process, stopping at the first failure.

        What they tell goes to this process's standard output; returns the exit code.
        """
        self._process.communicate(json.dumps([asdict(each) for each in requests]))
        return self._process.returncode
