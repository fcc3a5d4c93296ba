"""A copy of the project, an embedded AWS and the real Pulumi CLI, with a backend and a home of their own.

What a person does is done here as a person does it: through the Makefile, or by `pulumi -C stacks/<layer>`;
nothing is written outside of the world's folder.
"""

import json
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator.address import Emulator
from emulator.cloud import faults, journal
from emulator.cloud.faults import Fault
from emulator.provider.cloud import Cloud
from shared.infra.layers import LAYERS, deployment_order
from tests.engine.commands import SECONDS_FOR_A_COMMAND, Ran, running
from tests.engine.stack_state import StackState, identities
from tools.local.engine.administrator import make_boundaries
from tools.local.engine.leftovers import leftovers

ENVIRONMENT = "dev"
ORDER = tuple(each.name for each in deployment_order())


@dataclass
class World:
    """Everything that the tests of a module act on."""

    directory: Path
    emulator: Emulator
    environment: Mapping[str, str]
    said: list[Ran] = field(default_factory=list)
    """Every command that has run, for what must not stand in any of them."""
    initialised: set[tuple[str, str]] = field(default_factory=set)
    """Layer and environment of the stacks that `up` need not look for."""

    @property
    def project(self) -> Path:
        """The copy of the project; its files may be changed."""
        return self.directory / "project"

    @property
    def run_directory(self) -> Path:
        """Mails, logs, traces and the journal of the embedded AWS."""
        return self.directory / "run"

    @property
    def backend(self) -> Path:
        """Where the CLI keeps the stacks' states."""
        return self.directory / "backend"

    @property
    def cloud(self) -> Cloud:
        """boto3 clients, as the operator."""
        return Cloud.of(self.emulator)

    def make(self, *arguments: str, environment: str = ENVIRONMENT) -> Ran:
        """`make ARGUMENTS ENV=dev` in the copy."""
        return self.run(*self.make_words(*arguments, f"ENV={environment}"))

    def make_words(self, *arguments: str) -> list[str]:
        """The command line of the copy's Makefile, in the virtual environment that runs the tests."""
        ready = self.directory / "ready"
        ready.touch()  # newer than what it depends on: the virtual environment is not made anew
        return ["make", f"PYTHON={sys.executable}", f"READY={ready}", *arguments]

    def follow(self, ran: Ran) -> Ran:
        """Run the one command that a message tells to run, to the letter."""
        (told,) = ran.told_to_run()
        return self.run(*self.make_words(*shlex.split(told)[1:]))

    def pulumi(self, layer: str, *arguments: str, environment: str = ENVIRONMENT) -> Ran:
        """`pulumi -C stacks/LAYER ARGUMENTS --stack dev`."""
        return self.run("pulumi", "-C", f"stacks/{layer}", *arguments, "--stack", environment)

    def up(self, layer: str, *arguments: str, environment: str = ENVIRONMENT) -> Ran:
        """Deploy one layer, without the preview that `make deploy` shows; makes its stack if need be."""
        if (layer, environment) not in self.initialised:
            if self.state(layer, environment=environment) is None:
                words = ("pulumi", "-C", f"stacks/{layer}", "stack", "init", environment, "--no-select")
                self.run(*words).succeeded()
            self.initialised.add((layer, environment))
        return self.pulumi(layer, "up", "--yes", "--skip-preview", *arguments, environment=environment)

    def deploy(self, *layers: str, environment: str = ENVIRONMENT) -> None:
        """Deploy these layers, or all of them, in order."""
        for layer in layers or ORDER:
            self.up(layer, environment=environment).succeeded()

    def state(self, layer: str, *, environment: str = ENVIRONMENT) -> StackState | None:
        """The stack as `pulumi stack export` has it; None where there is none."""
        done = self.pulumi(layer, "stack", "export", environment=environment)
        if done.code and "no stack named" in done.err:
            return None
        return StackState(json.loads(done.succeeded().out))

    def states(self, *, environment: str = ENVIRONMENT) -> dict[str, StackState]:
        """The stacks that exist, by layer."""
        with ThreadPoolExecutor(len(ORDER)) as threads:
            found = threads.map(lambda layer: self.state(layer, environment=environment), ORDER)
            return {layer: state for layer, state in zip(ORDER, found, strict=True) if state is not None}

    def outputs(self, layer: str, *, environment: str = ENVIRONMENT, secrets: bool = False) -> dict[str, Any]:
        """What a layer exports, as `pulumi stack output --json` has it."""
        shown = ["--show-secrets"] if secrets else []
        words = [
            "pulumi",
            "-C",
            f"stacks/{layer}",
            "stack",
            "output",
            "--json",
            *shown,
            "--stack",
            environment,
        ]
        # What shows a secret on request is no part of what was said unasked.
        done = self.run(*words, remember=not secrets).succeeded()
        return dict(json.loads(done.out))

    def preview(self, layer: str, *, environment: str = ENVIRONMENT) -> dict[str, str]:
        """What a deployment would do, by resource: `{"detector-function-dev": "update"}`."""
        done = self.pulumi(layer, "preview", "--json", environment=environment).succeeded()
        steps = json.loads(done.out)["steps"]
        assert steps, "a preview that knows of no resource"
        found: dict[str, str] = {}
        for each in steps:
            if each["op"] not in ("same", "read"):
                # A replacement has steps of its own, among them the deletion of what hangs on the resource.
                op = "replace" if "replace" in each["op"] else each["op"]
                found[each["urn"].rpartition("::")[2]] = op
        return found

    def leftovers(self, suffix: str = ENVIRONMENT) -> list[str]:
        """Everything of an environment that exists in the embedded AWS, as `kind name`."""
        return leftovers(self.cloud, suffix)

    def orphans(self, suffix: str = ENVIRONMENT) -> list[str]:
        """What of an environment exists in the embedded AWS and in none of its stacks' states."""
        owned = [each for state in self.states(environment=suffix).values() for each in state.owned]
        known = {name for each in owned for name in identities(each)}
        return [each for each in self.leftovers(suffix) if each.partition(" ")[2] not in known]

    def add_environment(self, name: str) -> None:
        """Another environment with the settings of dev: four files of its own, and bounds for its roles."""
        make_boundaries(self.emulator, name)
        for layer in LAYERS:
            settings = self.project / "stacks" / layer / f"Pulumi.{ENVIRONMENT}.yaml"
            kept = [line for line in settings.read_text("utf-8").splitlines() if "encryptionsalt" not in line]
            settings.with_name(f"Pulumi.{name}.yaml").write_text("\n".join(kept) + "\n", "utf-8")

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a file of the copy, as an owner would: `old`, which stands in it once, becomes `new`."""
        path = self.project / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), "utf-8")

    def insert(self, file: str, line: str, added: str) -> None:
        """Add lines to a file of the copy, before a line that stands in it once."""
        self.edit(file, f"{line}\n", f"{added}\n{line}\n")

    def set(self, layer: str, key: str, value: str, *, environment: str = ENVIRONMENT) -> None:
        """Change a setting, or add it."""
        path = self.project / "stacks" / layer / f"Pulumi.{environment}.yaml"
        full = f"  {key if ':' in key else f'{LAYERS[layer].project}:{key}'}:"
        kept = [line for line in path.read_text("utf-8").splitlines() if not line.startswith(full)]
        at = kept.index("config:") + 1
        path.write_text("\n".join([*kept[:at], f"{full} {value}", *kept[at:]]) + "\n", "utf-8")

    def order(self, *ordered: Fault) -> None:
        """Have the embedded AWS refuse or hold back these calls and no others."""
        faults.write(self.run_directory, ordered)

    def control_calls(self) -> list[dict[str, Any]]:
        """What was asked of the embedded AWS, see emulator/cloud/journal.py."""
        text = (self.run_directory / journal.FILE_NAME).read_text("utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def outcomes(self, operation: str, name: str) -> list[int | str]:
        """How the calls of an operation went that name a resource, in order; "held" where one had to wait."""
        return [
            each["outcome"]
            for each in self.control_calls()
            if each["operation"] == operation and name in each["names"].values()
        ]

    def run(self, *words: str, remember: bool = True) -> Ran:
        """Run a command in the copy to its end."""
        with self.started(*words) as process:
            out, err = process.communicate(timeout=SECONDS_FOR_A_COMMAND)
        ran = Ran(words, process.returncode, out, err)
        if remember:
            self.said.append(ran)
        return ran

    def started(self, *words: str) -> AbstractContextManager[subprocess.Popen[str]]:
        """A command in the copy that runs beside the test; whatever is left of it at the end is killed."""
        return running(words, self.project, self.environment)


def creations(calls: Iterable[Mapping[str, Any]]) -> Counter[tuple[str, ...]]:
    """How often each thing was made: operation and names -> count, of the calls that succeeded."""
    return Counter(
        (str(each["operation"]), *sorted(each["names"].values()))
        for each in calls
        if ":Create" in each["operation"] and each["outcome"] in range(200, 300)
    )
