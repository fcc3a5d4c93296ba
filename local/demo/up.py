"""``python -m local up``: an embedded AWS that stays, deployed, until Ctrl-C."""

import argparse
import fcntl
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.cloud import address
from local.cloud.address import Emulator
from local.demo.display import Display
from local.demo.environment import Brief, Environment
from local.demo.interruption import interruptible, uninterrupted
from local.demo.mailbox import Mailbox
from local.demo.processes import PROJECT, EmulatorProcess, ProcessError

DEFAULT_DIRECTORY = PROJECT / "build" / "local"
DIRECTORY_VARIABLE = "LOCAL_DIRECTORY"
SECONDS_BETWEEN_LOOKS = 0.5
# What a run writes. Mails, logs and traces can be read until the next one starts.
OF_NO_USE_AFTERWARDS = ("state", "functions", "runtime", "emulator.json")
FOR_READING = ("mail", "logs", "traces.jsonl", "emulator.log")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``python -m local up``."""
    parser.add_argument(
        "--run-directory",
        type=Path,
        default=Path(os.environ.get(DIRECTORY_VARIABLE) or DEFAULT_DIRECTORY),
        help=f"where the run keeps its files (default ${DIRECTORY_VARIABLE} or build/local)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Keep the pipeline running until Ctrl-C; 0 after a clean stop."""
    display = Display()
    directory = arguments.run_directory.resolve()
    running = _already_running(directory)
    with _reserved(directory) as reserved:
        if reserved and running is None:
            return _keep(directory, display)
    process = f" (process {running.pid})" if running else ""
    display.bad(
        f"an embedded AWS already runs in {directory}{process}: use that one, stop it with Ctrl-C in its "
        f"terminal, or take another directory: make local {DIRECTORY_VARIABLE}=build/another"
    )
    return 2


@contextmanager
def _reserved(directory: Path) -> Iterator[bool]:
    """Keep the directory to this process while the block lasts; False where another one has it."""
    directory.mkdir(parents=True, exist_ok=True)
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(handle)


def _keep(directory: Path, display: Display) -> int:
    _remove(directory, OF_NO_USE_AFTERWARDS + FOR_READING)
    process = EmulatorProcess(directory)
    try:
        with interruptible():
            environment = Environment(directory)
            with display.step("Starting the embedded AWS and deploying the four layers"):
                emulator = environment.bring_up(process, Brief(display.line))
            _explain(emulator, directory, environment.outputs(), display)
            _stay(process, directory, display)
    except KeyboardInterrupt:
        display.line()
        return 0
    except ProcessError as error:
        display.bad(str(error))
        return 1
    finally:
        with uninterrupted():
            _stop(process, directory, display)
    return 0


def _stop(process: EmulatorProcess, directory: Path, display: Display) -> None:
    for pid in process.stop():
        display.bad(f"process {pid} had to be killed")
    _remove(directory, OF_NO_USE_AFTERWARDS)
    display.line(f"stopped; its mails, logs and traces stay in {directory} until the next start")


def _already_running(directory: Path) -> Emulator | None:
    try:
        return address.read(directory)
    except address.NoEmulatorError:
        return None


def _remove(directory: Path, names: Iterable[str]) -> None:
    for name in names:
        path = directory / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _explain(emulator: Emulator, directory: Path, outputs: Mapping[str, Any], display: Display) -> None:
    """Print what can be done now; everything that is printed can be copied as it stands."""
    url = outputs["transactions_url"]
    display.heading("The pipeline runs")
    display.verbatim(f"  API           {url}")
    display.verbatim(f"  AWS endpoint  {emulator.endpoint}")
    for name, place in (("mails", "mail"), ("logs", "logs"), ("traces", "traces.jsonl")):
        display.verbatim(f"  {name:<12}  {directory / place}")
    display.heading("An ordinary transaction (201)")
    display.verbatim(curl(emulator, url, "ordinary", "12.50"))
    display.heading("A suspicious one (201, and a mail)")
    display.verbatim(curl(emulator, url, "suspicious", "9500.00"))
    display.heading("In a second terminal")
    elsewhere = "" if directory == DEFAULT_DIRECTORY else f" {DIRECTORY_VARIABLE}={directory}"
    for command, purpose in (
        ("deploy-compute ENV=local CONFIG=fraud-compute:log_level=DEBUG", "change a setting of one layer"),
        ("outputs ENV=local", "what the layers export"),
        ("destroy ENV=local", "take everything down, in reverse"),
    ):
        display.verbatim(f"  # {purpose}\n  make {command}{elsewhere}")
    display.heading("Ctrl-C stops it. Mails appear here as they arrive.")


def curl(emulator: Emulator, url: str, kind: str, amount: str) -> str:
    """Return a command that POSTs a new transaction each time it is run."""
    body = (
        f'{{"transaction_id": "{kind}-\'$(date +%s)\'", "timestamp": \'$(date +%s)\'000, '
        f'"account_id": "account-1", "merchant_id": "merchant-1", "amount": {amount}, "currency": "USD"}}'
    )
    return (
        f"curl --aws-sigv4 aws:amz:{emulator.region}:execute-api "
        f"--user '{emulator.access_key_id}:{emulator.secret_access_key}' "
        f"-H 'Content-Type: application/json' -d '{body}' {url}"
    )


def _stay(process: EmulatorProcess, directory: Path, display: Display) -> None:
    """Print a line for each mail, until interrupted.

    Raises:
        ProcessError: The emulator ended by itself.
    """
    mailbox = Mailbox(directory)
    while True:
        process.require_running()
        for mail in mailbox.new_mails():
            display.line(f"mail to {mail.recipient}: {mail.subject}  ({mail.path})")
        time.sleep(SECONDS_BETWEEN_LOOKS)
