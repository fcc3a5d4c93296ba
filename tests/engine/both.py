"""The same programs under both engines: the Pulumi CLI on one embedded AWS, the embedded one on another."""

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from emulator import address
from emulator.process import EmulatorProcess
from emulator.provider.cloud import Cloud
from shared.infra.layers import LAYERS
from tests.engine.agreement import Names, StackFacts, differences, of_checkpoint, of_embedded
from tests.engine.commands import Ran
from tests.engine.world import ENVIRONMENT, World
from tools.local.engine.layer_request import LayerRequest
from tools.local.engine.state import StateStore

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """One step on one resource: top-level properties that differ, and those that force a replacement."""

    operation: str
    urn: str
    changed: frozenset[str]
    replaces: frozenset[str]
    details: Mapping[str, str]
    """How the innermost paths differ."""


@dataclass(frozen=True)
class Both:
    """Two engines that do the same; each operation runs in both at once and is compared."""

    world: World
    """The Pulumi CLI's side, and the copy of the project that both use."""
    run_directory: Path
    """Of the embedded engine's emulator."""
    names: Names
    stacks: dict[str, tuple[StackFacts, StackFacts]] = field(default_factory=dict)
    """What each layer's state was after the last operation on it: the CLI's, the embedded engine's."""

    @property
    def clouds(self) -> tuple[Cloud, Cloud]:
        """The two embedded AWS: the CLI's, the embedded engine's."""
        return self.world.cloud, Cloud.of(address.read(self.run_directory))

    def deploy(self, layer: str) -> None:
        """Deploy one layer with both engines."""
        self._beside(
            lambda: self._up(layer).succeeded(),
            lambda: self.embedded(layer, "deploy").succeeded(),
        )
        self._look_at(layer)

    def fail(self, layer: str) -> None:
        """Deploy what fails with both engines."""
        self.break_off(layer, "")
        self._look_at(layer)

    def break_off(self, layer: str, words: str) -> None:
        """The same, where old resources are left that wait for deletion; both engines say these words."""
        for ran in self._beside(lambda: self._up(layer), lambda: self.embedded(layer, "deploy")):
            assert ran.code == 1, ran.text
            assert words in ran.text

    def refresh(self, layer: str) -> None:
        """Let both engines look at what really exists."""
        self._beside(
            lambda: self.world.pulumi(layer, "refresh", "--yes", "--skip-preview").succeeded(),
            lambda: self.embedded(layer, "refresh").succeeded(),
        )
        self._look_at(layer)

    def plans(self, layer: str) -> tuple[list[Step], list[Step]]:
        """What a deployment of one layer would do now: the CLI's steps, the embedded engine's."""
        shown = ("--json", "--show-sames", "--show-reads", "--show-replacement-steps")
        real, embedded = self._beside(
            lambda: self.world.pulumi(layer, "preview", *shown).succeeded(),
            lambda: self.embedded(layer, "preview", "--json", "--steps").succeeded(),
        )
        told = json.loads(embedded.out)["layers"][layer]
        return (
            [_real_step(each) for each in json.loads(real.out)["steps"]],
            [_embedded_step(each) for each in told["steps"]],
        )

    def disagreements(self) -> list[str]:
        """Where the states of the layers that are deployed differ, a line for each place."""
        real = {layer: pair[0] for layer, pair in self.stacks.items()}
        embedded = {layer: pair[1] for layer, pair in self.stacks.items()}
        assert real
        self.names.learn(real, embedded)
        return list(differences(self.names.comparable(0, real), self.names.comparable(1, embedded)))

    def _worker(self, layer: str, verb: str) -> Ran:
        """The same for a project that is no layer, as the command does it for a layer."""
        folder = self.world.directory
        report, requests = folder / "plan.json", folder / "requests.json"
        request = LayerRequest(
            operation="preview" if verb == "preview" else "deploy",
            layer=layer,
            directory=str(self.world.project / "stacks" / layer),
            stack=ENVIRONMENT,
            run_directory=str(self.run_directory),
            report=str(report) if verb == "preview" else "",
        )
        requests.write_text(json.dumps([asdict(request)]), "utf-8")
        command = f"{shlex.quote(sys.executable)} -m tools.local.engine.worker < {shlex.quote(str(requests))}"
        ran = self.world.run("bash", "-c", command)
        if ran.code or verb != "preview":
            return ran
        plan = {"layers": {layer: json.loads(report.read_text("utf-8"))}}
        return replace(ran, out=json.dumps(plan))

    def _up(self, layer: str) -> Ran:
        if layer in self.stacks:
            return self.world.pulumi(layer, "up", "--yes", "--skip-preview")
        return self.world.up(layer)

    def _look_at(self, layer: str) -> None:
        self.stacks[layer] = (self._real_facts(layer), self._embedded_facts(layer))

    def _real_facts(self, layer: str) -> StackFacts:
        """A layer's state as the CLI has it."""
        words = ("stack", "export", "--show-secrets", "--stack", ENVIRONMENT)
        done = self.world.run("pulumi", "-C", f"stacks/{layer}", *words, remember=False).succeeded()
        return of_checkpoint(json.loads(done.out))

    def _embedded_facts(self, layer: str) -> StackFacts:
        """A layer's state as the embedded engine has it."""
        instance_id = address.read(self.run_directory).instance_id
        state = StateStore(self.run_directory, ENVIRONMENT, instance_id).read(layer)
        assert state is not None
        assert state.pending_creations == []
        return of_embedded(state)

    def embedded(self, layer: str, verb: str, *arguments: str) -> Ran:
        """`python -m tools.local VERB` for one layer, in the copy of the project."""
        if layer not in LAYERS:
            return self._worker(layer, verb)
        place = ("--environment", ENVIRONMENT, "--run-directory", str(self.run_directory))
        return self.world.run(sys.executable, "-m", "tools.local", verb, "--layer", layer, *place, *arguments)

    def _beside(self, one: Callable[[], T], other: Callable[[], T]) -> tuple[T, T]:
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(other)
            first = one()
            return first, second.result()


Told = tuple[str, list[str], list[str], Mapping[str, str]]


def by_resource(steps: list[Step]) -> dict[str, list[Told]]:
    """The steps on each resource in their order; the order among resources is the threads'."""
    found: dict[str, list[Told]] = {}
    for step in steps:
        told = (step.operation, sorted(step.changed), sorted(step.replaces), step.details)
        found.setdefault(step.urn, []).append(told)
    return found


def order_of_dependents(steps: list[Step], *states: StackFacts) -> set[tuple[str, str, str]]:
    """Which of two resources comes first, for each two of which one depends on the other in some state.

    Entries say whether they are made or deleted, and name the first, then the second. Deletions count that
    come after everything is made: one that makes way for a new resource comes with whichever of the resources
    that it depends on is first in its thread. So do steps on resources that do not depend on each other.
    """
    pairs = {
        (urn, other)
        for state in states
        for urn, facts in state.resources.items()
        for other in _stands_on(facts)
    }
    made = {step.urn: at for at, step in enumerate(steps) if step.operation in _MAKES}
    last = max(made.values())
    deleted = {step.urn: at for at, step in enumerate(steps) if step.operation in _TAKES and at > last}
    return {
        (what, *((urn, other) if places[urn] < places[other] else (other, urn)))
        for what, places in (("made", made), ("deleted", deleted))
        for urn, other in pairs
        if urn in places and other in places
    }


_MAKES = frozenset({"same", "create", "create-replacement", "update", "read"})
_TAKES = frozenset({"delete", "delete-replaced"})


def _stands_on(facts: Mapping[str, Any]) -> set[str]:
    by_property = {urn for urns in facts["property_dependencies"].values() for urn in urns}
    provider = {facts["provider"].rpartition("::")[0]}
    return ({*facts["dependencies"], facts["parent"]} | by_property | provider) - {""}


def _real_step(told: Mapping[str, Any]) -> Step:
    details = told["detailedDiff"] or {}
    return Step(
        told["op"],
        told["urn"],
        frozenset(told.get("diffReasons") or ()),
        frozenset(told.get("replaceReasons") or ()),
        {path: each["kind"] for path, each in details.items()},
    )


def _embedded_step(told: Mapping[str, Any]) -> Step:
    changed, replaces = (frozenset(told.get(name, ())) for name in ("changed", "replaces"))
    return Step(told["operation"], told["urn"], changed, replaces, told.get("details", {}))


@contextmanager
def both_engines(world: World) -> Iterator[Both]:
    """A second embedded AWS beside a world's, for the embedded engine."""
    process = EmulatorProcess(world.directory / "embedded")
    try:
        process.start()
        own, theirs = process.wait_until_ready(), world.emulator
        names = Names(endpoint=(theirs.endpoint, own.endpoint), gateway=(theirs.gateway, own.gateway))
        yield Both(world, process.run_directory, names)
    finally:
        process.stop()
