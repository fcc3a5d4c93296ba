"""What the Pulumi CLI keeps for a local run: its state, passphrase and settings, in the run's own directory.

The CLI writes into a project's folder (a stack's `encryptionsalt`, `--config`). So that no tracked file
changes, it works in a copy of the project's files, made anew for each command, beside a link to the program.
"""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from emulator.address import Emulator
from tools.deploy import interruption
from tools.deploy.project import ROOT

FOLDER = "pulumi"
_FOREIGN = ("PULUMI_", "AWS_")
_PRIVATE = 0o600
_PRIVATE_FOLDER = 0o700
_KEPT_SETTINGS = ("encryptionsalt", "secretsprovider")
"""What the CLI adds to a stack's file, and cannot open the state without."""


class CliHome:
    """The folder `pulumi` of a run directory; its state describes the resources of one emulator."""

    def __init__(self, run_directory: Path) -> None:
        """Nothing is written yet."""
        self.folder = run_directory.resolve() / FOLDER
        self._backend = self.folder / "backend"
        self._passphrase = self.folder / "passphrase"
        self._owner = self.folder / "emulator"

    def open(self, emulator: Emulator) -> bool:
        """Make the folder ready; true if it held the state of an emulator that has ended, dropped now."""
        with self._alone():
            foreign = self._owner.is_file() and not self.belongs_to(emulator)
            if foreign:
                for path in filter(Path.exists, (self._backend, self.folder / "projects")):
                    shutil.rmtree(path)
            self._backend.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
            if not self._passphrase.exists():
                _write_privately(self._passphrase, secrets.token_urlsafe(32))
            _write_privately(self._owner, emulator.instance_id)
        return foreign

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no other command change these files meanwhile: several may begin at the same time."""
        self.folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def belongs_to(self, emulator: Emulator) -> bool:
        """Whether the state describes resources of this emulator."""
        return self._owner.is_file() and self._owner.read_text("utf-8") == emulator.instance_id

    def environment(self, binary: Path, attachment: str | None) -> dict[str, str]:
        """Return the CLI's environment: this process's own, without what would lead it to another place.

        `attachment` is what PULUMI_DEBUG_PROVIDERS says, where the command needs a provider.
        """
        own = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        attached = {} if attachment is None else {"PULUMI_DEBUG_PROVIDERS": attachment}
        return {
            **own,
            # The language host lies beside the CLI; programs import the checkout that this command runs from.
            "PATH": os.pathsep.join([str(binary.parent), own.get("PATH", os.defpath)]),
            "PYTHONPATH": interruption.python_path(ROOT, own.get("PYTHONPATH", "")),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_BACKEND_URL": self._backend.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(self._passphrase),
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "1",
            **attached,
        }

    def project(self, layer: str) -> Path:
        """Return a fresh copy of a layer's project for the CLI to work in.

        What a former command wrote into a stack's file is gone, but for what opens the state.
        """
        tracked, copy = ROOT / "stacks" / layer, self.folder / "projects" / layer
        with self._alone():
            copy.mkdir(parents=True, exist_ok=True)
            if not (copy / "program").is_symlink():
                (copy / "program").symlink_to(tracked, target_is_directory=True)
            _write_privately(copy / "Pulumi.yaml", yaml.safe_dump(_moved(tracked), sort_keys=False))
            for file in sorted(tracked.glob("Pulumi.*.yaml")):
                _write_privately(copy / file.name, file.read_text("utf-8") + _kept(copy / file.name))
        return copy

    def resources(self) -> dict[str, int]:
        """How many resources of a cloud each stack (`project/stack`) holds, where it holds any."""
        stacks = self._backend / ".pulumi" / "stacks"
        counts = {
            f"{path.parent.name}/{path.stem}": sum(1 for _ in _real_resources(path))
            for path in sorted(stacks.glob("*/*.json"))
        }
        return {stack: count for stack, count in counts.items() if count}


def _moved(tracked: Path) -> dict[str, Any]:
    """Pulumi.yaml as it reads from elsewhere: the program behind a link, the environment by its path."""
    described: dict[str, Any] = yaml.safe_load((tracked / "Pulumi.yaml").read_text("utf-8"))
    options = described["runtime"]["options"]
    options["virtualenv"] = str((tracked / options["virtualenv"]).resolve())
    return {**described, "main": "program"}


def _kept(copy: Path) -> str:
    if not copy.is_file():
        return ""
    before: Mapping[str, Any] = yaml.safe_load(copy.read_text("utf-8")) or {}
    kept = {name: before[name] for name in _KEPT_SETTINGS if name in before}
    return "\n" + yaml.safe_dump(kept) if kept else ""


def _real_resources(checkpoint: Path) -> Iterator[Mapping[str, Any]]:
    content = json.loads(checkpoint.read_text("utf-8"))
    for each in (content["checkpoint"].get("latest") or {}).get("resources") or ():
        if each.get("custom") and not each["type"].startswith(("pulumi:providers:", "pulumi:pulumi:")):
            yield each


def _write_privately(path: Path, text: str) -> None:
    """Whole or not at all, for this user's eyes only."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)
