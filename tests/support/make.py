"""Runs the Makefile as a person would, with a ``pulumi`` on PATH that only records what it is asked."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.harness import ROOT

TOOLS = ("awk", "bash", "cat", "dirname", "env", "make", "printf", "rm", "sed", "sh", "touch")
RECORDER = """#!{bash}
# Records its arguments, one call a line, and fails where it is told to.
printf '%s\\n' "$*" >> {calls}
while read -r pattern; do
  [[ -n "$pattern" && "$*" == *"$pattern"* ]] && {{ echo "pulumi: told to fail on: $pattern" >&2; exit 255; }}
done < {failures}
exit 0
"""


@dataclass(frozen=True)
class Ran:
    """How a run of make ended and which ``pulumi`` commands it gave, each as one line."""

    code: int
    out: str
    err: str
    pulumi: tuple[str, ...]


class Make:
    """The project's Makefile in a PATH that holds nothing but the tools it needs."""

    def __init__(self, directory: Path, *, with_pulumi: bool = True) -> None:
        """Keeps the recording ``pulumi`` and its record in ``directory``."""
        self._bin = directory / "bin"
        self._calls = directory / "calls"
        self._failures = directory / "failures"
        self._ready = directory / "ready"
        self._bin.mkdir()
        for tool in TOOLS:
            path = shutil.which(tool)
            assert path is not None, f"{tool} is not on PATH"
            (self._bin / tool).symlink_to(path)
        self._failures.touch()
        if with_pulumi:
            recorder = self._bin / "pulumi"
            recorder.write_text(
                RECORDER.format(
                    bash=shutil.which("bash"),
                    calls=shlex.quote(str(self._calls)),
                    failures=shlex.quote(str(self._failures)),
                )
            )
            recorder.chmod(0o755)

    def run(self, *arguments: str, failing: Sequence[str] = ()) -> Ran:
        """``make`` with these arguments; ``pulumi`` fails when its arguments contain one of ``failing``."""
        self._failures.write_text("".join(f"{pattern}\n" for pattern in failing))
        self._calls.write_text("")
        self._ready.touch()  # newer than what it depends on: the virtual environment is not made anew
        run = subprocess.run(
            [str(self._bin / "make"), f"PYTHON={sys.executable}", f"READY={self._ready}", *arguments],
            cwd=ROOT,
            env={"PATH": str(self._bin), "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return Ran(run.returncode, run.stdout, run.stderr, tuple(self._calls.read_text().splitlines()))
