"""`make engine`: check that the Pulumi CLI is compatible with the pinned SDK; install one if there is none.

The CLI is downloaded from Pulumi's releases at the SDK's version, verified by checksum, and installed in an
ignored folder of the project. An existing CLI is never changed.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import NamedTuple, Self

from tools.deploy import downloads
from tools.deploy.project import ROOT
from tools.terminal.ending import ended
from tools.terminal.parser import Parser

INSTALLED = ROOT / ".pulumi" / "bin" / "pulumi"
DOCUMENTATION = "https://www.pulumi.com/docs/install/"
LANGUAGE_HOST = "pulumi-language-python"
_SECONDS_TO_ANSWER = 30


class CliError(RuntimeError):
    """There is no compatible Pulumi CLI; the message says what to do."""


class Version(NamedTuple):
    """A version of three numbers."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `v3.259.0` or `3.272.0`; a suffix is ignored.

        Raises:
            ValueError: The text does not begin with a version.
        """
        found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", text.strip())
        if found is None:
            raise ValueError(f"{text.strip()!r} is not a version")
        return cls(*map(int, found.groups()))

    def __str__(self) -> str:
        return ".".join(map(str, self))


OLDEST = Version(3, 259, 0)
"""Oldest tested version of the CLI."""


def sdk_version() -> Version:
    """Return the version of the pinned SDK, `pulumi` in requirements.lock."""
    return Version.parse(metadata.version("pulumi"))


def pulumi_binary() -> Path:
    """Return the CLI installed by `make engine`, or else the one on PATH.

    Raises:
        CliError: There is neither.
    """
    if INSTALLED.is_file():
        return INSTALLED
    on_path = shutil.which("pulumi")
    if on_path is None:
        raise _no_cli("pulumi")
    return Path(on_path)


def _no_cli(name: str) -> CliError:
    return CliError(
        f"The Pulumi CLI is not on PATH ({name}), and {_shown(INSTALLED)} does not exist. "
        f"Install it: make engine (or by hand: {DOCUMENTATION})"
    )


def fitting_binary() -> Path:
    """Return `pulumi_binary` after a compatibility check.

    Raises:
        CliError: There is none, or it is incompatible.
    """
    binary = pulumi_binary()
    check_fit([str(binary)])
    return binary


def check_fit(command: Sequence[str]) -> Version:
    """Return the version of the CLI that `command` starts, after a compatibility check.

    It needs the same major version, at least `OLDEST`, and Python's language host beside it or on PATH.

    Raises:
        CliError: It is incompatible or fails.
    """
    shown, sdk = shlex.join(command), sdk_version()
    version = _version(command)
    if version.major != sdk.major or version < OLDEST:
        raise CliError(
            f"{shown} is Pulumi {version}; this project (SDK {sdk}) needs {OLDEST} or newer, below "
            f"{sdk.major + 1}. Upgrade it ({DOCUMENTATION}), or remove it from PATH and run: make engine"
        )
    if not _has_language_host(command):
        raise CliError(
            f"{shown} has no {LANGUAGE_HOST} beside it, nor is one on PATH, so it cannot run Python "
            f"programs. Install the complete CLI ({DOCUMENTATION}), or remove it from PATH and run: make "
            "engine"
        )
    return version


def _version(command: Sequence[str]) -> Version:
    try:
        answer = subprocess.run(
            [*command, "version"],
            cwd=ROOT,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"},
            capture_output=True,
            text=True,
            check=True,
            timeout=_SECONDS_TO_ANSWER,
        )
        return Version.parse(answer.stdout)
    except FileNotFoundError as error:
        raise _no_cli(command[0]) from error
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise CliError(
            f"`{shlex.join(command)} version` does not print a version: {error}. "
            f"Reinstall the CLI: {DOCUMENTATION}"
        ) from error


def _has_language_host(command: Sequence[str]) -> bool:
    if shutil.which(LANGUAGE_HOST):
        return True
    starts = shutil.which(command[0])
    if starts is None:
        return False
    # Resolve links, since package managers link the binary.
    folders = (Path(starts).parent, Path(starts).resolve().parent)
    return any((folder / LANGUAGE_HOST).is_file() for folder in folders)


def install() -> Path:
    """Install the CLI and the provider plugins at their SDKs' versions, verified by checksum.

    Raises:
        CliError: A download failed or its checksum differs.
    """
    try:
        where = downloads.here()
        with tempfile.TemporaryDirectory() as folder:
            archive = downloads.fetch(downloads.cli_archive(where), Path(folder))
            plugins = {
                name: downloads.fetch(downloads.plugin_archive(name, where), Path(folder))
                for name in downloads.PLUGINS
            }
            downloads.unpack(archive, INSTALLED.parent)
            for name, file in plugins.items():
                _install_plugin(name, file)
    except downloads.DownloadError as error:
        raise CliError(
            f"{error}. If this machine has no internet access, install the CLI yourself: {DOCUMENTATION} "
            f"(version {sdk_version()})"
        ) from error
    return INSTALLED


def _install_plugin(name: str, file: Path) -> None:
    version = metadata.version(f"pulumi_{name}")
    words = ["plugin", "install", "resource", name, version, "--file", str(file), "--reinstall"]
    if code := subprocess.run([str(INSTALLED), *words], check=False).returncode:
        raise CliError(f"`pulumi {' '.join(words)}` failed (exit code {code}); see its output above")


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def main() -> int:
    """Check the Pulumi CLI that deploys this project; install one if there is none."""
    parser = Parser(prog="python -m tools.deploy.engine", description=main.__doc__)
    parser.add_argument("--pinned", action="store_true", help="use the SDK's version, ignoring PATH")
    pinned = parser.parse_args().pinned
    try:
        binary = _pinned() if pinned else _found_or_installed()
        print(
            f"Pulumi {check_fit([str(binary)])} ({_shown(binary)}) is compatible with the SDK {sdk_version()}"
        )
    except CliError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _pinned() -> Path:
    """Return the CLI of the SDK's version in the project, so that all machines deploy alike."""
    if INSTALLED.is_file() and _version([str(INSTALLED)]) == sdk_version():
        return INSTALLED
    return install()


def _found_or_installed() -> Path:
    try:
        return pulumi_binary()
    except CliError:
        folder = _shown(INSTALLED.parent.parent)
        print(f"No Pulumi CLI on PATH: installing {sdk_version()} into {folder}", flush=True)
        return install()


if __name__ == "__main__":
    sys.exit(ended("engine", main, on_interrupt="run the same command again"))
