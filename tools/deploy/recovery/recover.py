"""Brings a stack whose run was killed back to where the next one can go on from.

The engine writes down what it begins. Of a creation it cannot know afterwards whether it came about, and
leaves it as a pending operation; deployed as it stands, the resource would be made a second time, or refused
for its name. So each is looked up in AWS by what its inputs say. What exists is taken into the state, by
export and import of the state; then a refresh reads how everything really is, which settles interrupted
updates and deletions too. All of it goes through the CLI, and so through the stack's lock.
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
    """Settle every pending operation of a stack, and say what became of each.

    Raises:
        tools.deploy.pulumi_command.PulumiError: another run holds the stack, or AWS cannot be asked;
            nothing is changed then.
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
    """URN -> id of what was created all the same."""
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
    """Return an exported state without pending operations, with the resources that exist all the same.

    Args:
        document: as `pulumi stack export` prints it.
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
    """A resource as if it had just been created; the outputs that AWS decides come with the refresh."""
    inputs = {name: value for name, value in resource["inputs"].items() if name != "__defaults"}
    return {**resource, "id": resource_id, "outputs": {**inputs, **(resource.get("outputs") or {})}}


def _place(resources: list[dict[str, Any]], made: dict[str, Any]) -> None:
    """Put a resource where the one stood that it replaces; else at the end, after all that it depends on."""
    for position, old in enumerate(resources):
        if old["urn"] == made["urn"] and not old.get("delete"):
            resources[position] = made
            if not old.get("pendingReplacement"):
                resources.append({**old, "delete": True})
            return
    resources.append(made)
