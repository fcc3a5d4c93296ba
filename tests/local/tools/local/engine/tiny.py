"""Tiny Pulumi projects, written by a test and run by the engine in the test's process."""

import io
import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from emulator import address
from tools.local.engine.layer_request import LayerRequest
from tools.local.engine.layer_run import run_layer
from tools.local.engine.state import LayerState, StateStore

STACK = "tiny"
HEADER = """
import json
import pulumi
import pulumi_aws as aws
provider = aws.Provider("aws", region="us-east-1", default_tags={"tags": {"Project": "tiny"}})
def options(**more):
    return pulumi.ResourceOptions(provider=provider, **more)
"""


@dataclass(frozen=True)
class Result:
    """Exit code and everything that was told."""

    code: int
    text: str

    def lines(self, symbol: str) -> list[str]:
        """Names of the resources that were told with a symbol."""
        return re.findall(rf"^ {re.escape(symbol)} \S+ (\S+) ", self.text, re.MULTILINE)


@dataclass(frozen=True)
class TinyProject:
    """One project on one emulator; `name` is the project's and the layer's."""

    directory: Path
    run_directory: Path
    name: str

    def write(self, program: str, settings: Mapping[str, Any] | None = None) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "Pulumi.yaml").write_text(f"name: {self.name}\nruntime: python\n")
        config = {"pulumi:disable-default-providers": ["*"], **(settings or {})}
        (self.directory / f"Pulumi.{STACK}.yaml").write_text(json.dumps({"config": config}))
        (self.directory / "__main__.py").write_text(HEADER + textwrap.dedent(program))

    def request(self, operation: Any = "deploy", **overrides: str) -> LayerRequest:
        return LayerRequest(
            operation=operation,
            layer=self.name,
            directory=str(self.directory),
            stack=STACK,
            run_directory=str(self.run_directory),
            overrides={f"{self.name}:{key}": value for key, value in overrides.items()},
        )

    def run(self, operation: Any = "deploy", **overrides: str) -> Result:
        stream = io.StringIO()
        code = run_layer(self.request(operation, **overrides), stream)
        return Result(code, stream.getvalue())

    def deploy(self, program: str | None = None, **overrides: str) -> Result:
        """Deploy, expecting success."""
        if program is not None:
            self.write(program)
        result = self.run(**overrides)
        assert result.code == 0, result.text
        return result

    def run_apart(self) -> subprocess.CompletedProcess[str]:
        """Deploy in a process of its own, which the program may kill."""
        return subprocess.run(
            [sys.executable, "-m", "tools.local.engine.worker"],
            input=json.dumps([asdict(self.request())]),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    @property
    def store(self) -> StateStore:
        return StateStore(self.run_directory, STACK, address.read(self.run_directory).instance_id)

    @property
    def state(self) -> LayerState:
        state = self.store.read(self.name)
        assert state is not None
        return state

    def resource(self, name: str) -> Any:
        (found,) = (each for each in self.state.resources if each.name == name)
        return found
