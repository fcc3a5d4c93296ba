"""Starts AWS's runtime client in a worker process, and ends with the emulator.

Run by path (`python -P -S bootstrap.py HANDLER`), never imported: the process sees the deployed zip and the
packages of Lambda's runtime, and nothing of this project or of its virtual environment.
"""

import os
import sys
import threading


def _end_with_emulator() -> None:
    """Wait for the end of standard input, whose other end only the emulator holds, however it dies."""
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_emulator, daemon=True).start()
    from awslambdaric.__main__ import main

    main(["awslambdaric", sys.argv[1]])
