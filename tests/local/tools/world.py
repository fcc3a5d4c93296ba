"""A deployed pipeline for the operators' commands, and these commands as processes against it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.address import Emulator
from emulator.tests.pipes import stopped_pipe
from emulator.tests.roles import Role
from shared.runtime.alerts import group_key
from stacks.alerting.functions.notifier.group import FLOOD
from tools.deploy.outputs import Outputs
from tools.deploy.project import ROOT
from tools.deploy.target import Target
from tools.local.running.variables import variables
from tools.operate.smoke.rights import policy

TABLES = ("transactions_table_name", "profiles_table_name", "alerts_table_name")


@dataclass(frozen=True)
class World:
    """A deployed pipeline, and the smoke test as a command against it."""

    directory: Path
    emulator: Emulator
    outputs: Path

    @property
    def target(self) -> Target:
        return Target.of(Outputs.read("local", self.outputs))

    def role(self, *without: str) -> Role:
        """A role with the policy of the job `smoke-test`, except for the statements named."""
        statements = [each for each in policy(self.target)["Statement"] if each["Sid"] not in without]
        return Role(self.emulator, *statements)

    def start(
        self, *options: str, role: Role | None = None, module: str = "tools.operate.smoke"
    ) -> subprocess.Popen[str]:
        keys = role.variables if role else {}
        return subprocess.Popen(
            [sys.executable, "-m", module, "local", "--outputs", str(self.outputs), *options],
            cwd=ROOT,
            env={**os.environ, **variables(self.emulator), **keys},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self, *options: str, role: Role | None = None, module: str = "tools.operate.smoke"
    ) -> tuple[int, str, str]:
        """Exit code, output and errors."""
        process = self.start(*options, role=role, module=module)
        out, err = process.communicate(timeout=120)
        assert "Traceback" not in err, err
        return process.returncode, out, err

    def report(self, *options: str, role: Role | None = None) -> tuple[int, dict[str, Any]]:
        """Exit code and the JSON report."""
        code, out, err = self.run("--json", *options, role=role)
        assert out, err
        return code, json.loads(out)

    def stopped_pipe(self) -> AbstractContextManager[None]:
        """Nothing leaves the stream while the block lasts."""
        return stopped_pipe(self.emulator, self.target.pipe_name)

    def left(self) -> list[str]:
        """Keys of whatever the tables hold of any one account; of all together the detector keeps some."""
        dynamodb = self.emulator.client("dynamodb")
        names = [getattr(self.target, table) for table in TABLES]
        items = [item for name in names for item in dynamodb.scan(TableName=name)["Items"]]
        keys = [
            next(item[key]["S"] for key in ("alert_id", "profile_id", "transaction_id") if key in item)
            for item in items
        ]
        return [key for key in keys if not key.startswith(("population#", group_key(FLOOD)))]


def wait_until(seen: Callable[[], object]) -> None:
    """Fails after half a minute."""
    deadline = time.monotonic() + 30
    while not seen():
        assert time.monotonic() < deadline, "never happened"
        time.sleep(0.1)
