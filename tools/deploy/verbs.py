"""What each verb does to one layer of an environment, through the Pulumi CLI; returns an exit code."""

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
"""`namespace:key=value`, for this run."""
Verb = Callable[[Stack, Settings], int]
_SALT = "encryptionsalt"


def preview(stack: Stack, settings: Settings = ()) -> int:
    """Show what a deployment would change; a stack that does not exist yet is made for it, empty."""
    guard.upstream_ready(stack.layer, stack.environment, "previewed")
    made = 0 if stack.export() else _made(stack)
    return made or run(stack.words("preview", "--diff", *_own(stack, settings))).code


def deploy(stack: Stack, settings: Settings = ()) -> int:
    """Bring the layer to what its program wants; makes the stack if need be."""
    guard.upstream_ready(stack.layer, stack.environment)
    made = 0 if _settled(stack) else _made(stack)
    return made or run_when_free(stack, "up", "--yes", *_own(stack, settings))


def deploy_alone(stack: Stack, settings: Settings = ()) -> int:
    """`deploy`, and then say which layers have to follow."""
    before = stack.export()
    code = deploy(stack, settings)
    if not code and before is not None:
        stale.after_deploy(stack, before)
    return code


def refresh(stack: Stack, settings: Settings = ()) -> int:
    """Bring the state in line with what really exists."""
    del settings
    _required(stack, _settled(stack))
    return run_when_free(stack, "refresh", "--yes")


def drift(stack: Stack, settings: Settings = ()) -> int:
    """Compare what really exists with what the program wants, and change nothing; fails where they differ."""
    _required(stack, stack.export())
    words = ("preview", "--refresh", "--expect-no-changes", "--diff", *_own(stack, settings))
    return run(stack.words(*words)).code


def outputs(stack: Stack, settings: Settings = ()) -> int:
    """Print what the layer exports, secrets masked."""
    del settings
    _required(stack, stack.export())
    return run(stack.words("stack", "output")).code


def outputs_as_data(stack: Stack) -> Mapping[str, Any] | None:
    """Return what the layer exports, secrets masked; None where it is not deployed."""
    state = stack.export()
    if state is None:
        return None
    return {name: "[secret]" if is_secret(value) else value for name, value in state.outputs.items()}


def destroy(stack: Stack, settings: Settings = ()) -> int:
    """Delete the layer's resources, then the stack itself, so that no state is left."""
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
"""What a verb does where one layer is named, and no later one follows."""


def _settled(stack: Stack) -> Checkpoint | None:
    """Return the stack's state once nothing in it is left half-done; None where it does not exist."""
    state = stack.export()
    if state is not None and state.pending:
        recover(stack, state)
        return stack.export()
    return state


def _made(stack: Stack) -> int:
    """Make the stack; the CLI may write into the file of its settings."""
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
    """Each layer gets the settings of its own namespace, and those of every layer."""
    namespaces = (f"{layer(stack.layer).project}:", "aws:", "pulumi:")
    return [word for each in settings if each.startswith(namespaces) for word in ("--config", each)]
