"""Run a verb on one layer, or on all in order up to the first failure."""

import json
import signal
import sys
from concurrent.futures import ThreadPoolExecutor

from shared.infra.layers import deployment_order, destroy_order
from tools.deploy import hints
from tools.deploy.guard import REFUSED, RefusedError
from tools.deploy.pulumi_command import PulumiError, Stack
from tools.deploy.verbs import ALONE, VERBS, Settings, Verb, outputs_as_data

PASSING_OVER = frozenset({"preview", "drift", "refresh", "outputs"})
"""Verbs that skip layers that are not deployed, and name them at the end."""
INTERRUPTED = frozenset({128 + signal.SIGINT, 128 + signal.SIGTERM})
"""Exit codes of an interrupted CLI."""
CHANGING = frozenset({"deploy", "refresh", "destroy"})


def one(verb: str, layer: str, environment: str, settings: Settings) -> int:
    """Run the verb on a layer and return the exit code."""
    try:
        return _act(ALONE[verb], Stack(layer, environment), settings)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return REFUSED


def every(verb: str, environment: str, settings: Settings) -> int:
    """Run the verb on all layers in order and return the exit code."""
    passed_over: list[str] = []
    drifted: list[str] = []
    for each in destroy_order() if verb == "destroy" else deployment_order():
        print(f"== {verb} {each.name} ({environment})", flush=True)
        try:
            code = _act(VERBS[verb], Stack(each.name, environment), settings)
        except RefusedError as error:
            if verb in PASSING_OVER:
                passed_over.append(str(error))
                continue
            print(error, file=sys.stderr)
            code = REFUSED
        if code and verb == "drift" and code not in INTERRUPTED:
            drifted.append(each.name)
        elif code:
            print(_how_to_go_on(verb, each.name, environment, code), file=sys.stderr)
            return code
    if passed_over:
        print("\n" + "\n".join(passed_over))
    if drifted:
        print(f"\ndiffers from the programs, or cannot be compared: {', '.join(drifted)}", file=sys.stderr)
    return 1 if drifted else 0


def _how_to_go_on(verb: str, layer: str, environment: str, code: int) -> str:
    again = hints.make(verb, environment)
    if code in INTERRUPTED:
        kept = "; finished operations are kept in its state" if verb in CHANGING else ""
        return (
            f"\n{verb} of {layer} was interrupted{kept}. The layers after it are unchanged. Resume with: "
            f"{again}"
        )
    if verb in CHANGING:
        return (
            f"\n{verb} of {layer} failed; the layers before it are done, those after it are unchanged.\n"
            f"Fix the cause above, then resume with: {again}"
        )
    return (
        f"\n{verb} of {layer} failed; the layers after it were not checked. Fix the cause above, then: "
        f"{again}"
    )


def outputs_as_json(layer: str | None, environment: str) -> int:
    """Print the outputs of a layer, or of each deployed layer by name, as JSON."""
    names = [layer] if layer else [each.name for each in deployment_order()]
    try:
        with ThreadPoolExecutor(len(names)) as threads:
            found = list(threads.map(lambda name: outputs_as_data(Stack(name, environment)), names))
    except PulumiError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    deployed = {name: each for name, each in zip(names, found, strict=True) if each is not None}
    print(json.dumps(deployed.get(layer, {}) if layer else deployed, indent=2))
    return 0


def _act(verb: Verb, stack: Stack, settings: Settings) -> int:
    try:
        return verb(stack, settings)
    except PulumiError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
