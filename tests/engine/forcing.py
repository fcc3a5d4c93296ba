"""Forces resources of a copied project to be replaced while they keep their names.

A resource whose type has a property that AWS sets for good, other than what names it, gets that property
changed, by a transform that the copy's `__main__.py` registers. Where the name is all there is, the engine is
told to replace the resource as it stands.
"""

import json
from collections.abc import Mapping
from typing import Any

from emulator.provider.registry import RESOURCES
from tests.engine.stack_state import StackState
from tests.engine.world import World

CHANGED_PROPERTY: Mapping[str, str] = {
    "aws:dynamodb/table:Table": "hash_key",
    "aws:iam/role:Role": "path",
    "aws:lambda/permission:Permission": "source_account",
    "aws:apigateway/model:Model": "content_type",
    "aws:apigateway/integration:Integration": "credentials",
    "aws:pipes/pipe:Pipe": "source_parameters",
}
"""The property (as Python spells it) that `changed` alters, by type."""
WITH_ITS_VPC = frozenset({"aws:ec2/securityGroup:SecurityGroup"})
"""Types of which a VPC has a name once, and that are in use: only another VPC replaces them."""
VPC = "aws:ec2/vpc:Vpc"
NAME_ALONE = frozenset(
    {token for token, known in RESOURCES.items() if known.auto_name and token.startswith("aws:")}
    | {"aws:apigateway/stage:Stage", "aws:cloudwatch/dashboard:Dashboard"}
) - {*CHANGED_PROPERTY, *WITH_ITS_VPC}
"""Types whose name, or what holds them, is all that forces a replacement on the embedded AWS."""

_FORCED = "forced.json"
_TRANSFORM = '''"""Changes one property of each resource that is to be replaced."""

import json
from pathlib import Path

import pulumi

FORCED = json.loads((Path(__file__).parent / "{file}").read_text())


def change(arguments):
    name = FORCED.get(f"{{arguments.type_}} {{arguments.name}}")
    if name is None:
        return None
    properties = dict(arguments.props)
    if name == "hash_key":
        properties["attributes"] = [
            type(each)(name=each.name + "_2" * (each.name == properties[name]), type=each.type)
            for each in properties["attributes"]
        ]
        properties[name] += "_2"
    elif name == "path":
        properties[name] = "/replaced/"
    elif name == "source_account":
        properties[name] = "123456789012"
    elif name == "content_type":
        properties[name] = "application/vnd.replaced+json"
    elif name == "credentials":
        properties[name] = "arn:aws:iam::123456789012:role/replaced"
    elif name == "source_parameters":
        properties[name].dynamodb_stream_parameters.starting_position = "LATEST"
    return pulumi.ResourceTransformationResult(properties, arguments.opts)


pulumi.runtime.register_stack_transformation(change)
'''


def prepare(world: World) -> None:
    """Have every program of the copy ask what is to be replaced; nothing is, yet."""
    (world.project / "stacks" / "forced.py").write_text(_TRANSFORM.format(file=_FORCED), "utf-8")
    (world.project / "stacks" / _FORCED).write_text("{}", "utf-8")
    for main in (world.project / "stacks").glob("*/__main__.py"):
        text = main.read_text("utf-8")
        main.write_text(
            text.replace("from shared.infra", "import stacks.forced\nfrom shared.infra", 1), "utf-8"
        )


def force(world: World, resources: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Make the next deployment replace these resources of a state; the options that it needs for that.

    What is replaced with its VPC alone is replaced with its VPC.
    """
    path = world.project / "stacks" / _FORCED
    forced = json.loads(path.read_text("utf-8"))
    options = []
    for urn, each in resources.items():
        if each["type"] in CHANGED_PROPERTY:
            forced[f"{each['type']} {urn.rpartition('::')[2]}"] = CHANGED_PROPERTY[each["type"]]
        elif each["type"] in WITH_ITS_VPC:
            (vpc,) = (above for above in each["dependencies"] if above.split("::")[2] == VPC)
            options += ["--replace", vpc]
        else:
            options += ["--replace", urn]
    path.write_text(json.dumps(forced), "utf-8")
    return options


def named(state: StackState) -> dict[str, dict[str, Any]]:
    """The resources of a state that have a name of their own and can be replaced by themselves, by URN."""
    return {
        urn: each for urn, each in state.resources.items() if each["type"] in {*CHANGED_PROPERTY, *NAME_ALONE}
    }


def held_by_vpc(state: StackState) -> dict[str, dict[str, Any]]:
    """Those that are replaced with their VPC alone."""
    return {urn: each for urn, each in state.resources.items() if each["type"] in WITH_ITS_VPC}


def independent_groups(state: StackState) -> list[dict[str, dict[str, Any]]]:
    """The named resources in groups of which none depends on another: what holds one stays as it is."""
    entries = {each["urn"]: each for each in state.entries}
    depths: dict[str, int] = {}

    def depth(urn: str) -> int:
        if urn not in depths:
            above = [depth(each) for each in above_of(entries[urn])]
            depths[urn] = max(above, default=0) + (urn in chosen)
        return depths[urn]

    def above_of(entry: Mapping[str, Any]) -> list[str]:
        return [each for each in (entry.get("parent"), *(entry.get("dependencies") or ())) if each in entries]

    chosen = named(state)
    groups: dict[int, dict[str, dict[str, Any]]] = {}
    for urn, each in chosen.items():
        groups.setdefault(depth(urn), {})[urn] = each
    return [groups[at] for at in sorted(groups)]
