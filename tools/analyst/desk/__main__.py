"""`make desk`: the analyst's page on loopback, until Ctrl-C.

`python -m tools.analyst.desk ENV --outputs FILE [--by NAME] [--days 30] [--port 0]`. Nothing is deployed for
it, and it acts with the credentials of whoever starts it. Exit code 0: closed. 1: it could not start.
"""

import argparse
import getpass
import re
import socket
import sys
import threading
from collections.abc import Sequence
from typing import Final

import uvicorn
from botocore.session import get_session

from shared.runtime.schema import verdict_schema
from tools.analyst.desk.app import application
from tools.analyst.desk.guard import TOKEN, Guard
from tools.analyst.desk.model import Watching
from tools.analyst.desk.parts import Desk, desk
from tools.deploy import outputs
from tools.deploy.outputs import OperatorError
from tools.terminal.ending import ended
from tools.terminal.parser import Parser

LOOPBACK: Final = "127.0.0.1"
DAYS: Final = 30
LONGEST_DAYS: Final = 400


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the desk until it is interrupted; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        parts = desk(
            outputs.Outputs.named(options), get_session(), by=_name(options.by), days=_days(options.days)
        )
        parts.model.look(whole=True)
        parts.history.entries()
        listening = listening_on(options.port)
    except OperatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if parts.model.error:
        print(f"error: {parts.model.error}", file=sys.stderr)
        return 1
    serve(parts, listening)
    return 0


def serve(parts: Desk, listening: socket.socket) -> None:
    """Answer on a listening socket until interrupted; then send the verdicts that still wait."""
    port = listening.getsockname()[1]
    server = server_of(parts, port)
    stopped = threading.Event()
    Watching(parts.model, stopped).start()
    address = f"http://{LOOPBACK}:{port}/"
    print(f"The analyst's desk of {parts.environment}, as {parts.by} ({parts.identity}):", flush=True)
    print(f"  {address}?{TOKEN}={parts.tokens.session}", flush=True)
    print("Do not share it: whoever has it acts with your permissions. Press Ctrl-C to close.", flush=True)
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        stopped.set()
        parts.close()
        print("closed; every verdict is recorded, or was reported as not recorded", flush=True)


def server_of(parts: Desk, port: int) -> uvicorn.Server:
    """Return what answers on a port, behind its guard; without an access log, for addresses name accounts."""
    guarded = Guard(application(parts), parts.tokens, port)
    return uvicorn.Server(
        uvicorn.Config(guarded, log_level="warning", access_log=False, lifespan="off", server_header=False)
    )


def listening_on(port: int) -> socket.socket:
    """Return a socket that listens on loopback; 0 takes any free port.

    Raises:
        OperatorError: It is not to be had.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((LOOPBACK, port))
        # Who opens the address as soon as it is printed waits for the server, and is not refused.
        listening.listen()
    except (OSError, OverflowError) as error:
        raise OperatorError(f"cannot listen on PORT={port}: {error}") from None
    return listening


def _name(given: str | None) -> str:
    """Who sits here, as verdicts may name them."""
    name = given or getpass.getuser()
    pattern = verdict_schema()["properties"]["decided_by"]["pattern"]
    if not re.fullmatch(pattern.removesuffix("$"), name):
        raise OperatorError(f"{name!r} is not a valid name: set BY to letters, digits and spaces")
    return name


def _days(days: int) -> int:
    if not 1 <= days <= LONGEST_DAYS:
        raise OperatorError(f"DAYS={days} is not a number of days from 1 to {LONGEST_DAYS}")
    return days


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.desk",
        description="Serve the analyst's desk on localhost until Ctrl-C.",
        epilog="Credentials come from the environment as for the AWS CLI; `make rights` says what they need.",
    )
    outputs.add_arguments(parser)
    parser.add_argument("--by", metavar="NAME", help="the analyst's name (default: your user name)")
    parser.add_argument("--days", type=int, default=DAYS, help=f"number of days shown (default {DAYS})")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: any free port)")
    return parser


if __name__ == "__main__":
    sys.exit(ended("desk", main, on_interrupt="every verdict is sent or reported"))
