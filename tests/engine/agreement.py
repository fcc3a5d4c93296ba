"""What a stack's state says, in one form for both engines, so that the two are equal or not.

Nothing is compared loosely. What differs by nature is taken out of both sides by name, here, with its reason:
values that AWS or chance makes anew (`GENERATED`, and resources' ids) are replaced by what they stand for.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.provider.values import SECRET, SIGNATURE, is_asset
from tools.local.engine.property_path import changed_at, parsed
from tools.local.engine.state import LayerState, ResourceState
from tools.local.engine.wire import abridged

Facts = dict[str, Any]
"""All that is compared of one resource."""

STACK = "pulumi:pulumi:Stack"
PROVIDER = "pulumi:providers:"
CLI_ONLY = frozenset({"__internal"})
"""Inputs of provider resources that say where the CLI has the plugin from: the embedded engine has none."""

GENERATED: Mapping[str, tuple[str, ...]] = {
    "aws:ec2/vpc:Vpc": (
        "defaultNetworkAclId",
        "defaultRouteTableId",
        "defaultSecurityGroupId",
        "mainRouteTableId",
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("networkInterfaceIds", "dnsEntries", "prefixListId"),
    "aws:iam/role:Role": ("createDate", "uniqueId"),
    "aws:dynamodb/table:Table": ("streamArn", "streamLabel"),
    "aws:lambda/function:Function": ("lastModified",),
    "aws:lambda/eventSourceMapping:EventSourceMapping": ("lastModified", "uuid"),
    "aws:apigateway/restApi:RestApi": ("createdDate", "rootResourceId"),
    "aws:apigateway/deployment:Deployment": ("createdDate",),
    "random:index/randomPassword:RandomPassword": ("result",),
}
"""Outputs that AWS, the time or chance makes anew with each creation, beside the resource's id."""


@dataclass(frozen=True)
class StackFacts:
    """One stack as an engine left it: facts by URN; and its resources' URNs in the state's order."""

    resources: Mapping[str, Facts]
    order: tuple[str, ...]

    @property
    def outputs(self) -> Any:
        """What the stack exports; secrets are marked."""
        (stack,) = (each for each in self.resources.values() if each["type"] == STACK)
        return stack["outputs"]


def of_checkpoint(exported: Mapping[str, Any]) -> StackFacts:
    """What `pulumi stack export --show-secrets` printed."""
    return _stack(_of_entry(each) for each in exported["deployment"]["resources"])


def of_embedded(state: LayerState) -> StackFacts:
    """A state of the embedded engine."""
    return _stack(_of_state(each) for each in state.resources)


class Names:
    """What stands for the values that two engines' worlds cannot have in common, now and in former states.

    A value is replaced wherever it stands, so that references to it must agree.
    """

    def __init__(self, **addresses: tuple[str, str]) -> None:
        """`addresses` are values that differ by nature: name -> the value of either side."""
        self._names: tuple[dict[str, str], dict[str, str]] = ({}, {})
        for name, values in addresses.items():
            self._add(name, values)

    def learn(self, one: Mapping[str, StackFacts], other: Mapping[str, StackFacts]) -> None:
        """Name what these states have generated; a layer that is not deployed again still refers to it."""
        first, second = _generated(one), _generated(other)
        for label in sorted(first.keys() & second.keys()):
            if first[label] != second[label]:
                self._add(label, (first[label], second[label]))

    def comparable(self, side: int, stacks: Mapping[str, StackFacts]) -> Any:
        """The stacks of one side, 0 or 1, with the names in the place of the values."""
        longest_first = sorted(self._names[side].items(), key=lambda item: -len(item[0]))

        def renamed(text: str) -> str:
            for value, name in longest_first:
                text = text.replace(value, name)
            return text

        return {
            layer: {urn: _mapped(renamed, facts) for urn, facts in stack.resources.items()}
            for layer, stack in stacks.items()
        }

    def _add(self, label: str, values: tuple[str, str]) -> None:
        name = f"<{label} {len(self._names[0])}>"
        for names, value in zip(self._names, values, strict=True):
            names.setdefault(value, name)


def differences(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Where two pieces of plain data differ, a line for each place."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted(one.keys() | other.keys()):
            where = f"{path}/{key}"
            if key not in one or key not in other:
                yield f"{where}: only {'the first' if key in one else 'the second'} has it"
            else:
                yield from differences(one[key], other[key], where)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (first, second) in enumerate(zip(one, other, strict=True)):
            yield from differences(first, second, f"{path}[{index}]")
    elif one != other or type(one) is not type(other):
        yield f"{path}: {one!r} != {other!r}"


def _stack(resources: Iterable[Facts]) -> StackFacts:
    listed = list(resources)
    found = {each["urn"]: each for each in listed}
    assert len(found) == len(listed), "a URN stands twice in the state: something waits to be deleted"
    return StackFacts(found, tuple(each["urn"] for each in listed))


def _of_entry(entry: Mapping[str, Any]) -> Facts:
    """One resource of a checkpoint."""
    return _facts(
        entry,
        inputs=_marked(entry.get("inputs", {})),
        outputs=_marked(entry.get("outputs", {})),
        property_dependencies=entry.get("propertyDependencies", {}),
        additional_secret_outputs=entry.get("additionalSecretOutputs", []),
        replace_on_changes=entry.get("replaceOnChanges", []),
        ignore_changes=entry.get("ignoreChanges", []),
        retain_on_delete=entry.get("retainOnDelete", False),
    )


def _of_state(state: ResourceState) -> Facts:
    """One resource of the embedded engine's state."""

    def marked(values: Any, secrets: Iterable[str]) -> Any:
        for path in secrets:
            values = changed_at(parsed(path), values, lambda value: {"secret": value})
        return values

    return _facts(
        vars(state),
        inputs=_without_hashes(marked(state.inputs, state.secret_inputs)),
        outputs=_without_hashes(marked(state.outputs, state.secret_outputs)),
        property_dependencies=state.property_dependencies,
        additional_secret_outputs=state.additional_secret_outputs,
        replace_on_changes=state.replace_on_changes,
        ignore_changes=state.ignore_changes,
        retain_on_delete=state.retain_on_delete,
    )


def _facts(
    entry: Mapping[str, Any],
    *,
    inputs: Any,
    outputs: Any,
    property_dependencies: Mapping[str, Any],
    **more: Any,
) -> Facts:
    own = PROVIDER in entry["type"]
    return {
        **{name: entry[name] for name in ("urn", "type", "custom")},
        **{name: entry.get(name, "") for name in ("id", "parent", "provider")},
        **{name: entry.get(name, False) for name in ("external", "protect")},
        # The engines list dependencies in the order in which their threads saw them.
        "dependencies": sorted(entry.get("dependencies", [])),
        # A refresh of the CLI leaves out those that depend on nothing, which says the same.
        "property_dependencies": {name: sorted(urns) for name, urns in property_dependencies.items() if urns},
        "inputs": {name: value for name, value in inputs.items() if not (own and name in CLI_ONLY)},
        "outputs": outputs,
        **more,
    }


def _marked(value: Any) -> Any:
    """A value of a checkpoint with its secrets opened and marked."""
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            return {"secret": _marked(json.loads(value["plaintext"]))}
        if is_asset(value):
            return _without_hashes(abridged(value))
        return {key: _marked(item) for key, item in value.items()}
    return [_marked(item) for item in value] if isinstance(value, list) else value


def _without_hashes(value: Any) -> Any:
    """Archives without fingerprints, which each engine takes in its own way: `codeSha256` compares them."""
    if is_asset(value):
        return {SIGNATURE: value[SIGNATURE]}
    if isinstance(value, Mapping):
        return {key: _without_hashes(item) for key, item in value.items()}
    return [_without_hashes(item) for item in value] if isinstance(value, list) else value


def _generated(stacks: Mapping[str, StackFacts]) -> dict[str, str]:
    """What stands for what: a label made of URN and property -> the value in these stacks."""
    found: dict[str, str] = {}
    for stack in stacks.values():
        for urn, facts in stack.resources.items():
            if facts["custom"]:
                found[f"{urn} id"] = facts["id"]
            for name in GENERATED.get(facts["type"], ()):
                found.update(_leaves(facts["outputs"].get(name), f"{urn} {name}"))
    return found


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]")
    elif isinstance(value, str) and value:
        yield path, value


def _mapped(change: Callable[[str], str], value: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _mapped(change, item) for key, item in value.items()}
    return [_mapped(change, item) for item in value] if isinstance(value, list) else value
