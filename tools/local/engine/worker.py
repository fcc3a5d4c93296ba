"""Run layers' programs in turn, each in its own process.

Imports are most of a program's cost, so `python -m tools.local.engine.worker MODULE` imports common modules
and MODULE, the first program's; then it reads a JSON list of `LayerRequest` from standard input. Each program
runs in a fork; meanwhile the next one's modules are imported. It starts no threads, so that forking is safe.
"""

import contextlib
import gc
import importlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from types import TracebackType

from tools.deploy.project import ROOT
from tools.local.engine.layer_request import LayerRequest
from tools.terminal.ending import INTERRUPTED, let_interrupts_raise

_SHARED_MODULES = ("pulumi_aws", "tools.local.engine.layer_run")


class ProgramRunner:
    """A process that imports the programs' modules at once, and runs programs on request."""

    def __init__(self, first_module: str) -> None:
        """Start the process; `first_module` is the module of the first program."""
        sys.stdout.flush()
        command = [sys.executable, "-m", "tools.local.engine.worker", first_module]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=ROOT)

    def __enter__(self) -> "ProgramRunner":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for the process, which ends without requests and also receives Ctrl-C."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait()

    def run(self, requests: Sequence[LayerRequest]) -> int:
        """Run layers in order up to the first failure, each in its own process.

        Their output goes to standard output. Returns the exit code.
        """
        self._process.communicate(json.dumps([asdict(each) for each in requests]))
        return self._process.returncode


def main() -> int:
    """Import modules, read the requests and run them; without requests, exit."""
    logging.getLogger("asyncio").setLevel(
        logging.CRITICAL
    )  # tasks of a failed program, whose error is reported already
    gc.disable()  # not worth its cost in short processes
    for module in _SHARED_MODULES:
        importlib.import_module(module)
    _warm_up_boto3()
    for module in sys.argv[1:]:
        _import(module)
    text = sys.stdin.read()
    let_interrupts_raise()  # from here on there are children to wait for
    return run_in_turn([LayerRequest(**each) for each in json.loads(text)]) if text else 0


def run_in_turn(requests: list[LayerRequest]) -> int:
    """Run each layer in a fork, up to the first failure, and return the exit code.

    A comparison continues through all layers and returns the first difference. After Ctrl-C, which the child
    receives too, no other layer is started.
    """
    worst = 0
    for index, request in enumerate(requests):
        _import(request.module)
        gc.freeze()
        child = os.fork()
        if child == 0:
            _run_and_exit(request)
        interrupted = False
        try:
            if index + 1 < len(requests):
                _import(requests[index + 1].module)
        except KeyboardInterrupt:
            interrupted = True
        code, interrupted_later = _end_of(child)
        if interrupted or interrupted_later:
            return INTERRUPTED
        if code == INTERRUPTED or (code and request.operation != "drift"):
            return code
        worst = worst or code
    return worst


def _import(module: str) -> None:
    """Import a program's modules; errors are left to the program's run."""
    if module:
        with contextlib.suppress(Exception):
            importlib.import_module(module)


def _warm_up_boto3() -> None:
    """Load the data that boto3 clients share, without connecting."""
    from emulator.provider.cloud import shared_session  # noqa: PLC0415 - imported with the rest

    shared_session().client("sts", region_name="us-east-1", endpoint_url="http://127.0.0.1:1")


def _run_and_exit(request: LayerRequest) -> None:
    """Run a request in the child process, and exit."""
    from tools.local.engine.layer_run import run_layer  # noqa: PLC0415 - imported with the rest

    code = 1
    try:
        code = run_layer(request)
    except KeyboardInterrupt:
        code = INTERRUPTED
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _end_of(child: int) -> tuple[int, bool]:
    """Wait for a child, also after Ctrl-C; return its exit code and whether there was an interrupt."""
    interrupted = False
    while True:
        try:
            _, status = os.waitpid(child, 0)
        except KeyboardInterrupt:
            interrupted = True
            continue
        return os.waitstatus_to_exitcode(status), interrupted


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
