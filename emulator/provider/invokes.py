"""Functions that programs call: facts about account and region, and policy documents."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from emulator.provider.cloud import Cloud
from emulator.provider.errors import ProviderError, UnknownTypeError
from emulator.provider.resource import Properties
from emulator.provider.values import pruned


def call(cloud: Cloud, token: str, arguments: Properties) -> dict[str, Any]:
    """Answer a function call.

    Raises:
        UnknownTypeError: there is no such function here.
    """
    try:
        function = FUNCTIONS[token]
    except KeyError:
        known = ", ".join(sorted(FUNCTIONS))
        raise UnknownTypeError(f"the embedded AWS has no function {token}; it has {known}") from None
    return function(cloud, {name: value for name, value in arguments.items() if value is not None})


def _caller_identity(cloud: Cloud, arguments: Properties) -> dict[str, Any]:
    del arguments
    found = cloud.client("sts").get_caller_identity()
    account = found["Account"]
    return {"accountId": account, "arn": found["Arn"], "userId": found["UserId"], "id": account}


def _region(cloud: Cloud, arguments: Properties) -> dict[str, Any]:
    del arguments
    name = cloud.region
    endpoint = f"ec2.{name}.amazonaws.com"
    return {
        "id": name,
        "name": name,
        "region": name,
        "endpoint": endpoint,
        "description": "US East (N. Virginia)",
    }


def _partition(cloud: Cloud, arguments: Properties) -> dict[str, Any]:
    del arguments
    return {
        "id": cloud.partition,
        "partition": cloud.partition,
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    }


def _availability_zones(cloud: Cloud, arguments: Properties) -> dict[str, Any]:
    _only("getAvailabilityZones", arguments, {"state"})
    filters = [{"Name": "state", "Values": [arguments["state"]]}] if "state" in arguments else []
    zones = cloud.client("ec2").describe_availability_zones(Filters=filters)["AvailabilityZones"]
    return {
        "id": cloud.region,
        "region": cloud.region,
        "names": [zone["ZoneName"] for zone in zones],
        "zoneIds": [zone["ZoneId"] for zone in zones],
        "groupNames": [cloud.region],
        **arguments,
    }


def _policy_document(cloud: Cloud, arguments: Properties) -> dict[str, Any]:
    del cloud
    _only("getPolicyDocument", arguments, {"statements", "version", "policyId"})
    document = pruned(
        Version=arguments.get("version", "2012-10-17"),
        Id=arguments.get("policyId"),
        Statement=[_statement(each) for each in arguments.get("statements", [])],
    )
    text = json.dumps(document, indent=2)
    return {"id": str(hash(text)), "json": text, "minifiedJson": json.dumps(document, separators=(",", ":"))}


def _statement(given: Mapping[str, Any]) -> dict[str, Any]:
    lists = {
        "actions": "Action",
        "notActions": "NotAction",
        "resources": "Resource",
        "notResources": "NotResource",
    }
    _only("a policy statement", given, {*lists, "sid", "effect", "principals", "notPrincipals", "conditions"})
    conditions: dict[str, dict[str, Any]] = {}
    for condition in given.get("conditions") or []:
        conditions.setdefault(condition["test"], {})[condition["variable"]] = _one(condition["values"])
    return pruned(
        Sid=given.get("sid"),
        Effect=given.get("effect", "Allow"),
        **{field: _one(given[name]) for name, field in lists.items() if given.get(name)},
        Principal=_principals(given.get("principals")),
        NotPrincipal=_principals(given.get("notPrincipals")),
        Condition=conditions or None,
    )


def _principals(given: list[Mapping[str, Any]] | None) -> Any:
    if not given:
        return None
    if [each["type"] for each in given] == ["*"]:
        return "*"
    return {each["type"]: _one(each["identifiers"]) for each in given}


def _one(values: list[Any]) -> Any:
    """Lists of one are written without the list, as the real provider writes them."""
    return values[0] if len(values) == 1 else sorted(values, reverse=True)


def _only(what: str, given: Mapping[str, Any], known: set[str]) -> None:
    if unknown := sorted(given.keys() - known):
        raise ProviderError(f"{what}: {', '.join(unknown)} is not modelled by the embedded AWS")


FUNCTIONS: Mapping[str, Callable[[Cloud, Properties], dict[str, Any]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
}
