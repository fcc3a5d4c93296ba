"""What each verb does to one layer of an environment, through the Pulumi CLI; returns the CLI's exit code."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from operations import guard, hints
from operations.project import ROOT, STACKS
from operations.pulumi_command import Stack, run
from shared.infra.layers import layer

Settings = Sequence[str]
"""`namespace:key=value`, for this run."""
_SALT = "encryptionsalt"


def preview(stack: Stack, settings: Settings = ()) -> int:
    """Show what a deployment would change; a stack that does not exist yet is made for it, empty."""
    guard.upstream_ready(stack.layer, stack.environment, "previewed")
    return _made(stack) or run(stack.words("preview", "--diff", *_own(stack, settings))).code


def deploy(stack: Stack, settings: Settings = ()) -> int:
    """Bring the layer to what its program wants; makes the stack if need be."""
    guard.upstream_ready(stack.layer, stack.environment)
    return _made(stack) or run(stack.words("up", "--yes", *_own(stack, settings))).code


def refresh(stack: Stack) -> int:
    """Bring the state in line with what really exists."""
    return run(_existing(stack).words("refresh", "--yes")).code


def outputs(stack: Stack) -> int:
    """Print what the layer exports, secrets masked."""
    return run(_existing(stack).words("stack", "output")).code


def destroy(stack: Stack) -> int:
    """Delete the layer's resources, then the stack itself, so that no state is left."""
    guard.downstream_empty(stack.layer, stack.environment)
    if stack.export() is None:
        print(f"{stack} does not exist: nothing to destroy")
        return 0
    return run(stack.words("destroy", "--yes")).code or stack.remove()


VERBS: Mapping[str, Callable[[Stack, Settings], int]] = MappingProxyType(
    {
        "preview": preview,
        "deploy": deploy,
        "refresh": lambda stack, _: refresh(stack),
        "outputs": lambda stack, _: outputs(stack),
        "destroy": lambda stack, _: destroy(stack),
    }
)


def _made(stack: Stack) -> int:
    if stack.export() is not None:
        return 0
    settings = STACKS / stack.layer / f"Pulumi.{stack.environment}.yaml"
    before = settings.read_text("utf-8")
    code = stack.initialise()
    if _SALT in settings.read_text("utf-8") and _SALT not in before:
        print(
            f"{settings.relative_to(ROOT)} has got this stack's {_SALT} (and quotes around its values, which "
            f"change nothing): commit it. Without it and the passphrase nobody can read the stack's secrets."
        )
    return code


def _existing(stack: Stack) -> Stack:
    if stack.export() is None:
        deploy_it = hints.make(f"deploy-{stack.layer}", stack.environment)
        raise guard.RefusedError(f"{stack} does not exist: {stack.layer} is not deployed. Run: {deploy_it}")
    return stack


def _own(stack: Stack, settings: Settings) -> list[str]:
    """Each layer gets the settings of its own namespace, and those of every layer."""
    namespaces = (f"{layer(stack.layer).project}:", "aws:", "pulumi:")
    return [word for each in settings if each.startswith(namespaces) for word in ("--config", each)]
