"""`make stale ENV=dev`: which layers are out of date with their upstream layers, why, and what to run.

A layer becomes stale if an upstream output changes, which a preview shows; or if the resource behind an
output was replaced under the same name, which no preview shows, although its dependents (such as a topic's
subscriptions) were lost.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.infra.layers import LAYERS, consumers_of, deployment_order, upstream_of
from tools.deploy import hints
from tools.deploy.checkpoint import Checkpoint, is_secret, name_of
from tools.deploy.pulumi_command import PulumiError, Stack
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser

STALE = 1
_UNCHANGED = frozenset({"same", "read", "refresh"})
_NAMING = ("arn", "name", "url", "streamArn")
"""Outputs that identify a resource in another layer, besides its id."""


@dataclass(frozen=True)
class Change:
    """A change of a resource in a preview."""

    action: str
    """`create`, `update`, `replace` or `delete`."""
    resource: str
    because: tuple[str, ...] = ()
    """The differing properties, if known."""

    def __str__(self) -> str:
        return f"{self.action} {self.resource}" + (f" ({', '.join(self.because)})" if self.because else "")


@dataclass(frozen=True)
class Finding:
    """A layer's status relative to its upstream layers."""

    layer: str
    changes: Sequence[Change] = ()
    outputs: Sequence[str] = ()
    """Outputs whose value differs from the one that the layer last read, as `name of layer`."""
    replaced: Sequence[str] = field(default=())
    """Outputs that name a resource newer than the layer's last deployment, as `name of layer`."""
    problem: str = ""
    """Why the preview failed."""
    causes_known: bool = True
    """Whether outputs were compared; the embedded engine's plan does not include them."""

    @property
    def stale(self) -> bool:
        """Whether the layer must be deployed."""
        return bool(self.changes or self.replaced or self.problem)

    def lines(self, environment: str) -> Iterator[str]:
        """Yield the lines of the report."""
        if not self.stale:
            yield f"{self.layer} is up to date"
            return
        yield f"{self.layer} is stale:"
        if self.problem:
            yield f"  {self.problem}"
        yield from (f"  {change}" for change in self.changes)
        if self.outputs:
            yield f"  through {', '.join(self.outputs)}"
        elif self.changes and self.causes_known:
            yield (
                "  because of its own program or settings, a secret output, or a resource deleted "
                "outside Pulumi"
            )
        if self.replaced:
            yield (
                f"  replaced upstream: {', '.join(self.replaced)}. Resources attached to the old one are gone"
            )
            yield f"  Run first: {hints.make(f'refresh-{self.layer}', environment)}"
        yield f"  Run: {hints.make(f'deploy-{self.layer}', environment)}"


def look(environment: str, names: Sequence[str]) -> list[Finding]:
    """Return a finding for each deployed layer of these, in order.

    Raises:
        tools.deploy.pulumi_command.PulumiError: A state cannot be read.
    """
    every = tuple(LAYERS)
    with ThreadPoolExecutor(len(every)) as threads:
        states = dict(
            zip(every, threads.map(lambda name: Stack(name, environment).export(), every), strict=True)
        )
        deployed = [name for name in names if (state := states[name]) and state.custom_resources]
        return list(threads.map(lambda name: _finding(environment, name, states), deployed))


def _finding(environment: str, name: str, states: Mapping[str, Checkpoint | None]) -> Finding:
    own = states[name]
    assert own is not None, "only layers that are deployed are looked at"
    seen = {stack.split("/")[1]: outputs for stack, outputs in own.references().items()}
    outputs, replaced = [], []
    for upstream in upstream_of(name):
        state = states[upstream.name]
        if state is None:
            continue
        now = state.outputs
        before = seen.get(upstream.project, {})
        read = _read_by(name, upstream.name)
        outputs += [f"{each} of {upstream.name}" for each in _different(before, now) if each in read]
        younger = _naming_younger(state, own.written) & read
        replaced += [f"{each} of {upstream.name}" for each in sorted(younger)]
    try:
        changes = list(_changes(Stack(name, environment).preview_json()))
    except PulumiError as error:
        return Finding(name, outputs=outputs, replaced=replaced, problem=str(error))
    return Finding(name, changes, outputs if changes else (), replaced)


def _different(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the upstream outputs that have changed since they were read, without secrets."""
    return [
        name
        for name in sorted({*before, *now})
        if not is_secret(before.get(name))
        and not is_secret(now.get(name))
        and before.get(name) != now.get(name)
    ]


def _naming_younger(state: Checkpoint, moment: datetime) -> set[str]:
    """Return the outputs that name a resource created after a time."""
    made_since: set[str] = set()
    for each in state.custom_resources:
        if "created" in each and datetime.fromisoformat(each["created"]) > moment:
            named = (each.get("outputs", {}).get(key) for key in _NAMING)
            made_since |= {value for value in (each.get("id"), *named) if isinstance(value, str) and value}
    return {name for name, value in state.outputs.items() if made_since.intersection(_texts(value))}


def _texts(value: object) -> list[str]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _read_by(reader: str, provider: str) -> set[str]:
    """Return the outputs of a layer that another one reads."""
    from shared.infra.contracts import CONTRACTS, exports  # noqa: PLC0415 - the SDK takes a while to import

    return {name for name, export in exports(CONTRACTS[provider]).items() if reader in export.readers}


def _changes(preview: Mapping[str, Any]) -> Iterator[Change]:
    """Yield the changes of a preview; the three steps of a replacement are one change."""
    for step in preview.get("steps") or ():
        action, urn = str(step["op"]), str(step["urn"])
        if action in _UNCHANGED or action in ("create-replacement", "delete-replaced"):
            continue
        because = step.get("replaceReasons") or step.get("diffReasons") or ()
        yield Change(action, f"{_type_of(urn)} {name_of(urn)}", tuple(because))


def _type_of(urn: str) -> str:
    """Return the resource type in a URN: `urn:pulumi:dev::project::parent$aws:sqs/queue:Queue::name`."""
    return urn.split("::")[2].rsplit("$", 1)[-1]


def in_plan(plan: Mapping[str, Any], names: Sequence[str]) -> list[Finding]:
    """Return the findings from the embedded engine's plan (`python -m tools.local preview --json`)."""
    findings = []
    for name in names:
        layer_plan = plan["layers"].get(name, {})
        changes = [
            Change(each["operation"], f"{each['type']} {each['name']}", tuple(each.get("changed", ())))
            for each in layer_plan.get("changes", ())
        ]
        findings.append(Finding(name, changes, problem=layer_plan.get("error", ""), causes_known=False))
    return findings


def report(environment: str, findings: Sequence[Finding]) -> bool:
    """Print the findings; return whether a layer is stale."""
    for finding in findings:
        print("\n".join(finding.lines(environment)))
    return any(finding.stale for finding in findings)


def after_deploy(deployed: Stack, before: Checkpoint) -> None:
    """Report which layers must follow a layer that was deployed alone, without failing the deployment.

    If the deployment changed no output and replaced no resource behind one, nothing is checked.

    Args:
        deployed: The layer.
        before: Its state before the deployment.
    """
    try:
        now = deployed.export()
        assert now is not None, "it has just been deployed"
        # Secrets keep their ciphertext until their value changes.
        pairs = {name: (before.outputs.get(name), now.outputs.get(name)) for name in now.outputs}
        moved = {name for name, (old, new) in pairs.items() if old != new} | set(before.outputs) - set(pairs)
        moved |= _naming_younger(now, before.written)
        names = [each.name for each in consumers_of(deployed.layer)]
        concerned = [name for name in names if moved & _read_by(name, deployed.layer)]
        if report(deployed.environment, look(deployed.environment, concerned)):
            print(f"{deployed.layer} itself is deployed.")
    except PulumiError as error:
        print(f"cannot tell whether other layers are out of date: {error}", file=sys.stderr)


def main() -> int:
    """List the layers that are out of date, of all or of one's readers; exit code 1 if there is one."""
    parser = Parser(prog="python -m tools.deploy.stale", description=main.__doc__)
    parser.add_argument("environment", help="dev, prod ...: the name of the stacks")
    parser.add_argument(
        "--layer", choices=list(LAYERS), help="only the layers that read this layer's outputs"
    )
    parser.add_argument("--plan", choices=["-"], help="read the embedded engine's plan from standard input")
    options = parser.parse_args()
    chosen = [each.name for each in (consumers_of(options.layer) if options.layer else deployment_order())]
    try:
        findings = _planned(chosen) if options.plan else look(options.environment, chosen)
        return STALE if report(options.environment, findings) else 0
    except PulumiError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def _planned(names: Sequence[str]) -> list[Finding]:
    try:
        return in_plan(json.load(sys.stdin), names)
    except json.JSONDecodeError as error:
        raise PulumiError("the embedded engine printed no plan; see its error above") from error


if __name__ == "__main__":
    sys.exit(ended("stale", main, on_interrupt=NOTHING_CHANGED))
