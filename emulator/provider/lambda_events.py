"""Lambda: permissions, asynchronous configuration and event source mappings."""

import json
from collections.abc import Iterator
from typing import Any, ClassVar

from emulator.provider.cloud import Cloud
from emulator.provider.declared import Declared, pages
from emulator.provider.resource import (
    NO_DATA,
    CheckFailure,
    Clients,
    Place,
    Properties,
    digits,
    frozen,
    words,
)

_RETRIES = 2
"""Default number of retries of an asynchronous invocation."""


class Permission(Declared):
    """`aws.lambda_.Permission`: a statement of a function's resource policy, which cannot be updated."""

    token = "aws:lambda/permission:Permission"
    encrypted_by = NO_DATA
    service = "lambda"
    modelled = words("action function principal sourceAccount sourceArn statementId")
    replace_on = modelled
    key = ("function", "statementId")
    names = {"function": "FunctionName"}
    id_form = "{statementId}"
    references = frozenset({"function"})
    auto_name = "statementId"
    creating, reading, deleting = "add_permission", "get_policy", "remove_permission"

    def described(self, aws: Clients, resource_id: str, known: Properties) -> Properties | None:
        """Return the statement in the function's policy."""
        policy = json.loads(self.call(aws, self.reading, {"FunctionName": known["function"]})["Policy"])
        return next((each for each in policy["Statement"] if each["Sid"] == known["statementId"]), None)

    def properties(self, found: Properties) -> dict[str, Any]:
        condition, principal = found.get("Condition", {}), found["Principal"]
        return {
            "action": found["Action"],
            "principal": principal if isinstance(principal, str) else next(iter(principal.values())),
            "sourceArn": condition.get("ArnLike", {}).get("AWS:SourceArn"),
            "sourceAccount": condition.get("StringEquals", {}).get("AWS:SourceAccount"),
        }


class FunctionEventInvokeConfig(Declared):
    """`aws.lambda_.FunctionEventInvokeConfig`: retries and destinations of asynchronous invocations."""

    token = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
    encrypted_by = NO_DATA
    service = "lambda"
    modelled = frozenset(
        {"functionName", "maximumEventAgeInSeconds", "maximumRetryAttempts", "destinationConfig"}
    )
    key = ("functionName",)
    defaults = frozen({"maximumRetryAttempts": _RETRIES})
    creating, reading = "put_function_event_invoke_config", "get_function_event_invoke_config"
    deleting = "delete_function_event_invoke_config"

    def described(self, aws: Clients, resource_id: str, known: Properties) -> Properties | None:
        """Return None for a function without configuration, for which moto returns an empty one."""
        found = super().described(aws, resource_id, known)
        return found if found and "FunctionArn" in found else None

    def properties(self, found: Properties) -> dict[str, Any]:
        destinations = {name: target for name, target in found.get("DestinationConfig", {}).items() if target}
        told = super().properties({"MaximumRetryAttempts": _RETRIES, **found})
        return {**told, "destinationConfig": self._told(destinations)}


class EventSourceMapping(Declared):
    """`aws.lambda_.EventSourceMapping` of an SQS queue."""

    token = "aws:lambda/eventSourceMapping:EventSourceMapping"
    encrypted_by = NO_DATA
    service = "lambda"
    modelled = words(
        "batchSize enabled eventSourceArn functionName functionResponseTypes maximumBatchingWindowInSeconds "
        "scalingConfig"
    )
    key = ()
    id_field = id_in = "UUID"
    replace_on = frozenset({"eventSourceArn"})
    defaults = frozen({"enabled": True})
    unordered = frozenset({"functionResponseTypes"})
    references = frozenset({"functionName"})
    volatile = frozenset({"lastModified", "state", "functionArn"})
    creating, reading = "create_event_source_mapping", "get_event_source_mapping"
    updating, deleting = "update_event_source_mapping", "delete_event_source_mapping"
    arn_form = ("lambda", "event-source-mapping:{id}")
    tagged = True
    cleared: ClassVar[Properties] = frozen(
        {"FunctionResponseTypes": [], "ScalingConfig": {}, "MaximumBatchingWindowInSeconds": 0}
    )
    """Input -> value that resets a setting that the program no longer makes."""

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        if "eventSourceArn" not in inputs:
            yield CheckFailure("eventSourceArn", "is required: only queues are modelled")

    def changes(self, old: Properties, new: Properties) -> dict[str, Any]:
        before, after = super().changes(old, old), super().changes(new, new)
        return {
            **{name: self.cleared[name] for name in (before.keys() - after.keys()) & self.cleared.keys()},
            **after,
        }

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Read the mapping, with the function as the program names it."""
        told = super().read(cloud, resource_id, known)
        if told is None:
            return None
        arn, named = told["functionArn"], str(known.get("functionName", ""))
        told["functionName"] = named if arn == named or arn.endswith(f":{named}") else arn
        return {**told, "uuid": resource_id}

    def described(self, aws: Clients, resource_id: str, known: Properties) -> Properties | None:
        found = super().described(aws, resource_id, known)
        return None if found is None or found.get("State") == "Deleting" else found

    def properties(self, found: Properties) -> dict[str, Any]:
        return {
            **super().properties(found),
            "functionArn": found["FunctionArn"],
            "enabled": found["State"] in ("Enabled", "Enabling", "Creating"),
            "state": found["State"],
            "lastModified": str(found.get("LastModified", "")),
            "functionResponseTypes": found.get("FunctionResponseTypes") or [],
        }

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        function = str(inputs["functionName"]).rsplit(":", 1)[-1]
        listed = pages(
            aws.client("lambda"),
            "list_event_source_mappings",
            "EventSourceMappings",
            EventSourceArn=inputs["eventSourceArn"],
            FunctionName=function,
        )
        return next((str(each["UUID"]) for each in listed if each.get("State") != "Deleting"), None)

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        uuid = digits(name, 32)
        function = place.arn("lambda", f"function:{inputs['functionName']}")
        return uuid, {"uuid": uuid, "functionArn": function, **self.arn_output(place, uuid, inputs)}
