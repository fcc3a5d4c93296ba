"""Call the Pulumi CLI (`PULUMI`), with project and stack in each call.

Only CLI commands are used, never backend files, so that every backend works: files, S3 and Pulumi Cloud.
"""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.deploy import cli_process, interruption
from tools.deploy.checkpoint import Checkpoint
from tools.deploy.project import ROOT, STACKS

_ABSENT = re.compile(r"no stack named .* found")
"""The CLI's error for a missing stack on any backend, on which its Automation API relies."""


class PulumiError(RuntimeError):
    """A CLI call failed; the message has the CLI's error and what to do."""


def command() -> list[str]:
    """Return the command of the CLI: the environment variable `PULUMI`, or `pulumi`."""
    return shlex.split(os.environ.get("PULUMI") or "pulumi")


@dataclass(frozen=True)
class Stack:
    """A layer in an environment."""

    layer: str
    environment: str

    def __str__(self) -> str:
        return f"stack {self.environment} of {self.folder}"

    @property
    def folder(self) -> str:
        """The layer's project folder, relative to the root."""
        return f"{STACKS.relative_to(ROOT)}/{self.layer}"

    def words(self, *arguments: str) -> list[str]:
        """Return the arguments of a call on this stack."""
        return [*command(), "-C", self.folder, *arguments, "--stack", self.environment]

    def shown(self, *arguments: str) -> str:
        """Return the command line as text, for messages."""
        return shlex.join(self.words(*arguments))

    def export(self) -> Checkpoint | None:
        """Return the stack's state with encrypted secrets, or None if the stack does not exist.

        Raises:
            PulumiError: The state cannot be read: no login, backend or passphrase.
        """
        done = _captured(self.words("stack", "export"))
        if done.returncode == 0:
            return Checkpoint(_parsed(done))
        if _ABSENT.search(done.stderr):
            return None
        raise PulumiError(f"the state of {self} is unreadable.\n{_explained(done.stderr)}")

    def preview_json(self) -> Mapping[str, Any]:
        """Return the output of `pulumi preview --json`.

        Raises:
            PulumiError: The preview failed.
        """
        done = _captured(self.words("preview", "--json", "--suppress-outputs"))
        if done.returncode:
            raise PulumiError(f"the preview of {self} failed.\n{_explained(_diagnostics(done))}")
        return _parsed(done)

    def initialise(self) -> int:
        """Create the stack without selecting it; return the CLI's exit code."""
        # `stack init` takes the name as argument, not --stack.
        return run([*command(), "-C", self.folder, "stack", "init", self.environment, "--no-select"]).code

    def remove(self) -> int:
        """Remove the empty stack, but not its settings; return the CLI's exit code."""
        words = ("stack", "rm", self.environment, "--yes", "--preserve-config")
        return run([*command(), "-C", self.folder, *words]).code


def whoami() -> Mapping[str, Any]:
    """Return the backend login: `user`, `url`, ...

    Raises:
        PulumiError: There is no login, or the backend does not respond.
    """
    done = _captured([*command(), "whoami", "--verbose", "--json"])
    if done.returncode:
        raise PulumiError(_explained(done.stderr))
    return _parsed(done)


@dataclass(frozen=True)
class Ended:
    """Result of a foreground call."""

    code: int
    """The CLI's exit code, or 128 plus the signal that ended it."""
    errors: str
    """Its standard error, which was shown."""


def run(words: Sequence[str]) -> Ended:
    """Run the CLI in the foreground.

    Raises:
        PulumiError: There is no CLI.
    """
    kept: list[str] = []
    try:
        code = cli_process.run(words, _environment(), ROOT, heard=kept.append)
    except FileNotFoundError as error:
        raise _no_cli(words) from error
    return Ended(code, "".join(kept))


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": interruption.python_path(os.environ.get("PYTHONPATH", ""))}


def _captured(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            words,
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise _no_cli(words) from error


def _parsed(done: subprocess.CompletedProcess[str]) -> Mapping[str, Any]:
    try:
        parsed = json.loads(done.stdout)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise PulumiError(f"{shlex.join(done.args)} did not print JSON:\n{done.stdout}{done.stderr}")
    return parsed


def _no_cli(words: Sequence[str]) -> PulumiError:
    return PulumiError(f"{words[0]} was not found. Install the Pulumi CLI: make engine")


def _diagnostics(done: subprocess.CompletedProcess[str]) -> str:
    """Return the errors of a failed `--json` call, from the JSON or standard error."""
    try:
        listed = json.loads(done.stdout).get("diagnostics") or []
    except ValueError:
        return done.stderr or done.stdout
    errors = [each["message"].strip() for each in listed if each.get("severity") == "error"]
    return "\n".join(errors) or done.stderr


_ADVICE = (
    (
        r"PULUMI_ACCESS_TOKEN|pulumi login|not logged in",
        "Log in first: pulumi login, or pulumi login s3://your-state-bucket",
    ),
    (
        r"passphrase",
        "Set PULUMI_CONFIG_PASSPHRASE (or PULUMI_CONFIG_PASSPHRASE_FILE) to the owners' shared passphrase",
    ),
)
_UNREACHABLE = "To check the backend: pulumi whoami --verbose"


def _explained(errors: str) -> str:
    """Return the CLI's error, then what to do."""
    text = errors.strip() or "The CLI printed nothing."
    advice = next((then for pattern, then in _ADVICE if re.search(pattern, text)), _UNREACHABLE)
    return f"{text}\n{advice}"
