"""Runs layers' programs in turn, each in its own process: `ProgramRunner`, and what it starts.

Importing is most of the cost of a program, so `python -m tools.local.engine.worker MODULE` imports what every
program needs, and MODULE, which the first one needs; then it reads a JSON list of `LayerRequest` from its
standard input. Each program runs in a fork of it; while one runs, the next one's modules are imported.
It never starts a thread, which makes forking it safe.
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


def main() -> int:
    """Warm up, wait for the requests, run them; without any, end quietly."""
    logging.getLogger("asyncio").setLevel(
        logging.CRITICAL
    )  # a failed program's tasks: its error is told once
    gc.disable()  # short lives: collecting costs more than it returns
    for module in _SHARED_MODULES:
        importlib.import_module(module)
    _warm_up_boto3()
    for module in sys.argv[1:]:
        _import(module)
    text = sys.stdin.read()
    let_interrupts_raise()  # until here one ends this process; now there are children to wait for
    return run_in_turn([LayerRequest(**each) for each in json.loads(text)]) if text else 0


def run_in_turn(requests: list[LayerRequest]) -> int:
    """Run each layer in a fork; stops at the first that fails and returns its exit code.

    A comparison goes on: it tells of every layer, and returns the first difference. Ctrl-C, which the child
    gets as well, lets it end and starts no other.
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
    """Import what a program imports; one that is broken fails when it runs, with its own error."""
    if module:
        with contextlib.suppress(Exception):
            importlib.import_module(module)


def _warm_up_boto3() -> None:
    """Load what all clients share; no connection is opened."""
    from emulator.provider.cloud import shared_session  # noqa: PLC0415 - imported with the rest

    shared_session().client("sts", region_name="us-east-1", endpoint_url="http://127.0.0.1:1")


def _run_and_exit(request: LayerRequest) -> None:
    """The child's whole life."""
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
    """Wait for a child, also through Ctrl-C; return its exit code, and whether there was one."""
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
