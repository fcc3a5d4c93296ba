"""The environment ``local`` in one run directory, handled by the project's own commands."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from emulator.address import Emulator
from emulator.process import SECONDS_TO_START, EmulatorProcess, ProcessError
from shared.infra.layers import deployment_order
from tools.local.command import Command, run
from tools.local.engine.state import LayerState, StateStore
from tools.local.run_directory import emulator_of

ENVIRONMENT = "local"


def _ignore(_line: str) -> None:
    """Take no notice."""


class Brief:
    """Makes one line a layer of what the engine prints, which has one for each resource.

    Args:
        show: Where the lines go.
    """

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._parts: list[str] = []

    def __call__(self, line: str) -> None:
        """Take one of the engine's lines."""
        if line.startswith(("Deploying ", "Destroying ")):
            self._parts = [line]
        elif line.startswith("    "):
            self._parts.append(line.strip())
        elif line.startswith("Duration: "):
            self._show(f"{', '.join(self._parts)} in {line.removeprefix('Duration: ')}")


class Environment:
    """What runs on the emulator of a run directory.

    Args:
        run_directory: The emulator's, where the engine keeps its state too.
    """

    def __init__(self, run_directory: Path) -> None:
        self._run_directory = run_directory

    def bring_up(self, emulator: EmulatorProcess, on_line: Callable[[str], None] = _ignore) -> Emulator:
        """Start the emulator and deploy the layers in order; the engine's lines come as it prints them.

        Raises:
            emulator.process.ProcessError: One of the two failed.
        """
        emulator.start()
        # The engine imports the programs while the emulator starts.
        deployment = Command(self._engine("deploy", "--wait", f"{SECONDS_TO_START:.0f}"), on_line)
        try:
            deployment.start()
            found = emulator.wait_until_ready()
            deployment.wait()
        except BaseException:
            deployment.stop()
            raise
        return found

    def update(self, layer: str, settings: Sequence[str], on_line: Callable[[str], None]) -> Command:
        """Return the command that deploys one layer with changed settings, to be started."""
        changes = (part for setting in settings for part in ("--config", setting))
        return Command(self._engine("deploy", "--layer", layer, *changes), on_line)

    def destroy(self, on_line: Callable[[str], None] = _ignore) -> None:
        """Destroy the layers, the last one first.

        Raises:
            emulator.process.ProcessError: It failed.
        """
        run(self._engine("destroy"), on_line)

    def outputs(self) -> Mapping[str, Any]:
        """Return what all the layers export, by output name.

        Raises:
            emulator.process.ProcessError: A layer is not deployed.
        """
        merged: dict[str, Any] = {}
        for exported in self.outputs_by_layer().values():
            merged.update(exported)
        return merged

    def outputs_by_layer(self) -> dict[str, Mapping[str, Any]]:
        """Return what each layer exports.

        Raises:
            emulator.process.ProcessError: A layer is not deployed.
        """
        return {layer.name: self._state(layer.name).outputs for layer in deployment_order()}

    def resource_count(self) -> int:
        """Return how many resources the layers have created."""
        return sum(len(self._state(layer.name).real_resources) for layer in deployment_order())

    def _state(self, layer: str) -> LayerState:
        instance_id = emulator_of(self._run_directory).instance_id
        state = StateStore(self._run_directory, ENVIRONMENT, instance_id).read(layer)
        if state is None:
            raise ProcessError(f"layer {layer} is not deployed in {self._run_directory}")
        return state

    def _engine(self, verb: str, *options: str) -> list[str]:
        directory = str(self._run_directory)
        return ["tools.local", verb, "--environment", ENVIRONMENT, "--run-directory", directory, *options]
