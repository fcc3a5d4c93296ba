"""``python -m tools.local up``: an embedded AWS until Ctrl-C, deployed or left to the Pulumi CLI."""

import argparse
import fcntl
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from emulator import address
from emulator.address import Emulator
from emulator.process import EmulatorProcess, ProcessError
from tools.deploy.signals import interruptible, uninterrupted
from tools.local.display import Display
from tools.local.engine.cli_home import FOLDER
from tools.local.engine.make_command import DEFAULT_DIRECTORY
from tools.local.report.mailbox import Mailbox
from tools.local.running.environment import Brief, Environment
from tools.local.running.instructions import ALARM_SCALE, explain_deployed, explain_empty

EMBEDDED, PULUMI = "embedded", "pulumi"
DIRECTORY_VARIABLE = "LOCAL_DIRECTORY"
SECONDS_BETWEEN_LOOKS = 0.5
# What a run writes. Mails, logs and traces can be read until the next one starts.
OF_NO_USE_AFTERWARDS = ("state", FOLDER, "functions", "runtime", "emulator.json")
FOR_READING = ("mail", "logs", "traces.jsonl", "emulator.log")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``python -m tools.local up``."""
    parser.add_argument(
        "--run-directory",
        type=Path,
        default=Path(os.environ.get(DIRECTORY_VARIABLE) or DEFAULT_DIRECTORY),
        help=f"directory for the run's files (default ${DIRECTORY_VARIABLE} or build/local)",
    )
    parser.add_argument(
        "--engine",
        choices=(EMBEDDED, PULUMI),
        default=EMBEDDED,
        help="engine: the embedded one deploys at once, the Pulumi CLI on your command",
    )


def run(arguments: argparse.Namespace) -> int:
    """Keep the pipeline running until Ctrl-C; 0 after a clean stop."""
    display = Display()
    directory = arguments.run_directory.resolve()
    running = _already_running(directory)
    with _reserved(directory) as reserved:
        if reserved and running is None:
            return _keep(directory, display, arguments.engine)
    process = f" (process {running.pid})" if running else ""
    display.bad(
        f"an embedded AWS already runs in {directory}{process}: use that one, stop it with Ctrl-C in its "
        f"terminal, or take another directory: make local {DIRECTORY_VARIABLE}=build/another"
    )
    return 2


@contextmanager
def _reserved(directory: Path) -> Iterator[bool]:
    """Keep the directory to this process while the block lasts; False where another one has it."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(handle)


def _keep(directory: Path, display: Display, engine: str) -> int:
    _remove(directory, OF_NO_USE_AFTERWARDS + FOR_READING)
    process = EmulatorProcess(directory, "--alarm-scale", str(ALARM_SCALE))
    try:
        with interruptible():
            if engine == EMBEDDED:
                _begin_deployed(process, directory, display)
            else:
                _begin_empty(process, directory, display)
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


def _begin_deployed(process: EmulatorProcess, directory: Path, display: Display) -> None:
    environment = Environment(directory)
    with display.step("Starting the embedded AWS and deploying the four layers"):
        emulator = environment.bring_up(process, Brief(display.line))
    explain_deployed(emulator, directory, environment.outputs(), display)


def _begin_empty(process: EmulatorProcess, directory: Path, display: Display) -> None:
    with display.step("Starting the embedded AWS"):
        process.start()
        emulator = process.wait_until_ready()
    explain_empty(emulator, directory, display)


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
