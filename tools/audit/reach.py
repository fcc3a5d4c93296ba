"""``make reach``: what each function reaches over the network, computed from what the programs register.

A connection needs all of it: a route out of each of the function's subnets, a rule that lets it out of one of
its groups, for an interface endpoint a rule that lets it in, and for the call itself the endpoint's policy.
The endpoint's policy is evaluated as the embedded AWS evaluates policies.

Sources: "Control traffic to your AWS resources using security groups" in the VPC user guide; "Gateway
endpoints" and "Control access to VPC endpoints using endpoint policies" in the AWS PrivateLink guide.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.cloud.authorization.policy import Decision, Principal, Query, decide, parse_policy
from tools.deploy.program_runner.recorded import Estate, Resource
from tools.deploy.program_runner.recording import estate
from tools.terminal.ending import NOTHING_CHANGED, ended

ANYWHERE = "an address, by a route out of the VPC"
_EGRESS = "vpc/securityGroupEgressRule:SecurityGroupEgressRule"
_INGRESS = "vpc/securityGroupIngressRule:SecurityGroupIngressRule"
_ENDPOINT = "ec2/vpcEndpoint:VpcEndpoint"

Call = tuple[str, str]
"""An action, and the name of what it is on."""


@dataclass(frozen=True)
class Way:
    """One destination that packets of a function get to, and what the function's role may do there."""

    to: str
    port: str
    calls: frozenset[Call]


def ways(found: Estate) -> Mapping[str, tuple[Way, ...]]:
    """Function -> its ways out of the VPC, each once."""
    return {
        function.name: tuple(sorted(set(_of_function(found, function)), key=lambda way: way.to))
        for function in found.of_type("lambda/function:Function")
    }


def _of_function(found: Estate, function: Resource) -> Iterator[Way]:
    place = function.inputs.get("vpcConfig") or {}
    if not place.get("subnetIds"):
        yield Way(f"{ANYWHERE}: it is in no subnet", "all", frozenset())
    tables = {
        each.inputs["routeTableId"]
        for each in found.of_type("ec2/routeTableAssociation:RouteTableAssociation")
        if each.inputs["subnetId"] in place.get("subnetIds", ())
    }
    for rule in found.of_type(_EGRESS):
        if rule.inputs["securityGroupId"] in place.get("securityGroupIds", ()):
            yield from _through(found, function, rule, tables)


def _through(found: Estate, function: Resource, rule: Resource, tables: set[str]) -> Iterator[Way]:
    """Where one rule lets the function out to, if a route leads there."""
    inputs, port = rule.inputs, _ports(rule)
    if (inputs.get("cidrIpv4") or inputs.get("cidrIpv6")) and _leads_out(found, tables):
        yield Way(ANYWHERE, port, frozenset())
    for endpoint in found.of_type(_ENDPOINT):
        by_prefix_list = endpoint.outputs.get("prefixListId") == inputs.get("prefixListId")
        gateway = endpoint.inputs["vpcEndpointType"] == "Gateway"
        if gateway and by_prefix_list and tables & set(endpoint.inputs.get("routeTableIds", ())):
            yield _way(endpoint, function, port)
        group = inputs.get("referencedSecurityGroupId")
        groups = endpoint.inputs.get("securityGroupIds", ())
        if not gateway and group in groups and _lets_in(found, groups, rule):
            yield _way(endpoint, function, port)


def _leads_out(found: Estate, tables: set[str]) -> bool:
    """Whether a route leads from one of the tables to anything but an endpoint."""
    listed = [
        each
        for table in found.of_type("ec2/routeTable:RouteTable")
        if table.id in tables
        for each in table.inputs.get("routes") or ()
    ]
    alone = [each for each in found.of_type("ec2/route:Route") if each.inputs["routeTableId"] in tables]
    return bool(listed or alone)


def _lets_in(found: Estate, groups: list[str], out: Resource) -> bool:
    """Whether an endpoint's group takes what a rule lets out of a function's group."""
    return any(
        rule.inputs["securityGroupId"] in groups
        and rule.inputs.get("referencedSecurityGroupId") == out.inputs["securityGroupId"]
        and _ports(rule) == _ports(out)
        for rule in found.of_type(_INGRESS)
    )


def _ports(rule: Resource) -> str:
    protocol, first, last = (rule.inputs.get(name) for name in ("ipProtocol", "fromPort", "toPort"))
    return (
        "all"
        if protocol == "-1"
        else f"{protocol} {first}"
        if first == last
        else f"{protocol} {first}-{last}"
    )


def _way(endpoint: Resource, function: Resource, port: str) -> Way:
    service = endpoint.inputs["serviceName"].rpartition(".")[2]
    return Way(service, port, frozenset(_calls(endpoint, function.inputs["role"])))


def _calls(endpoint: Resource, role: str) -> Iterator[Call]:
    """What an endpoint's policy lets the role do: all that it names, tried as the role."""
    text = endpoint.inputs.get("policy")
    if not text:
        yield "every action", "everything"
        return
    statements = parse_policy(text, str(endpoint))
    principal = Principal(arn=role)
    for statement in json.loads(text)["Statement"]:
        for action in _listed(statement["Action"]):
            for resource in _listed(statement["Resource"]):
                context = {"aws:principalarn": (role,), **_items(statement)}
                if decide(statements, Query(action, resource, context, principal)) is Decision.ALLOW:
                    yield action, resource.rpartition(":")[2].removeprefix("table/")


def _items(statement: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The items that a statement is about, by their keys' patterns."""
    keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys")
    return {"dynamodb:leadingkeys": tuple(keys)} if keys else {}


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def page(found: Estate) -> str:
    """The ways of every function as the page of the docs."""
    lines = [
        "# What each function reaches",
        "",
        "Computed from routes, security groups and endpoint policies by `make reach`; a test compares the",
        "page with the programs. Nothing in the VPC reaches the internet or is reachable from it. Names end",
        "in the environment's suffix.",
        "",
        "| function | reaches | on | allowed actions |",
        "|---|---|---|---|",
    ]
    for function, of_function in sorted(ways(found).items()):
        for way in of_function:
            calls = ", ".join(f"{action} on {_stem(on, found)}" for action, on in sorted(way.calls))
            lines.append(f"| {_stem(function, found)} | {way.to} | {way.port} | {calls or 'nothing'} |")
    return "\n".join(lines) + "\n"


def _stem(name: str, found: Estate) -> str:
    return name.removesuffix(f"-{found.suffix}")


def main() -> int:
    """Print the page."""
    sys.stdout.write(page(estate("dev")))
    return 0


if __name__ == "__main__":
    sys.exit(ended("reach", main, on_interrupt=NOTHING_CHANGED))
