"""A copy of the project in another folder, where commands may change its files."""

import shutil
import subprocess
import sys
from pathlib import Path

from tools.deploy.project import ROOT


def copy_project(target: Path) -> None:
    """Copy every file that git tracks or would track; the virtual environment is shared.

    Raises:
        subprocess.CalledProcessError: the project is no git repository.
    """
    for name in _files():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    (target / ".venv").symlink_to(sys.prefix)


def _files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
