"""Lambda: who may invoke a function, how it is invoked asynchronously, and the queues that trigger it."""

import json
from collections.abc import Iterator
from typing import Any

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.patterns import pattern_failures
from emulator.provider.resource import CheckFailure, Properties, Resource, frozen, steps
from emulator.provider.shapes import from_api, to_api
from emulator.provider.values import pruned

_EVENT_AGE = 21600
_RETRIES = 2


class Permission(Resource):
    """`aws.lambda_.Permission`: one statement of a function's resource policy; it never changes in place."""

    token = "aws:lambda/permission:Permission"
    modelled = frozenset({"action", "function", "principal", "sourceAccount", "sourceArn", "statementId"})
    replace_on = modelled
    references = frozenset({"function"})
    auto_name = "statementId"
    absent = frozen({"statementIdPrefix": ""})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """The statement's id is the resource's."""
        cloud.client("lambda").add_permission(
            **pruned(
                FunctionName=inputs["function"],
                StatementId=inputs["statementId"],
                Action=inputs["action"],
                Principal=inputs["principal"],
                SourceArn=inputs.get("sourceArn"),
                SourceAccount=inputs.get("sourceAccount"),
            )
        )
        return str(inputs["statementId"])

    def imported(self, cloud: Cloud, import_id: str) -> tuple[str, Properties]:
        """By function and statement."""
        del cloud
        named = steps(import_id, "function", "statementId")
        return named["statementId"], {"function": named["function"]}

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The statement among those of the function."""
        function = known["function"]
        policy = json.loads(cloud.client("lambda").get_policy(FunctionName=function)["Policy"])
        statement = next((each for each in policy["Statement"] if each["Sid"] == resource_id), None)
        if statement is None:
            return None
        condition = statement.get("Condition", {})
        principal = statement["Principal"]
        return {
            "function": function,
            "statementId": resource_id,
            "action": statement["Action"],
            "principal": principal if isinstance(principal, str) else next(iter(principal.values())),
            "sourceArn": condition.get("ArnLike", {}).get("AWS:SourceArn"),
            "sourceAccount": condition.get("StringEquals", {}).get("AWS:SourceAccount"),
        }

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Gone with the function, if that is gone."""
        cloud.client("lambda").remove_permission(FunctionName=known["function"], StatementId=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By function and statement id."""
        return inputs["statementId"] if self.read(cloud, inputs["statementId"], inputs) else None


class FunctionEventInvokeConfig(Resource):
    """`aws.lambda_.FunctionEventInvokeConfig`: retries and destinations of asynchronous invocations."""

    token = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
    modelled = frozenset(
        {"functionName", "maximumEventAgeInSeconds", "maximumRetryAttempts", "destinationConfig"}
    )
    replace_on = frozenset({"functionName"})
    defaults = frozen({"maximumRetryAttempts": _RETRIES})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """The function's name is the id."""
        self._put(cloud, inputs)
        return str(inputs["functionName"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The settings of the function, if it has any."""
        del known
        found = cloud.client("lambda").get_function_event_invoke_config(FunctionName=resource_id)
        if "FunctionArn" not in found:
            return None
        destinations = {name: target for name, target in found.get("DestinationConfig", {}).items() if target}
        return {
            "functionName": resource_id,
            "maximumRetryAttempts": found.get("MaximumRetryAttempts", _RETRIES),
            "maximumEventAgeInSeconds": found.get("MaximumEventAgeInSeconds"),
            "destinationConfig": from_api(destinations) or None,
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Writing them again replaces all."""
        del resource_id, old
        self._put(cloud, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """The function falls back to AWS's defaults."""
        del known
        cloud.client("lambda").delete_function_event_invoke_config(FunctionName=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """A function has one at most."""
        return inputs["functionName"] if self.read(cloud, inputs["functionName"], {}) else None

    def _put(self, cloud: Cloud, inputs: Properties) -> None:
        cloud.client("lambda").put_function_event_invoke_config(
            **pruned(
                FunctionName=inputs["functionName"],
                MaximumRetryAttempts=inputs["maximumRetryAttempts"],
                MaximumEventAgeInSeconds=inputs.get("maximumEventAgeInSeconds"),
                DestinationConfig=to_api(inputs.get("destinationConfig")),
            )
        )


class EventSourceMapping(Resource):
    """`aws.lambda_.EventSourceMapping` of an SQS queue or a DynamoDB stream."""

    token = "aws:lambda/eventSourceMapping:EventSourceMapping"
    modelled = frozenset(
        {
            "batchSize",
            "bisectBatchOnFunctionError",
            "destinationConfig",
            "enabled",
            "eventSourceArn",
            "filterCriteria",
            "functionName",
            "functionResponseTypes",
            "maximumBatchingWindowInSeconds",
            "maximumRecordAgeInSeconds",
            "maximumRetryAttempts",
            "parallelizationFactor",
            "scalingConfig",
            "startingPosition",
            "tumblingWindowInSeconds",
        }
    )
    replace_on = frozenset({"eventSourceArn", "startingPosition"})
    defaults = frozen({"enabled": True})
    unordered = frozenset({"functionResponseTypes"})
    references = frozenset({"functionName"})
    volatile = frozenset({"lastModified", "state", "functionArn"})
    absent = frozen(
        {
            "amazonManagedKafkaEventSourceConfig": {},
            "selfManagedKafkaEventSourceConfig": {},
            "lastProcessingResult": "",
            "stateTransitionReason": "",
            "maximumRecordAgeInSeconds": 0,
            "maximumRetryAttempts": 0,
            "parallelizationFactor": 0,
        }
    )

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """A source, and filters that Lambda understands."""
        if "eventSourceArn" not in inputs:
            yield CheckFailure("eventSourceArn", "is required: only queues and streams are modelled")
        filters = (inputs.get("filterCriteria") or {}).get("filters") or ()
        for index, each in enumerate(filters):
            yield from pattern_failures(f"filterCriteria.filters[{index}].pattern", each.get("pattern"))

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """The mapping's UUID is the id."""
        made = cloud.client("lambda").create_event_source_mapping(
            EventSourceArn=inputs["eventSourceArn"],
            **pruned(StartingPosition=inputs.get("startingPosition"), Tags=inputs.get("tags") or None),
            **_mapping(inputs),
        )
        return str(made["UUID"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The mapping; a queue's has fewer settings than a stream's."""
        found = cloud.client("lambda").get_event_source_mapping(UUID=resource_id)
        if found.get("State") == "Deleting":
            return None
        arn = found["FunctionArn"]
        named = str(known.get("functionName", ""))
        optional = {f"{field[0].lower()}{field[1:]}": found[field] for field in _OPTIONAL if field in found}
        mapping_arn = cloud.arn("lambda", f"event-source-mapping:{resource_id}")
        return {
            "arn": mapping_arn,
            "uuid": resource_id,
            "eventSourceArn": found["EventSourceArn"],
            "functionArn": arn,
            "functionName": named if arn == named or arn.endswith(f":{named}") else arn,
            "batchSize": found["BatchSize"],
            "enabled": found["State"] in ("Enabled", "Enabling", "Creating"),
            "state": found["State"],
            "lastModified": str(found.get("LastModified", "")),
            "functionResponseTypes": found.get("FunctionResponseTypes") or [],
            "scalingConfig": from_api(found.get("ScalingConfig")) or None,
            "filterCriteria": from_api(found.get("FilterCriteria")) or None,
            "destinationConfig": from_api(found.get("DestinationConfig")) or None,
            **optional,
            "tags": cloud.client("lambda").list_tags(Resource=mapping_arn).get("Tags", {}),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Everything but the source."""
        client = cloud.client("lambda")
        before, after = _mapping(old), _mapping(new)
        if before != after:
            cleared = {name: _CLEARED[name] for name in before.keys() - after.keys() if name in _CLEARED}
            client.update_event_source_mapping(UUID=resource_id, **after, **cleared)
        added, removed = tags.changes(old, new)
        arn = cloud.arn("lambda", f"event-source-mapping:{resource_id}")
        if removed:
            client.untag_resource(Resource=arn, TagKeys=removed)
        if added:
            client.tag_resource(Resource=arn, Tags=added)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Source and function stay."""
        del known
        cloud.client("lambda").delete_event_source_mapping(UUID=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By source and function."""
        found = cloud.client("lambda").list_event_source_mappings(EventSourceArn=inputs["eventSourceArn"])
        for mapping in found["EventSourceMappings"]:
            if mapping["FunctionArn"].endswith(str(inputs["functionName"]).rsplit(":", 1)[-1]):
                return str(mapping["UUID"])
        return None


_OPTIONAL = (
    "BisectBatchOnFunctionError",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "StartingPosition",
    "TumblingWindowInSeconds",
)
_CLEARED: dict[str, Any] = {
    "FunctionResponseTypes": [],
    "ScalingConfig": {},
    "FilterCriteria": {},
    "MaximumBatchingWindowInSeconds": 0,
}


def _mapping(inputs: Properties) -> dict[str, Any]:
    """What creating and updating a mapping share."""
    fields = [field for field in _OPTIONAL if field != "StartingPosition"]
    return pruned(
        FunctionName=inputs["functionName"],
        Enabled=inputs["enabled"],
        BatchSize=inputs.get("batchSize"),
        FunctionResponseTypes=inputs.get("functionResponseTypes"),
        ScalingConfig=to_api(inputs.get("scalingConfig")),
        FilterCriteria=to_api(inputs.get("filterCriteria")),
        DestinationConfig=to_api(inputs.get("destinationConfig")),
        **{field: inputs.get(f"{field[0].lower()}{field[1:]}") for field in fields},
    )
