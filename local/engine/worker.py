"""`python -m local.engine.worker`: runs the programs of layers in turn, each in a process of its own.

Reads a JSON list of `LayerRequest` from standard input. Importing what every program needs is most of the
cost of a program, so it is done once here, and each program runs in a fork of this process; while one runs,
the next one's modules are imported. This process never starts a thread, which makes forking it safe.
"""

import contextlib
import gc
import importlib
import json
import logging
import os
import sys

from local.engine.layer_request import LayerRequest

_SHARED_MODULES = ("pulumi_aws", "local.engine.layer_run")


def run_in_turn(requests: list[LayerRequest]) -> int:
    """Run each layer in a fork; stops at the first that fails and returns its exit code."""
    logging.getLogger("asyncio").setLevel(
        logging.CRITICAL
    )  # a failed program's tasks: its error is told once
    gc.disable()  # short lives: collecting costs more than it returns
    for module in _SHARED_MODULES:
        importlib.import_module(module)
    _warm_up_boto3()
    for index, request in enumerate(requests):
        _import_program(request)
        gc.freeze()
        child = os.fork()
        if child == 0:
            _run_and_exit(request)
        if index + 1 < len(requests):
            _import_program(requests[index + 1])
        if code := _exit_code(child):
            return code
    return 0


def _import_program(request: LayerRequest) -> None:
    """Import what the layer's program imports; one that is broken fails when it runs, with its own error."""
    if request.module:
        with contextlib.suppress(Exception):
            importlib.import_module(request.module)


def _warm_up_boto3() -> None:
    """Load what all clients share; no connection is opened."""
    from local.provider.cloud import shared_session  # noqa: PLC0415 - imported with the rest

    shared_session().client("sts", region_name="us-east-1", endpoint_url="http://127.0.0.1:1")


def _run_and_exit(request: LayerRequest) -> None:
    """The child's whole life."""
    from local.engine.layer_run import run_layer  # noqa: PLC0415 - imported with the rest

    code = 1
    try:
        code = run_layer(request)
    except KeyboardInterrupt:
        code = 130
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _exit_code(child: int) -> int:
    """Wait for a child, also through Ctrl-C, which it gets as well."""
    while True:
        try:
            _, status = os.waitpid(child, 0)
        except KeyboardInterrupt:
            continue
        return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(run_in_turn([LayerRequest(**each) for each in json.load(sys.stdin)]))
