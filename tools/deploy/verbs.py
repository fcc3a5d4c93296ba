"""Verbs on a layer of an environment, run by the Pulumi CLI; each returns an exit code."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from shared.infra.layers import layer
from tools.deploy import guard, hints, stale
from tools.deploy.checkpoint import Checkpoint, is_secret
from tools.deploy.locks import run_when_free
from tools.deploy.project import ROOT, settings_file
from tools.deploy.pulumi_command import Stack, run
from tools.deploy.recovery.recover import recover

Settings = Sequence[str]
"""`namespace:key=value` overrides for this run."""
Verb = Callable[[Stack, Settings], int]
_SALT = "encryptionsalt"


def preview(stack: Stack, settings: Settings = ()) -> int:
    """Preview a deployment; a missing stack is created empty."""
    guard.upstream_ready(stack.layer, stack.environment, "previewed")
    made = 0 if stack.export() else _made(stack)
    return made or run(stack.words("preview", "--diff", *_own(stack, settings))).code


def deploy(stack: Stack, settings: Settings = ()) -> int:
    """Deploy the layer; a missing stack is created."""
    guard.upstream_ready(stack.layer, stack.environment)
    made = 0 if _settled(stack) else _made(stack)
    return made or run_when_free(stack, "up", "--yes", *_own(stack, settings))


def deploy_alone(stack: Stack, settings: Settings = ()) -> int:
    """Deploy the layer and report which layers must follow."""
    before = stack.export()
    code = deploy(stack, settings)
    if not code and before is not None:
        stale.after_deploy(stack, before)
    return code


def refresh(stack: Stack, settings: Settings = ()) -> int:
    """Update the state from the existing resources."""
    del settings
    _required(stack, _settled(stack))
    return run_when_free(stack, "refresh", "--yes")


def drift(stack: Stack, settings: Settings = ()) -> int:
    """Compare the existing resources with the program without changes; fail if they differ."""
    _required(stack, stack.export())
    words = ("preview", "--refresh", "--expect-no-changes", "--diff", *_own(stack, settings))
    return run(stack.words(*words)).code


def outputs(stack: Stack, settings: Settings = ()) -> int:
    """Print the layer's outputs with masked secrets."""
    del settings
    _required(stack, stack.export())
    return run(stack.words("stack", "output")).code


def outputs_as_data(stack: Stack) -> Mapping[str, Any] | None:
    """Return the layer's outputs with masked secrets, or None if it is not deployed."""
    state = stack.export()
    if state is None:
        return None
    return {name: "[secret]" if is_secret(value) else value for name, value in state.outputs.items()}


def destroy(stack: Stack, settings: Settings = ()) -> int:
    """Delete the layer's resources, then the stack."""
    del settings
    guard.downstream_empty(stack.layer, stack.environment)
    if _settled(stack) is None:
        print(f"{stack} does not exist: nothing to destroy")
        return 0
    return run_when_free(stack, "destroy", "--yes") or stack.remove()


VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "preview": preview,
        "deploy": deploy,
        "refresh": refresh,
        "drift": drift,
        "outputs": outputs,
        "destroy": destroy,
    }
)
ALONE: Mapping[str, Verb] = MappingProxyType({**VERBS, "deploy": deploy_alone})
"""Verbs for a single layer, without the later ones."""


def _settled(stack: Stack) -> Checkpoint | None:
    """Return the stack's state after recovery of pending operations, or None if it does not exist."""
    state = stack.export()
    if state is not None and state.pending:
        recover(stack, state)
        return stack.export()
    return state


def _made(stack: Stack) -> int:
    """Create the stack; the CLI may write to its settings file."""
    settings = settings_file(stack.layer, stack.environment)
    before = settings.read_text("utf-8")
    code = stack.initialise()
    if _SALT in settings.read_text("utf-8") and _SALT not in before:
        print(
            f"The CLI added this stack's {_SALT} to {settings.relative_to(ROOT)} (and quoted its values, "
            "which changes nothing): commit it. The stack's secrets are readable only with it and the "
            "passphrase."
        )
    return code


def _required(stack: Stack, state: Checkpoint | None) -> None:
    if state is None:
        deploy_it = hints.make(f"deploy-{stack.layer}", stack.environment)
        raise guard.RefusedError(f"{stack} does not exist: {stack.layer} is not deployed. Run: {deploy_it}")


def _own(stack: Stack, settings: Settings) -> list[str]:
    """Return the settings in the layer's namespace and in shared ones."""
    namespaces = (f"{layer(stack.layer).project}:", "aws:", "pulumi:")
    return [word for each in settings if each.startswith(namespaces) for word in ("--config", each)]
