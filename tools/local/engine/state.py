"""The state of a layer: its resources with inputs and outputs, written after every step.

A state belongs to one emulator (`instance_id`): the resources of an emulator end with it.
"""

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from tools.deploy.program_runner.project import STACK_TYPE
from tools.local.engine.errors import EngineError, ForeignStateError
from tools.local.engine.make_command import make_command
from tools.local.engine.property_path import parsed

VERSION = 2
PROVIDER_TYPE = "pulumi:providers:"
_PRIVATE = 0o600


@dataclass
class ResourceState:
    """A resource in the emulator, or a stack, component or provider.

    `external`: it was only read. `secret_inputs` and `secret_outputs` are the paths of secrets. `tainted`:
    its creation is incomplete, so it must be replaced. `recreate`: it was deleted for its replacement.
    `obsolete`: it was replaced and must be deleted.
    """

    urn: str
    type: str
    name: str
    custom: bool
    id: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    secret_inputs: list[str] = field(default_factory=list)
    secret_outputs: list[str] = field(default_factory=list)
    additional_secret_outputs: list[str] = field(default_factory=list)
    parent: str = ""
    provider: str = ""
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    protect: bool = False
    retain_on_delete: bool = False
    external: bool = False
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    tainted: bool = False
    recreate: bool = False
    obsolete: bool = False

    @property
    def is_real(self) -> bool:
        """Whether it is a resource in the emulator, owned by this layer."""
        return self.custom and not self.external and not self.type.startswith(PROVIDER_TYPE)

    @property
    def needs(self) -> set[str]:
        """URNs of its dependencies."""
        by_property = {urn for urns in self.property_dependencies.values() for urn in urns}
        provider = {self.provider.rpartition("::")[0]} if self.provider else set()
        return ({*self.dependencies, self.parent} | by_property | provider) - {""}


@dataclass
class LayerState:
    """The state of a layer in a stack."""

    project: str
    stack: str
    layer: str
    instance_id: str
    resources: list[ResourceState] = field(default_factory=list)
    pending_creations: list[ResourceState] = field(default_factory=list)

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack outputs; empty before the first completed deployment."""
        return self._stack.outputs if self._stack else {}

    @property
    def secret_output_paths(self) -> list[str]:
        """Paths of secrets in the outputs."""
        return self._stack.secret_outputs if self._stack else []

    @property
    def secret_outputs(self) -> list[str]:
        """Names of outputs that are or contain secrets."""
        return sorted({str(parsed(path)[0]) for path in self.secret_output_paths})

    @property
    def real_resources(self) -> list[ResourceState]:
        """The layer's resources in the emulator."""
        return [each for each in self.resources if each.is_real and not each.recreate]

    @property
    def _stack(self) -> ResourceState | None:
        return next((each for each in self.resources if each.type == STACK_TYPE), None)


class StateStore:
    """The state files of a stack on an emulator: `<run directory>/state/<stack>/<layer>.json`."""

    def __init__(self, run_directory: Path, stack: str, instance_id: str) -> None:
        """`instance_id` is the running emulator's."""
        self.run_directory = run_directory
        self.directory = run_directory / "state" / stack
        self.stack = stack
        self.instance_id = instance_id
        self._writing = threading.Lock()

    def path(self, layer: str) -> Path:
        """Return the path of a layer's state."""
        return self.directory / f"{layer}.json"

    def read(self, layer: str) -> LayerState | None:
        """Return the state of a layer, or None if there is none.

        Raises:
            ForeignStateError: The state belongs to an emulator that has ended.
            EngineError: The file is damaged.
        """
        path = self.path(layer)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content.pop("version") != VERSION:
                raise EngineError(f"{path} was written by another version of this engine: delete it")
            for name in ("resources", "pending_creations"):
                content[name] = [ResourceState(**each) for each in content[name]]
            state = LayerState(**content)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise EngineError(f"{path} is not a state file ({error}): delete it and deploy again") from error
        if state.instance_id != self.instance_id:
            command = make_command(f"deploy-{layer}", self.stack, self.run_directory)
            raise ForeignStateError(
                f"{path} describes an emulator that has ended, and its resources with it; run: {command}"
            )
        return state

    def own(self, layer: str) -> LayerState | None:
        """Return the state of a layer as `read` does, but None for that of an ended emulator."""
        try:
            return self.read(layer)
        except ForeignStateError:
            return None

    def of_project(self, project: str) -> LayerState | None:
        """Return the state of a project's layer, if it is deployed on this emulator."""
        layers = sorted(path.stem for path in self.directory.glob("*.json"))
        states = (self.own(layer) for layer in layers)
        return next((state for state in states if state and state.project == project), None)

    def write(self, state: LayerState) -> None:
        """Write a state atomically, readable by this user only because it contains secrets."""
        with self._writing:
            path = self.path(state.layer)
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(".json.new")
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump({"version": VERSION, **_as_dict(state)}, file, separators=(",", ":"))
            temporary.replace(path)

    def remove(self, layer: str) -> None:
        """Remove the state of a layer without resources."""
        self.path(layer).unlink(missing_ok=True)

    @contextmanager
    def locked(self, layer: str) -> Iterator[None]:
        """Lock a layer for an operation.

        Raises:
            EngineError: Another process holds the lock.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / f"{layer}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise EngineError(
                    f"layer {layer} of {self.stack} is being changed by another process; wait for it to end"
                ) from None
            yield


def _as_dict(state: LayerState) -> dict[str, Any]:
    """Return the state as plain data, without copying properties, which are plain already."""
    content = {each.name: getattr(state, each.name) for each in fields(state)}
    for name in ("resources", "pending_creations"):
        content[name] = [vars(each) for each in content[name]]
    return content
