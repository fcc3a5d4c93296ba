"""The same programs under both engines: the Pulumi CLI on one embedded AWS, the embedded one on another."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from local.cloud import address
from local.demo.processes import EmulatorProcess
from local.engine.state import StateStore
from local.provider.cloud import Cloud
from tests.engine.agreement import StackFacts, comparable, differences, of_checkpoint, of_embedded
from tests.engine.world import ENVIRONMENT, ORDER, Ran, World

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """One step on one resource: top-level properties that differ, and those that force a replacement."""

    operation: str
    urn: str
    changed: frozenset[str]
    replaces: frozenset[str]


@dataclass(frozen=True)
class Both:
    """Two engines that do the same; each operation runs in both at once and is compared."""

    world: World
    """The Pulumi CLI's side, and the copy of the project that both use."""
    run_directory: Path
    """Of the embedded engine's emulator."""

    @property
    def clouds(self) -> tuple[Cloud, Cloud]:
        """The two embedded AWS: the CLI's, the embedded engine's."""
        return self.world.cloud, Cloud.of(address.read(self.run_directory))

    def deploy(self, layer: str) -> None:
        """Deploy one layer with both engines."""
        self._beside(
            lambda: self.world.up(layer).succeeded(),
            lambda: self.embedded(layer, "deploy").succeeded(),
        )

    def refresh(self, layer: str) -> None:
        """Let both engines look at what really exists."""
        self._beside(
            lambda: self.world.pulumi(layer, "refresh", "--yes", "--skip-preview").succeeded(),
            lambda: self.embedded(layer, "refresh").succeeded(),
        )

    def plans(self, layer: str) -> tuple[list[Step], list[Step]]:
        """What a deployment of one layer would do now: the CLI's steps, the embedded engine's."""
        shown = ("--json", "--show-sames", "--show-reads", "--show-replacement-steps")
        real, embedded = self._beside(
            lambda: self.world.pulumi(layer, "preview", *shown).succeeded(),
            lambda: self.embedded(layer, "preview", "--json", "--steps").succeeded(),
        )
        told = json.loads(embedded.out)["layers"][layer]
        return (
            [_step(each, "op", "diffReasons", "replaceReasons") for each in json.loads(real.out)["steps"]],
            [_step(each, "operation", "changed", "replaces") for each in told["steps"]],
        )

    def disagreements(self) -> list[str]:
        """Where the states of the layers that are deployed differ, a line for each place."""
        names = [layer for layer in ORDER if self.world.state(layer) is not None]
        real = {layer: self.real_facts(layer) for layer in names}
        embedded = {layer: self.embedded_facts(layer) for layer in names}
        assert real
        theirs, own = self.world.emulator, address.read(self.run_directory)
        return list(
            differences(
                comparable(real, embedded, endpoint=theirs.endpoint, gateway=theirs.gateway),
                comparable(embedded, real, endpoint=own.endpoint, gateway=own.gateway),
            )
        )

    def real_facts(self, layer: str) -> StackFacts:
        """A layer's state as the CLI has it."""
        words = ("stack", "export", "--show-secrets", "--stack", ENVIRONMENT)
        done = self.world.run("pulumi", "-C", f"stacks/{layer}", *words, remember=False).succeeded()
        return of_checkpoint(json.loads(done.out))

    def embedded_facts(self, layer: str) -> StackFacts:
        """A layer's state as the embedded engine has it."""
        instance_id = address.read(self.run_directory).instance_id
        state = StateStore(self.run_directory, ENVIRONMENT, instance_id).read(layer)
        assert state is not None
        assert state.pending_creations == []
        return of_embedded(state)

    def embedded(self, layer: str, verb: str, *arguments: str) -> Ran:
        """`python -m local VERB` for one layer, in the copy of the project."""
        place = ("--environment", ENVIRONMENT, "--run-directory", str(self.run_directory))
        return self.world.run(sys.executable, "-m", "local", verb, "--layer", layer, *place, *arguments)

    def _beside(self, one: Callable[[], T], other: Callable[[], T]) -> tuple[T, T]:
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(other)
            first = one()
            return first, second.result()


def by_resource(steps: list[Step]) -> dict[str, list[tuple[str, list[str], list[str]]]]:
    """The steps on each resource in their order; the order among resources is the threads'."""
    found: dict[str, list[tuple[str, list[str], list[str]]]] = {}
    for step in steps:
        told = (step.operation, sorted(step.changed), sorted(step.replaces))
        found.setdefault(step.urn, []).append(told)
    return found


def out_of_order(steps: list[Step], before: StackFacts, after: StackFacts) -> list[str]:
    """Creations that come before what they stand on, and deletions that come after it is gone."""
    made = {step.urn: at for at, step in enumerate(steps) if step.operation in _MAKES}
    gone = {step.urn: at for at, step in enumerate(steps) if step.operation in _TAKES}
    early = [
        f"{urn} is made before {other}"
        for urn in made.keys() & after.resources.keys()
        for other in _stands_on(after.resources[urn])
        if made[urn] < made.get(other, -1)
    ]
    late = [
        f"{urn} is deleted after {other}"
        for urn in gone.keys() & before.resources.keys()
        for other in _stands_on(before.resources[urn])
        if gone[urn] > gone.get(other, len(steps))
    ]
    return early + late


_MAKES = frozenset({"same", "create", "create-replacement", "update", "read"})
_TAKES = frozenset({"delete", "delete-replaced"})


def _stands_on(facts: Mapping[str, Any]) -> set[str]:
    by_property = {urn for urns in facts["property_dependencies"].values() for urn in urns}
    provider = {facts["provider"].rpartition("::")[0]}
    return ({*facts["dependencies"], facts["parent"]} | by_property | provider) - {""}


def _step(told: Mapping[str, Any], operation: str, changed: str, replaces: str) -> Step:
    return Step(
        told[operation], told["urn"], frozenset(told.get(changed) or ()), frozenset(told.get(replaces) or ())
    )


@contextmanager
def both_engines(world: World) -> Iterator[Both]:
    """A second embedded AWS beside a world's, for the embedded engine."""
    process = EmulatorProcess(world.directory / "embedded")
    try:
        process.start()
        process.wait_until_ready()
        yield Both(world, process.run_directory)
    finally:
        process.stop()
