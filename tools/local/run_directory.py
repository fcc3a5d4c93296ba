"""The run directory of an embedded AWS: where it lies, and the emulator that runs in it."""

import os
from pathlib import Path

from emulator import address
from emulator.address import Emulator, NoEmulatorError

DEFAULT = Path("build/local")


def run_directory() -> Path:
    """Where the emulator of `make local` keeps its files: `LOCAL_DIRECTORY`, or a folder of the project."""
    return Path(os.environ.get("LOCAL_DIRECTORY") or DEFAULT)


def emulator_of(directory: Path) -> Emulator:
    """Return the embedded AWS that runs in a run directory.

    Raises:
        emulator.address.NoEmulatorError: there is none; says how to start one.
    """
    try:
        return address.read(directory)
    except NoEmulatorError as error:
        raise NoEmulatorError(f"{error}: start one with `make local`") from error
