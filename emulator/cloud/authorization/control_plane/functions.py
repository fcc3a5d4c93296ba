"""Lambda: functions, event source mappings, the passed execution role and the environment's KMS key."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from emulator.cloud.account import arn, backend
from emulator.cloud.authorization.control_plane.keys import tags_of
from emulator.cloud.authorization.control_plane.reading import (
    Context,
    asked_for,
    borne,
    passed,
    plain_tags,
    through_service,
)
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.calls import Call

_NOT_DEPLOYING = {"Invoke", "InvokeAsync"}


def read(call: Call) -> Iterator[Requirement]:
    """Yield the permissions for a control-plane call; none for an invocation."""
    if call.operation in _NOT_DEPLOYING:
        return
    parts = [unquote(part) for part in call.request.path.split("/") if part]
    parameters, action = call.content, f"lambda:{call.operation}"
    collection, identifier = parts[1], parts[2] if len(parts) > 2 else ""
    if collection == "functions":
        name = identifier or str(parameters.get("FunctionName", ""))
        context = asked_for(plain_tags(parameters.get("Tags"))) | _principal(call, name, parameters, parts)
        context |= _made_of(parameters)
        yield Requirement(action, _function(name), context)
        yield from _comes_along(parameters)
    elif collection == "event-source-mappings":
        yield from _trigger(action, identifier, parameters)
    elif collection == "tags":
        given = asked_for(plain_tags(parameters.get("Tags")))
        yield Requirement(action, identifier, {**borne(_tags(identifier)), **given})


def _function(name_or_arn: str) -> str:
    return name_or_arn if name_or_arn.startswith("arn:") else arn("lambda", f"function:{name_or_arn}")


def _principal(call: Call, name: str, parameters: Mapping[str, Any], parts: list[str]) -> Context:
    """Return the principal of a permission, from the call or from the function's policy."""
    if call.operation == "AddPermission":
        return {"lambda:principal": (str(parameters.get("Principal", "")),)}
    if call.operation != "RemovePermission":
        return {}
    policy = getattr(backend("lambda").get_function(name), "policy", None)
    for statement in policy.statements if policy else ():
        if statement["Sid"] == parts[-1]:
            return {"lambda:principal": (statement["Principal"]["Service"],)}
    return {}


def _made_of(parameters: Mapping[str, Any]) -> Context:
    """Return the layers and subnets in a function's configuration."""
    found = {
        "lambda:layer": parameters.get("Layers"),
        "lambda:subnetids": (parameters.get("VpcConfig") or {}).get("SubnetIds"),
    }
    return {key: tuple(values) for key, values in found.items() if values}


_PLACES = ("ec2:DescribeVpcs", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups")
"""Calls that Lambda makes on the caller's behalf ("Giving Lambda functions access to resources in a VPC")."""


def _comes_along(parameters: Mapping[str, Any]) -> Iterator[Requirement]:
    if (parameters.get("VpcConfig") or {}).get("SubnetIds"):
        yield from (Requirement(each, "*") for each in _PLACES)
    if "Role" in parameters:
        yield passed(str(parameters["Role"]), "lambda.amazonaws.com")
    if key := parameters.get("KMSKeyArn"):
        yield from through_service("lambda", key, tags_of(key), ("CreateGrant", "Encrypt"))


def _trigger(action: str, identifier: str, parameters: Mapping[str, Any]) -> Iterator[Requirement]:
    resource = arn("lambda", f"event-source-mapping:{identifier}") if identifier else "*"
    known = backend("lambda").get_event_source_mapping(identifier) if identifier else None
    function = str(parameters.get("FunctionName") or getattr(known, "function_arn", ""))
    given = asked_for(plain_tags(parameters.get("Tags")))
    on = {"lambda:functionarn": (_function(function),)} if function else {}
    yield Requirement(action, resource, {**on, **given})
    if given and not identifier:
        yield Requirement("lambda:TagResource", arn("lambda", "event-source-mapping:*"), given)


def _tags(resource: str) -> dict[str, str]:
    return plain_tags(backend("lambda").list_tags(resource))
