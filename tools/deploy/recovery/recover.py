"""Recover a stack after a killed update.

The engine cannot know whether an interrupted creation succeeded and leaves it as a pending operation. The
next deployment would create the resource again, or fail because its name is taken. Therefore each one is
looked up in AWS by its inputs. Existing resources are added to the state by export and import; a refresh then
settles interrupted updates and deletions. All calls go through the CLI and thereby the stack's lock.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from emulator.provider.errors import UnknownTypeError
from tools.deploy import hints
from tools.deploy.checkpoint import Checkpoint, PendingOperation
from tools.deploy.locks import run_when_free
from tools.deploy.pulumi_command import PulumiError, Stack
from tools.deploy.recovery.clients import Clients, clients
from tools.deploy.recovery.lookup import find

_CREATING = "creating"


def recover(stack: Stack, state: Checkpoint, aws: Clients | None = None) -> None:
    """Settle all pending operations of a stack and report the results.

    Raises:
        tools.deploy.pulumi_command.PulumiError: The stack is locked, or a lookup failed; nothing was changed.
    """
    print(f"{stack} has {len(state.pending)} pending operations from an interrupted run:")
    found = _found(stack, state.pending, aws or clients())
    for each in state.pending:
        print(f"  {each}: {_fate(each, found)}", flush=True)
    document = adopted(state.document, found)
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(document, file)
        file.flush()
        if run_when_free(stack, "stack", "import", "--file", file.name):
            raise PulumiError(f"{stack} is unchanged; its operations are still pending")
    if run_when_free(stack, "refresh", "--yes", "--skip-preview"):
        again = hints.make(f"refresh-{stack.layer}", stack.environment)
        raise PulumiError(f"{stack} has adopted its resources, but the refresh failed. Run: {again}")


def _found(stack: Stack, pending: Sequence[PendingOperation], aws: Clients) -> Mapping[str, str]:
    """Return URN -> id of the resources that were created."""
    found = {}
    for each in pending:
        if each.kind != _CREATING:
            continue
        try:
            resource_id = find(aws, each.resource["type"], each.resource["inputs"])
        except (UnknownTypeError, BotoCoreError, ClientError, KeyError) as error:
            raise PulumiError(
                f"cannot determine whether {each.resource['type']} {each.name} was created: {error!r}.\n"
                f"Set AWS credentials of this account and run the same command again. To resolve it by hand, "
                f"look it up in AWS, then: {stack.shown('refresh')}"
            ) from error
        if resource_id:
            found[each.urn] = resource_id
    return found


def _fate(operation: PendingOperation, found: Mapping[str, str]) -> str:
    if operation.kind != _CREATING:
        return "its state is refreshed"
    if operation.urn in found:
        return f"it exists; adopting it as {found[operation.urn]}"
    return "it does not exist and will be created"


def adopted(document: Mapping[str, Any], found: Mapping[str, str]) -> dict[str, Any]:
    """Return an exported state without pending operations, with the existing resources added.

    Args:
        document: Output of `pulumi stack export`.
        found: URN -> id.
    """
    result = deepcopy(dict(document))
    deployment = result["deployment"]
    resources = list(deployment.get("resources") or ())
    for operation in deployment.pop("pending_operations", ()):
        urn = operation["resource"]["urn"]
        if urn in found:
            _place(resources, _with_id(operation["resource"], found[urn]))
    deployment["resources"] = resources
    return result


def _with_id(resource: Mapping[str, Any], resource_id: str) -> dict[str, Any]:
    """Return a resource as if just created; the refresh sets its outputs."""
    inputs = {name: value for name, value in resource["inputs"].items() if name != "__defaults"}
    return {**resource, "id": resource_id, "outputs": {**inputs, **(resource.get("outputs") or {})}}


def _place(resources: list[dict[str, Any]], made: dict[str, Any]) -> None:
    """Insert a resource in place of the one it replaces, or else at the end, after its dependencies."""
    for position, old in enumerate(resources):
        if old["urn"] == made["urn"] and not old.get("delete"):
            resources[position] = made
            if not old.get("pendingReplacement"):
                resources.append({**old, "delete": True})
            return
    resources.append(made)
