"""Runs the Makefile as a person would, with a ``pulumi`` on PATH that only records what it is asked."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from operations.engine import LANGUAGE_HOST, sdk_version
from tests.support.harness import ROOT

TOOLS = ("awk", "bash", "cat", "dirname", "env", "make", "printf", "rm", "sed", "sh", "touch")
RECORDER = """#!{bash}
# Records its arguments, one call a line, and fails where it is told to.
[[ "$*" != "-m operations."* ]] || exec {python} "$@"
[[ "$*" != version ]] || {{ echo v{version}; exit; }}
printf '%s\\n' "$*" >> {calls}
while read -r pattern; do
  [[ -n "$pattern" && "$*" == *"$pattern"* ]] && {{ echo "{name}: told to fail on: $pattern" >&2; exit 255; }}
done < {failures}
exit 0
"""


@dataclass(frozen=True)
class Ran:
    """How a run of make ended, and what it asked of ``pulumi`` and of ``.venv``'s python, a line each."""

    code: int
    out: str
    err: str
    pulumi: tuple[str, ...]
    python: tuple[str, ...]


class Make:
    """The project's Makefile in a PATH that holds nothing but the tools it needs."""

    def __init__(self, directory: Path, *, with_pulumi: bool = True) -> None:
        """Keeps the recording ``pulumi`` and its record in ``directory``."""
        self._bin = directory / "bin"
        self._venv = directory / "venv"
        self._failures = directory / "failures"
        self._ready = directory / "ready"
        self._bin.mkdir()
        self._venv.mkdir()
        for tool in TOOLS:
            path = shutil.which(tool)
            assert path is not None, f"{tool} is not on PATH"
            (self._bin / tool).symlink_to(path)
        self._failures.touch()
        self._record("python", self._venv)
        if with_pulumi:
            self._record("pulumi", self._bin)
            (self._bin / LANGUAGE_HOST).touch(mode=0o755)

    def _record(self, name: str, folder: Path) -> None:
        text = RECORDER.format(
            bash=shutil.which("bash"),
            python=shlex.quote(sys.executable),
            version=sdk_version(),
            name=name,
            calls=shlex.quote(str(folder / f"{name}.calls")),
            failures=shlex.quote(str(self._failures)),
        )
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)

    def run(self, *arguments: str, failing: Sequence[str] = ()) -> Ran:
        """``make`` with these arguments; ``pulumi`` fails when its arguments contain one of ``failing``."""
        self._failures.write_text("".join(f"{pattern}\n" for pattern in failing))
        calls = {"pulumi": self._bin / "pulumi.calls", "python": self._venv / "python.calls"}
        for record in calls.values():
            record.write_text("")
        self._ready.touch()  # newer than what it depends on: the virtual environment is not made anew
        run = subprocess.run(
            [str(self._bin / "make"), *self._overrides(), *arguments],
            cwd=ROOT,
            env={"PATH": str(self._bin), "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        asked = {name: tuple(record.read_text().splitlines()) for name, record in calls.items()}
        return Ran(run.returncode, run.stdout, run.stderr, **asked)

    def _overrides(self) -> tuple[str, ...]:
        """The real interpreter reads the graph; the environment is ready, and its python is recorded."""
        return (f"PYTHON={sys.executable}", f"READY={self._ready}", f"BIN={self._venv}")
