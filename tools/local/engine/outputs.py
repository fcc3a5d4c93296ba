"""Print the outputs of layers, with masked secrets unless requested."""

import json
from typing import Any

from shared.infra.layers import deployment_order
from tools.local.engine.embedded import Environment

MASK = "[secret]"


def layer_outputs(environment: Environment, layer: str, *, show_secrets: bool = False) -> dict[str, Any]:
    """Return the outputs of a layer; empty if it is not deployed.

    Raises:
        tools.local.engine.errors.ForeignStateError: The state belongs to an emulator that has ended.
    """
    state = environment.store().read(layer)
    if state is None:
        return {}
    return {
        name: value if show_secrets or name not in state.secret_outputs else MASK
        for name, value in sorted(state.outputs.items())
    }


def print_outputs(
    environment: Environment, only: str | None, *, as_json: bool = False, show_secrets: bool = False
) -> int:
    """Print the outputs of one layer or all; return an exit code."""
    names = [each.name for each in deployment_order() if only in (None, each.name)]
    found = {name: layer_outputs(environment, name, show_secrets=show_secrets) for name in names}
    if as_json:
        print(json.dumps(found[only] if only else found, indent=2))
        return 0
    for name, outputs in found.items():
        print(f"{name} ({environment.stack})" + ("" if outputs else ": not deployed"))
        width = max(map(len, outputs), default=0)
        for output, value in sorted(outputs.items()):
            print(f"    {output:<{width}}  {value if isinstance(value, str) else json.dumps(value)}")
    return 0
