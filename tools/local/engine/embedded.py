"""The embedded engine as a person meets it: deploy, preview, refresh, outputs and destroy, by layer or all.

Layers and their order come from `shared.infra.layers`. Programs run in processes of their own; what needs no
program (refresh, outputs, destroy) happens here.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from emulator.address import Emulator, NoEmulatorError
from emulator.provider.cloud import Cloud
from shared.infra.layers import Layer, consumers_of, deployment_order, destroy_order, layer, upstream_of
from tools.deploy.program_runner.project import read_project
from tools.deploy.project import ROOT
from tools.local.engine.errors import EngineError
from tools.local.engine.layer_request import DRIFTED, LayerRequest
from tools.local.engine.make_command import make_command
from tools.local.engine.state import StateStore
from tools.local.engine.teardown import destroy_layer, refresh_layer
from tools.local.engine.worker import ProgramRunner
from tools.local.run_directory import emulator_of

STACKS = ROOT / "stacks"
_LOOK_AGAIN_SECONDS = 0.02
_SHARED_NAMESPACES = ("aws", "pulumi")
"""Namespaces of settings that every layer reads."""


@dataclass(frozen=True)
class Environment:
    """One environment on one emulator. `overrides` are settings, `namespace:key` -> value."""

    stack: str
    run_directory: Path
    overrides: Mapping[str, str] = field(default_factory=dict)

    def emulator(self) -> Emulator:
        """Return the emulator that runs in the run directory.

        Raises:
            emulator.address.NoEmulatorError: there is none.
        """
        return emulator_of(self.run_directory)

    def await_emulator(self, seconds: float) -> None:
        """Return as soon as an emulator runs.

        Raises:
            emulator.address.NoEmulatorError: none does when the time is up.
        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.emulator()
            except NoEmulatorError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(_LOOK_AGAIN_SECONDS)
            else:
                return

    def store(self) -> StateStore:
        """Return the states of the environment's layers."""
        return StateStore(self.run_directory, self.stack, self.emulator().instance_id)

    def request(self, name: str, *, preview: bool, report: Path | None = None) -> LayerRequest:
        """Return what the process of a layer is asked; every layer gets the overrides of its own namespace.

        `report` is where the process writes what it found.
        """
        directory = STACKS / name
        namespaces = {layer(name).project, *_SHARED_NAMESPACES}
        own = {key: value for key, value in self.overrides.items() if key.partition(":")[0] in namespaces}
        return LayerRequest(
            operation="preview" if preview else "deploy",
            layer=name,
            directory=str(directory),
            stack=self.stack,
            run_directory=str(self.run_directory.resolve()),
            module=_module(name),
            overrides=own,
            report=str(report or ""),
        )


def deploy(environment: Environment, only: str | None = None, *, wait_seconds: float = 0) -> int:
    """Deploy one layer or all of them in order; stops at the first failure. Returns an exit code.

    An emulator that is still starting is waited for, up to `wait_seconds`, while the programs are imported.

    Raises:
        EngineError: the layer depends on one that is not deployed.
        emulator.address.NoEmulatorError: no emulator runs.
    """
    _check_overrides(environment, only)
    chosen = _chosen(deployment_order(), only)
    with ProgramRunner(_module(chosen[0].name)) as programs:
        environment.await_emulator(wait_seconds)
        if only is not None:
            _require_upstream(environment, layer(only), "deployed")
        code = programs.run([environment.request(each.name, preview=False) for each in chosen])
    if only is not None and code == 0:
        _mention_readers(environment, only)
    return code


def _mention_readers(environment: Environment, name: str) -> None:
    """Whoever deploys a layer alone is told who else may be concerned; the look itself costs a preview."""
    store = environment.store()
    readers = [
        each.name for each in consumers_of(name) if (state := store.read(each.name)) and state.resources
    ]
    if readers:
        look = make_command("stale", environment.stack, environment.run_directory)
        print(f"Do its readers ({', '.join(readers)}) still fit? {look} LAYER={name}")


def preview(environment: Environment, only: str | None = None) -> int:
    """Show what a deployment would do, without doing it.

    Raises:
        EngineError: the one layer that was asked for depends on one that is not deployed.
    """
    ready, waiting = previewable(environment, only)
    code = 0
    if ready:
        with ProgramRunner(_module(ready[0])) as programs:
            code = programs.run([environment.request(name, preview=True) for name in ready])
    for name, reason in waiting.items():
        print(f"Not previewed: {name}, which {reason}")
    return code


def drift(environment: Environment, only: str | None = None) -> int:
    """Compare what really exists with what the programs want, and change nothing; 1 where they differ.

    Raises:
        EngineError: The requested layer, or one of its upstream layers, is not deployed.
    """
    if only is not None and environment.store().own(only) is None:
        command = make_command(f"deploy-{only}", environment.stack, environment.run_directory)
        raise EngineError(f"layer {only} is not deployed; run: {command}")
    ready, waiting = previewable(environment, only)
    absent = [name for name in ready if environment.store().own(name) is None]
    compared = [name for name in ready if name not in absent]
    code = 0
    if compared:
        with ProgramRunner(_module(compared[0])) as programs:
            requests = [environment.request(name, preview=True) for name in compared]
            code = programs.run([replace(each, operation="drift") for each in requests])
    for name in (*absent, *waiting):
        print(f"Not compared: {name}, which is not deployed")
    if code == DRIFTED:
        command = make_command("deploy", environment.stack, environment.run_directory)
        print(f"\nAWS differs from the programs. To apply them: {command}", file=sys.stderr)
    return 1 if code else 0


def previewable(environment: Environment, only: str | None) -> tuple[list[str], dict[str, str]]:
    """Return the layers that can be previewed, in order; and the others, each with what it waits for.

    Raises:
        EngineError: the one layer that was asked for depends on one that is not deployed.
    """
    _check_overrides(environment, only)
    if only is not None:
        _require_upstream(environment, layer(only), "previewed")
    ready, waiting = [], {}
    for each in _chosen(deployment_order(), only):
        if missing := ", ".join(other.name for other in _missing_upstream(environment, each)):
            waiting[each.name] = f"reads outputs of {missing} (not deployed yet)"
        else:
            ready.append(each.name)
    return ready, waiting


def refresh(environment: Environment, only: str | None = None) -> int:
    """Compare the states with the emulator; returns an exit code."""
    store, cloud = environment.store(), Cloud.of(environment.emulator())
    for each in _chosen(deployment_order(), only):
        refresh_layer(store, cloud, each.name)
    return 0


def destroy(environment: Environment, only: str | None = None) -> int:
    """Delete one layer's resources, or all in the exact reverse of the deployment order.

    Raises:
        EngineError: a layer that depends on it still has resources.
    """
    store, cloud = environment.store(), Cloud.of(environment.emulator())
    for each in _chosen(destroy_order(), only):
        _require_no_consumers(environment, store, each)
        if code := destroy_layer(store, cloud, each.name):
            return code
    return 0


def _module(name: str) -> str:
    """Return what a layer's program imports."""
    return f"stacks.{name}.program"


def _chosen(order: Sequence[Layer], only: str | None) -> list[Layer]:
    return [each for each in order if only is None or each.name == only]


def _missing_upstream(environment: Environment, wanted: Layer) -> list[Layer]:
    store = environment.store()
    states = ((each, store.own(each.name)) for each in upstream_of(wanted.name))
    return [each for each, state in states if state is None or not state.outputs]


def _require_upstream(environment: Environment, wanted: Layer, verb: str) -> None:
    for missing in _missing_upstream(environment, wanted):
        stack = read_project(STACKS / missing.name, environment.stack).qualified_stack()
        command = make_command(f"deploy-{missing.name}", environment.stack, environment.run_directory)
        raise EngineError(
            f"layer {wanted.name} cannot be {verb}: it reads outputs of stack {stack}, which is not deployed "
            f"on this emulator; run: {command}"
        )


def _require_no_consumers(environment: Environment, store: StateStore, wanted: Layer) -> None:
    for consumer in consumers_of(wanted.name):
        state = store.own(consumer.name)
        if state and (count := len(state.real_resources)):
            command = make_command(f"destroy-{consumer.name}", environment.stack, environment.run_directory)
            raise EngineError(
                f"layer {wanted.name} cannot be destroyed: {consumer.name}, which depends on it, still has "
                f"{count} resources; run first: {command}"
            )


def _check_overrides(environment: Environment, only: str | None) -> None:
    """Refuse settings that no layer has, or that no layer of this run reads."""
    layers = {each.project: each.name for each in deployment_order()}
    for key in environment.overrides:
        namespace = key.partition(":")[0]
        if ":" not in key or namespace not in {*layers, *_SHARED_NAMESPACES}:
            known = ", ".join(sorted(layers))
            raise EngineError(f"CONFIG={key}: keys are NAMESPACE:KEY with one of the namespaces {known}")
        if only is not None and layers.get(namespace, only) != only:
            owner = layers[namespace]
            command = make_command(f"deploy-{owner}", environment.stack, environment.run_directory)
            raise EngineError(
                f"CONFIG={key} is a setting of layer {owner}, which this command does not touch: it is for "
                f"{only} alone. Leave it out, or run: {command} CONFIG='{key}={environment.overrides[key]}'"
            )
