"""The processes that run programs, one a layer; the next one warms up while one is at work."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from local.engine.layer_request import LayerRequest

ROOT = Path(__file__).resolve().parents[2]


class LayerProcess:
    """A process that is ready, or getting ready, to run one layer's program."""

    def __init__(self, layer: str) -> None:
        """Starts to warm up at once."""
        command = [sys.executable, "-m", "local.engine.worker", f"stacks.{layer}.program"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=ROOT)

    def run(self, request: LayerRequest) -> int:
        """Run the program; returns the exit code when it is done."""
        try:
            self._process.communicate(json.dumps(asdict(request)) + "\n")
        except BaseException:
            self.stop()
            raise
        return self._process.returncode

    def stop(self) -> None:
        """End the process; one that still waits ends by itself."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.terminate()
            self._process.wait()


def run_in_turn(requests: Sequence[LayerRequest]) -> int:
    """Run layers one after the other, each in its own process; stops at the first failure."""
    upcoming: LayerProcess | None = None
    try:
        for index, request in enumerate(requests):
            current, upcoming = upcoming or LayerProcess(request.layer), None
            if index + 1 < len(requests):
                upcoming = LayerProcess(requests[index + 1].layer)
            if code := current.run(request):
                return code
    finally:
        if upcoming is not None:
            upcoming.stop()
    return 0
