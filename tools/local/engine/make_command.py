"""The `make` commands that messages tell a person to run."""

import shlex
from pathlib import Path

from tools.deploy.project import ROOT
from tools.local.run_directory import DEFAULT

DEFAULT_DIRECTORY = ROOT / DEFAULT
"""Run directory unless LOCAL_DIRECTORY is set."""


def make_command(verb: str, environment: str, run_directory: Path, *, engine: str = "") -> str:
    """Return a command for the environment, with the run directory if it is not the default."""
    chosen = f" ENGINE={engine}" if engine else ""
    directory = run_directory.resolve()
    elsewhere = "" if directory == DEFAULT_DIRECTORY else f" LOCAL_DIRECTORY={shlex.quote(str(directory))}"
    return f"make {verb} ENV={environment}{chosen}{elsewhere}"
