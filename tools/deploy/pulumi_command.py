"""The Pulumi CLI as this project calls it: one command line (`PULUMI`), each call naming project and stack.

Only commands of the CLI are used, never a backend's files, so that everything here works with a file backend,
an S3 bucket and Pulumi Cloud alike.
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
"""What the CLI says of a stack that does not exist, whatever the backend; its Automation API relies on it."""


class PulumiError(RuntimeError):
    """A call of the CLI that failed; the text is the CLI's own, and what to do about it."""


def command() -> list[str]:
    """Return the words that start the CLI: the environment variable `PULUMI`, or `pulumi`."""
    return shlex.split(os.environ.get("PULUMI") or "pulumi")


@dataclass(frozen=True)
class Stack:
    """One layer in one environment."""

    layer: str
    environment: str

    def __str__(self) -> str:
        return f"stack {self.environment} of {self.folder}"

    @property
    def folder(self) -> str:
        """The layer's project, from the root."""
        return f"{STACKS.relative_to(ROOT)}/{self.layer}"

    def words(self, *arguments: str) -> list[str]:
        """Return the command line of a call that acts on this stack and on no other."""
        return [*command(), "-C", self.folder, *arguments, "--stack", self.environment]

    def shown(self, *arguments: str) -> str:
        """Return the same, to be copied into a terminal."""
        return shlex.join(self.words(*arguments))

    def export(self) -> Checkpoint | None:
        """Return the stack's state, secrets encrypted; None where the stack does not exist.

        Raises:
            PulumiError: whether it exists cannot be told: no login, no backend, no passphrase ...
        """
        done = _captured(self.words("stack", "export"))
        if done.returncode == 0:
            return Checkpoint(_parsed(done))
        if _ABSENT.search(done.stderr):
            return None
        raise PulumiError(f"the state of {self} is unreadable.\n{_explained(done.stderr)}")

    def preview_json(self) -> Mapping[str, Any]:
        """Return what a deployment would change, as `pulumi preview --json` has it.

        Raises:
            PulumiError: the preview failed.
        """
        done = _captured(self.words("preview", "--json", "--suppress-outputs"))
        if done.returncode:
            raise PulumiError(f"the preview of {self} failed.\n{_explained(_diagnostics(done))}")
        return _parsed(done)

    def initialise(self) -> int:
        """Make the stack, without selecting it; returns the CLI's exit code."""
        # `stack init` takes the name alone: --stack would name it a second time.
        return run([*command(), "-C", self.folder, "stack", "init", self.environment, "--no-select"]).code

    def remove(self) -> int:
        """Remove the stack, which is empty, but not its settings; returns the CLI's exit code."""
        words = ("stack", "rm", self.environment, "--yes", "--preserve-config")
        return run([*command(), "-C", self.folder, *words]).code


def whoami() -> Mapping[str, Any]:
    """Who is logged in to which backend: `user`, `url`, ...

    Raises:
        PulumiError: nobody is, or the backend does not answer.
    """
    done = _captured([*command(), "whoami", "--verbose", "--json"])
    if done.returncode:
        raise PulumiError(_explained(done.stderr))
    return _parsed(done)


@dataclass(frozen=True)
class Ended:
    """How a call that a person watched has ended."""

    code: int
    """0, the CLI's own, or 128 and the signal that ended it."""
    errors: str
    """What it wrote to standard error, which the person has seen."""


def run(words: Sequence[str]) -> Ended:
    """Run the CLI on this terminal, to its end: an interruption reaches it once, and it says how it ends.

    Raises:
        PulumiError: there is no such CLI.
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
    """A failed `--json` call tells its errors in the JSON; before it comes so far, on standard error."""
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
    """Return the CLI's own words, then what to do."""
    text = errors.strip() or "The CLI printed nothing."
    advice = next((then for pattern, then in _ADVICE if re.search(pattern, text)), _UNREACHABLE)
    return f"{text}\n{advice}"
