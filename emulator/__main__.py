"""Run the emulator until SIGTERM or SIGINT: `python -m emulator --run-directory DIR [--port P]`."""

import argparse
import faulthandler
import gc
import logging
import os
import signal
import sys
import threading
from pathlib import Path

os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"  # moto reads its settings when it is imported
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

from emulator.cloud.moto_imports import light_imports

with light_imports():
    from emulator.embedded_aws import EmbeddedCloud
from emulator.dataplane.options import DataPlaneOptions

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_NEVER = 2**31 - 1
"""Collections of the middle generation before a full collection, which would visit every item in the tables:
with 100,000 payments it stops all threads for 5 s and frees about one small object per payment."""

_STOP_SECONDS = 5
"""Timeout of a clean stop; after it the process exits with every thread's stack in the log."""


def main() -> None:
    """Run the emulator until a signal asks it to stop."""
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    parser.add_argument("--run-directory", type=Path, required=True, help="where this run keeps its files")
    parser.add_argument("--port", type=int, default=0, help="the port of the AWS APIs (default: a free one)")
    parser.add_argument(
        "--delay-scale",
        type=float,
        default=DataPlaneOptions.delay_scale,
        help="factor on AWS's waits between retries (default: a minute becomes a second)",
    )
    parser.add_argument(
        "--maximum-workers",
        type=int,
        default=DataPlaneOptions.maximum_workers,
        help="worker processes for each function (default: %(default)s)",
    )
    parser.add_argument(
        "--record-evaluations",
        action="store_true",
        help="write every right that a role is asked for into evaluations.jsonl",
    )
    parser.add_argument(
        "--visibility-scale",
        type=float,
        default=DataPlaneOptions.visibility_scale,
        help="factor on the visibility timeouts of queues that functions read (default: %(default)s)",
    )
    parser.add_argument(
        "--alarm-scale",
        type=float,
        default=DataPlaneOptions.alarm_scale,
        help="factor on the periods of alarms, which rest without it",
    )
    parser.add_argument(
        "--stop-with-input",
        action="store_true",
        help="stop as well when standard input ends: whoever started this has ended, however that came",
    )
    arguments = parser.parse_args()
    # The run directory holds keys, mails, logs and code: only this user may read it.
    os.umask(0o077)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")

    # Block the signals before any thread starts, so that all threads inherit the mask and sigwait() below
    # gets them. Workers inherit it too, so Ctrl-C leaves ending them to this process.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    # Not in a gc callback: in Python 3.11 one that runs while another thread compiles makes that compilation
    # fail ("AST constructor recursion depth mismatch").
    gc.set_threshold(*gc.get_threshold()[:2], _NEVER)
    options = DataPlaneOptions(
        delay_scale=arguments.delay_scale,
        maximum_workers=arguments.maximum_workers,
        visibility_scale=arguments.visibility_scale,
        alarm_scale=arguments.alarm_scale,
    )
    cloud = EmbeddedCloud(
        arguments.run_directory.resolve(),
        port=arguments.port,
        options=options,
        record_evaluations=arguments.record_evaluations,
    )
    cloud.start()
    if arguments.stop_with_input:
        threading.Thread(target=_stop_with_input, name="standard-input", daemon=True).start()
    signal.sigwait(_STOP_SIGNALS)
    faulthandler.dump_traceback_later(_STOP_SECONDS, exit=True)
    cloud.stop()
    logging.shutdown()
    os._exit(0)  # threads blocked in C code would delay a normal exit


def _stop_with_input() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
