"""What Pulumi itself does not check between the stacks of different projects.

`upstream-ready` before a layer is deployed, `downstream-empty` before it is destroyed. Usable alone:
`python -m tools.deploy.guard upstream-ready compute dev`. Exit code 0: go ahead; 3: refused, with the
reason and the command that mends it; 1: it cannot be told, because the CLI or its backend did not answer.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType

from shared.infra.layers import LAYERS, Layer, consumers_of, upstream_of
from tools.deploy import hints
from tools.deploy.checkpoint import Checkpoint
from tools.deploy.pulumi_command import PulumiError, Stack

REFUSED = 3


class RefusedError(RuntimeError):
    """An operation is refused because it would fail midway; the message says what to run first."""


def upstream_ready(layer: str, environment: str, verb: str = "deployed") -> None:
    """Check that all upstream stacks exist, are complete, and export their contracts.

    Raises:
        RefusedError: A stack is not ready; names each one and the command that deploys it.
        tools.deploy.pulumi_command.PulumiError: A state cannot be read.
    """
    upstream = upstream_of(layer)
    states = _states(upstream, environment)
    missing = [
        f"  {Stack(each.name, environment)} {lack}. Run: {hints.make(f'deploy-{each.name}', environment)}"
        for each, state in zip(upstream, states, strict=True)
        if (lack := _lack(each.name, state))
    ]
    if missing:
        raise RefusedError("\n".join([f"{layer} cannot be {verb} yet:", *missing]))


def downstream_empty(layer: str, environment: str) -> None:
    """Check that no downstream layer has resources.

    Raises:
        RefusedError: A layer has resources; names each one and the command that destroys it.
        tools.deploy.pulumi_command.PulumiError: A state cannot be read.
    """
    consumers = consumers_of(layer)
    states = _states(consumers, environment)
    standing = [
        f"  {Stack(each.name, environment)}, which depends on it, still has {_held(state)}. "
        f"Run first: {hints.make(f'destroy-{each.name}', environment)}"
        # In destroy order.
        for each, state in reversed(list(zip(consumers, states, strict=True)))
        if state and _held(state)
    ]
    if standing:
        raise RefusedError("\n".join([f"{layer} cannot be destroyed yet:", *standing]))


def _lack(layer: str, state: Checkpoint | None) -> str | None:
    """Return what makes the layer's outputs unusable."""
    if state is None:
        return "does not exist"
    if not state.custom_resources:
        return "is empty"
    if state.pending:
        return "was interrupted, or is being deployed now: " + ", ".join(map(str, state.pending))
    from shared.infra.contracts import CONTRACTS, exports  # noqa: PLC0415 - the SDK takes a while to import

    absent = [name for name in exports(CONTRACTS[layer]) if state.outputs.get(name) is None]
    return f"lacks the output{'s' * (len(absent) > 1)} {', '.join(absent)}" if absent else None


def _held(state: Checkpoint) -> str:
    """Return a description of the resources in a stack; empty if there are none."""
    counts = {"resources": len(state.custom_resources), "pending operations": len(state.pending)}
    return " and ".join(f"{count} {what}" for what, count in counts.items() if count)


def _states(layers: Sequence[Layer], environment: str) -> list[Checkpoint | None]:
    """Return the states of the layers, exported concurrently because the CLI is slow."""
    if not layers:
        return []
    with ThreadPoolExecutor(len(layers)) as threads:
        return list(threads.map(lambda each: Stack(each.name, environment).export(), layers))


GUARDS: Mapping[str, Callable[[str, str], None]] = MappingProxyType(
    {"upstream-ready": upstream_ready, "downstream-empty": downstream_empty}
)


def main() -> int:
    """Check one guard of one layer."""
    parser = argparse.ArgumentParser(prog="python -m tools.deploy.guard", description=__doc__)
    parser.add_argument("guard", choices=list(GUARDS))
    parser.add_argument("layer", choices=list(LAYERS))
    parser.add_argument("environment", help="dev, prod ...: the name of the stacks")
    options = parser.parse_args()
    try:
        GUARDS[options.guard](options.layer, options.environment)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return REFUSED
    except PulumiError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
