"""`python -m local.cloud --run-directory DIR [--port P]`: the emulator process, until SIGTERM or SIGINT."""

import argparse
import logging
import os
import signal
import threading
from pathlib import Path

os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

from local.cloud.emulator import EmbeddedCloud
from local.dataplane.options import DataPlaneOptions


def main() -> None:
    """Runs the emulator until a signal asks it to stop."""
    parser = argparse.ArgumentParser(prog="python -m local.cloud", description=__doc__)
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
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    options = DataPlaneOptions(arguments.delay_scale, arguments.maximum_workers)
    cloud = EmbeddedCloud(arguments.run_directory.resolve(), port=arguments.port, options=options)
    cloud.start()
    stop.wait()
    cloud.stop()


if __name__ == "__main__":
    main()
