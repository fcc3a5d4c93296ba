"""Start AWS's runtime interface client in a worker process that ends with the emulator.

Run by path (`python -P -S bootstrap.py HANDLER`), never imported: the process sees only the deployed zip and
the packages of Lambda's runtime, not this project or its virtual environment.

The first line of standard input is a key, which the client sends in its user agent: requests without it are
refused. Unlike arguments, a pipe cannot be read by other users.
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
    """Add the key to the user agent of the native library and, for initialisation errors, of http.client."""
    import awslambdaric  # noqa: PLC0415 - the key comes first

    awslambdaric.__version__ = f"{awslambdaric.__version__} key/{key}"
    from awslambdaric.lambda_runtime_client import (  # noqa: PLC0415 - it takes its name when it is imported
        BaseLambdaRuntimeClient,
        _user_agent,
    )

    name, call = _user_agent(), BaseLambdaRuntimeClient.call_rapid

    def call_with_key(*arguments: Any, headers: dict[str, str] | None = None, **named: Any) -> Any:
        # Arguments after self: method, endpoint, expected status, payload, headers.
        *first, given = arguments if len(arguments) > 5 else (*arguments, headers)
        return call(*first, headers={**(given or {}), "User-Agent": name}, **named)

    BaseLambdaRuntimeClient.call_rapid = call_with_key


def _end_with_emulator() -> None:
    """Exit at the end of standard input, which the emulator holds open until it ends, however it ends."""
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    key = _read_key()
    threading.Thread(target=_end_with_emulator, daemon=True).start()
    _send_with_every_request(key)
    from awslambdaric.__main__ import main

    main(["awslambdaric", sys.argv[1]])
