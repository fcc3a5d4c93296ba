"""Starts AWS's runtime client in a worker process, and ends with the emulator.

Run by path (`python -P -S bootstrap.py HANDLER`), never imported: the process sees the deployed zip and the
packages of Lambda's runtime, and nothing of this project or of its virtual environment.

The first line of standard input is a key, which the client sends with every request as part of its name:
whoever else finds the port is refused. No other user can read a pipe, as he could arguments.
"""

import os
import sys
import threading
from typing import Any


def _read_key() -> str:
    key = b""
    while not key.endswith(b"\n"):
        piece = os.read(0, 1)
        if not piece:
            os._exit(0)
        key += piece
    return key.decode().strip()


def _send_with_every_request(key: str) -> None:
    """The client tells its name by the native library, and an error of initialisation by Python's own."""
    import awslambdaric  # noqa: PLC0415 - the key comes first

    awslambdaric.__version__ = f"{awslambdaric.__version__} key/{key}"
    from awslambdaric.lambda_runtime_client import (  # noqa: PLC0415 - it takes its name when it is imported
        BaseLambdaRuntimeClient,
        _user_agent,
    )

    name, call = _user_agent(), BaseLambdaRuntimeClient.call_rapid

    def call_with_key(*arguments: Any, headers: dict[str, str] | None = None, **named: Any) -> Any:
        # After the client itself: method, endpoint, expected status, payload, headers.
        *first, given = arguments if len(arguments) > 5 else (*arguments, headers)
        return call(*first, headers={**(given or {}), "User-Agent": name}, **named)

    BaseLambdaRuntimeClient.call_rapid = call_with_key


def _end_with_emulator() -> None:
    """Wait for the end of standard input, whose other end only the emulator holds, however it dies."""
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    key = _read_key()
    threading.Thread(target=_end_with_emulator, daemon=True).start()
    _send_with_every_request(key)
    from awslambdaric.__main__ import main

    main(["awslambdaric", sys.argv[1]])
