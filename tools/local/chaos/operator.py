"""What an operator does after an incident, by the operator's own commands, as processes of their own."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from emulator.address import Emulator
from emulator.process import LINES_OF_A_FAILURE, ProcessError
from tools.deploy.project import ROOT
from tools.local.running.environment import ENVIRONMENT
from tools.local.running.variables import leading_elsewhere, variables

_SINCE: Final = "2020-01-01T00:00"
_IMPOSSIBLE: Final = 2
_REDRIVEN: Final = re.compile(r"(\d+) messages redriven")


class Operator:
    """Runs `make redrive` and `make reconcile` on the embedded AWS, without make.

    Args:
        emulator: Where.
        outputs: What each layer exports.
        directory: Takes files of the commands.
    """

    def __init__(self, emulator: Emulator, outputs: Mapping[str, Any], directory: Path) -> None:
        self._outputs = directory / "outputs.json"
        self._outputs.write_text(json.dumps(outputs), encoding="utf-8")
        self._directory = directory
        hidden = set(leading_elsewhere(os.environ))
        own = {name: value for name, value in os.environ.items() if name not in hidden}
        self._environment = {**own, **variables(emulator)}

    def redrive(self, queue: str) -> int:
        """Redrive a dead-letter queue; return how many messages went on.

        Raises:
            emulator.process.ProcessError: It could not be tried.
        """
        found = _REDRIVEN.search(self._run("redrive", "--queue", queue).stdout)
        return int(found.group(1)) if found else 0

    def replay(self, since: datetime) -> None:
        """Send everything that was stored since a moment to the detector again.

        Raises:
            emulator.process.ProcessError: It could not be tried.
        """
        self._run("redrive", "--since", since.isoformat())

    def reconcile(self) -> tuple[str, ...]:
        """Return what `make reconcile` finds missing, line by line; nothing where it ends well.

        Raises:
            emulator.process.ProcessError: It could not be tried.
        """
        until = (datetime.now(UTC) + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M")
        own = ("--afresh", "--progress-directory", str(self._directory))
        ended = self._run("reconcile", "--since", _SINCE, "--until", until, *own)
        return () if ended.returncode == 0 else tuple(ended.stdout.splitlines())

    def _run(self, command: str, *options: str) -> subprocess.CompletedProcess[str]:
        arguments = [f"tools.operate.{command}", ENVIRONMENT, "--outputs", str(self._outputs), *options]
        ended = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode < 0 or ended.returncode >= _IMPOSSIBLE:
            last = "\n".join(ended.stderr.splitlines()[-LINES_OF_A_FAILURE:])
            raise ProcessError(f"`python -m {' '.join(arguments)}` failed ({ended.returncode}):\n{last}")
        return ended
