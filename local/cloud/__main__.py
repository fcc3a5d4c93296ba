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


def main() -> None:
    """Runs the emulator until a signal asks it to stop."""
    parser = argparse.ArgumentParser(prog="python -m local.cloud", description=__doc__)
    parser.add_argument("--run-directory", type=Path, required=True, help="where this run keeps its files")
    parser.add_argument("--port", type=int, default=0, help="the port of the AWS APIs (default: a free one)")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    cloud = EmbeddedCloud(arguments.run_directory.resolve(), port=arguments.port)
    cloud.start()
    stop.wait()
    cloud.stop()


if __name__ == "__main__":
    main()
