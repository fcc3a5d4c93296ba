"""Runs the Makefile as a person would, with a `pulumi` on PATH that remembers stacks and deploys nothing."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.infra.contracts import CONTRACTS, exports
from shared.infra.layers import LAYERS
from tests.support import pulumi_stub
from tests.support.harness import ROOT
from tools.deploy.engine import LANGUAGE_HOST, sdk_version

VERBS = {
    "preview": "preview",
    "deploy": "up",
    "drift": "preview",
    "refresh": "refresh",
    "outputs": "stack output",
    "destroy": "destroy",
}
"""The Makefile's verbs, and the command of the CLI that does each."""
TOOLS = ("awk", "bash", "cat", "dirname", "env", "make", "printf", "rm", "sed", "sh", "touch", "xargs")
PYTHON = """#!{bash}
# Runs what operates an environment; of everything else it only records the arguments, one call a line.
[[ ! "$*" =~ ^-m\\ tools\\.(deploy|operate|audit|analyst\\.(verdict|rules|controls)) ]] || exec {python} "$@"
printf '%s\\n' "$*" >> {calls}
"""
PULUMI = """#!{bash}
exec {python} -I -S {stub} "$@"
"""


@dataclass(frozen=True)
class Ran:
    """How a run of make ended, and what it asked of `pulumi` and of `.venv`'s python, a line each."""

    code: int
    out: str
    err: str
    pulumi: tuple[str, ...]
    python: tuple[str, ...]

    @property
    def acts(self) -> tuple[str, ...]:
        """The calls of `pulumi` that are more than looking up a stack's state or the CLI's version."""
        return tuple(call for call in self.pulumi if call != "version" and "stack export" not in call)


def command(verb: str, layer: str) -> str:
    """How a call begins that does the verb's own work on a layer."""
    return f"-C stacks/{layer} {VERBS[verb]} "


def acted_on(calls: Sequence[str], verb: str, environment: str = "dev") -> list[str]:
    """The layers that the verb's own command was given for, in order."""
    return [
        layer
        for call in calls
        for layer in LAYERS
        if call.startswith(command(verb, layer)) and f" --stack {environment}" in call
    ]


class Make:
    """The project's Makefile in a PATH that holds nothing but the tools it needs."""

    def __init__(self, directory: Path, *, with_pulumi: bool = True) -> None:
        """Keeps the `pulumi` and what it remembers in `directory`."""
        self._bin = directory / "bin"
        self._venv = directory / "venv"
        self._ready = directory / "ready"
        self._state = directory / "stub.json"
        self._bin.mkdir()
        self._venv.mkdir()
        for tool in TOOLS:
            path = shutil.which(tool)
            assert path is not None, f"{tool} is not on PATH"
            (self._bin / tool).symlink_to(path)
        self._calls = {"pulumi": self._state.with_suffix(".calls"), "python": self._venv / "python.calls"}
        _program(self._venv / "python", PYTHON, calls=self._calls["python"])
        if with_pulumi:
            _program(self._bin / "pulumi", PULUMI, stub=Path(pulumi_stub.__file__))
            (self._bin / LANGUAGE_HOST).touch(mode=0o755)
        outputs = {
            name: {output: f"{output} of {name}" for output in exports(CONTRACTS[name])} for name in LAYERS
        }
        self._write(
            version=str(sdk_version()),
            failing={},
            locks={},
            previews={},
            stacks={name: {} for name in LAYERS},
            will_export=outputs,
        )

    @property
    def stacks(self) -> Mapping[str, Mapping[str, Any]]:
        """Layer -> name of a stack -> its deployment, as the stub remembers them."""
        stacks: Mapping[str, Mapping[str, Any]] = json.loads(self._state.read_text())["stacks"]
        return {layer: of_layer for layer, of_layer in stacks.items() if of_layer}

    def knows(self, **state: Any) -> None:
        """Change what the stub knows: `version`, `locks`, `stacks`, `previews`, `will_export`."""
        self._write(**{**json.loads(self._state.read_text()), **state})

    def deployed(self, environment: str, *layers: str) -> None:
        """Let the stub know these layers (default: all) as if they had been deployed."""
        outputs = json.loads(self._state.read_text())["will_export"]
        names = layers or tuple(LAYERS)
        stacks = {each: {environment: pulumi_stub.deployment(each, outputs[each])} for each in names}
        self.knows(stacks={each: stacks.get(each, {}) for each in LAYERS})

    def interrupted(self, layer: str, environment: str, kind: str) -> None:
        """Leave an operation of this kind on the layer's queue pending, as a run that was killed does."""
        known = json.loads(self._state.read_text())
        deployment = known["stacks"][layer][environment]
        queue = deployment["resources"][-1]
        deployment["pending_operations"] = [{"type": kind, "resource": {**queue, "inputs": {}}}]
        self.knows(stacks=known["stacks"])

    @property
    def outputs(self) -> dict[str, dict[str, str]]:
        """Layer -> what it exports when it is deployed next."""
        outputs: dict[str, dict[str, str]] = json.loads(self._state.read_text())["will_export"]
        return outputs

    def _write(self, **state: Any) -> None:
        self._state.write_text(json.dumps(state))

    def run(self, *arguments: str, failing: Sequence[str] | Mapping[str, str] = ()) -> Ran:
        """`make` with these arguments; `pulumi` fails where its arguments contain one of `failing`.

        With a mapping, the values are what it says then.
        """
        if not isinstance(failing, Mapping):
            failing = {each: f"told to fail on: {each}" for each in failing}
        self.knows(failing=dict(failing))
        for record in self._calls.values():
            record.write_text("")
        self._ready.touch()  # newer than what it depends on: the virtual environment is not made anew
        run = subprocess.run(
            [str(self._bin / "make"), *self._overrides(), *arguments],
            cwd=ROOT,
            env={
                "PATH": str(self._bin),
                "HOME": os.environ.get("HOME", "/"),
                "LC_ALL": "C",
                "PULUMI_STUB": str(self._state),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        asked = {name: tuple(record.read_text().splitlines()) for name, record in self._calls.items()}
        return Ran(run.returncode, run.stdout, run.stderr, **asked)

    def tools_deploy(self, *arguments: str) -> str:
        """What `python -m tools.deploy` with these arguments prints, with this `pulumi` on PATH."""
        environment = {**os.environ, "PATH": str(self._bin), "PULUMI_STUB": str(self._state)}
        command = [sys.executable, "-m", "tools.deploy", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True, timeout=60
        ).stdout

    def _overrides(self) -> tuple[str, ...]:
        """The real interpreter reads the graph; the environment is ready, and its python is recorded."""
        return (f"PYTHON={sys.executable}", f"READY={self._ready}", f"BIN={self._venv}")


def _program(path: Path, text: str, **values: Path) -> None:
    known = {"bash": shutil.which("bash"), "python": shlex.quote(sys.executable)}
    path.write_text(text.format(**known, **{name: shlex.quote(str(value)) for name, value in values.items()}))
    path.chmod(0o755)
