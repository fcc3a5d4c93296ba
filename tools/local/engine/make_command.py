"""The `make` commands that messages tell a person to run."""

import shlex
from pathlib import Path

from tools.deploy.project import ROOT
from tools.local.run_directory import DEFAULT

DEFAULT_DIRECTORY = ROOT / DEFAULT
"""Where a local environment lies unless LOCAL_DIRECTORY says otherwise."""


def make_command(verb: str, environment: str, run_directory: Path, *, engine: str = "") -> str:
    """A command for the environment in a run directory, which is named where it is not the default one."""
    chosen = f" ENGINE={engine}" if engine else ""
    directory = run_directory.resolve()
    elsewhere = "" if directory == DEFAULT_DIRECTORY else f" LOCAL_DIRECTORY={shlex.quote(str(directory))}"
    return f"make {verb} ENV={environment}{chosen}{elsewhere}"
