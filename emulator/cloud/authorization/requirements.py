"""Permissions that an AWS call requires: action, resource and service-specific condition keys.

Source: "Actions, resources, and condition keys for AWS services" in the service authorization reference.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from emulator.cloud.account import ACCOUNT_ID, REGION, arn, backend
from emulator.cloud.calls import Call


@dataclass(frozen=True, slots=True)
class Requirement:
    """A permission that a call requires; `context` holds service-specific condition keys in lower case."""

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def requirements_of(call: Call) -> list[Requirement]:
    """Return the permissions that a call requires; empty for the few calls that need none."""
    if (call.service, call.operation) in _FREE:
        return []
    return list(_READERS.get(call.service, _unscoped)(call)) or list(_unscoped(call))


_FREE = frozenset({("sts", "GetCallerIdentity")})
_PREFIXES = {"cloudwatch": "cloudwatch", "dynamodbstreams": "dynamodb", "resourcegroupstaggingapi": "tag"}


def _action(call: Call, operation: str | None = None) -> str:
    return f"{_PREFIXES.get(call.service, call.service)}:{operation or call.operation}"


def _unscoped(call: Call) -> Iterator[Requirement]:
    yield Requirement(_action(call), "*")


def table_arn(name: str) -> str:
    """Return the ARN of a table given by name or by ARN."""
    return name if name.startswith("arn:") else arn("dynamodb", f"table/{name}")


_EQUALITY = re.compile(r"([#\w]+)\s*=\s*(:\w+)")
"""An equality in a key condition expression; the partition key has one."""

_TRANSACTION_ACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}


def _dynamodb(call: Call) -> Iterator[Requirement]:
    # Dispatch on the operation, not on the body: members that the operation does not define are ignored.
    body = call.content
    if call.operation.startswith("Transact"):
        for item in body.get("TransactItems", []):
            for kind, part in item.items():
                yield Requirement(
                    _action(call, _TRANSACTION_ACTIONS[kind]),
                    table_arn(part["TableName"]),
                    _leading_keys(part["TableName"], [part.get("Item") or part.get("Key")]),
                )
    elif call.operation in {"BatchGetItem", "BatchWriteItem"}:
        for name, request in body.get("RequestItems", {}).items():
            yield Requirement(_action(call), table_arn(name), _leading_keys(name, _batched(request)))
    elif "TableName" in body:
        table = table_arn(body["TableName"])
        yield Requirement(
            _action(call),
            f"{table}/index/{body['IndexName']}" if "IndexName" in body else table,
            _queried_key(body)
            if call.operation == "Query"
            else _leading_keys(body["TableName"], [body.get("Item") or body.get("Key")]),
        )
    else:
        yield Requirement(_action(call), body.get("ResourceArn", "*"))


def _batched(request: Any) -> list[Any]:
    """Return the keys of a batch read, or the items and keys of a batch write."""
    if isinstance(request, dict):
        return request.get("Keys") or []
    writes = (write for each in request for write in each.values())
    return [write.get("Item") or write.get("Key") for write in writes]


def _leading_keys(name: str, items: Iterable[Any]) -> dict[str, tuple[str, ...]]:
    """Return the partition key values in a call (``dynamodb:LeadingKeys``)."""
    table = backend("dynamodb").tables.get(name.rpartition("/")[2])
    attributes = [
        item.get(table.hash_key_attr) for item in items if table is not None and isinstance(item, dict)
    ]
    values = tuple(
        str(value) for attribute in attributes if isinstance(attribute, dict) for value in attribute.values()
    )
    return {"dynamodb:leadingkeys": values} if values else {}


def _queried_key(body: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the partition key value of a query, for the table or the index."""
    table = backend("dynamodb").tables.get(body["TableName"].rpartition("/")[2])
    if table is None:
        return {}
    index = next((each for each in table.global_indexes if each.name == body.get("IndexName")), table)
    key = next(each["AttributeName"] for each in index.schema if each["KeyType"] == "HASH")
    if key in (legacy := body.get("KeyConditions", {})):
        values = (each.values() for each in legacy[key].get("AttributeValueList", []))
        return {"dynamodb:leadingkeys": tuple(value for each in values for value in each)}
    names = body.get("ExpressionAttributeNames", {})
    for name, placeholder in _EQUALITY.findall(body.get("KeyConditionExpression", "")):
        if names.get(name, name) == key and placeholder in body.get("ExpressionAttributeValues", {}):
            return {"dynamodb:leadingkeys": tuple(body["ExpressionAttributeValues"][placeholder].values())}
    return {}


def _streams(call: Call) -> Iterator[Requirement]:
    body = call.content
    iterator = str(body.get("ShardIterator", ""))  # moto's shard iterators begin with the stream ARN
    yield Requirement(_action(call), body.get("StreamArn") or iterator.split("|", 1)[0] or "*")


_BATCHES = {
    "SendMessageBatch": "SendMessage",
    "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
}


def _sqs(call: Call) -> Iterator[Requirement]:
    body = call.content if call.protocol == "json" else call.form
    by_name = call.operation in {"CreateQueue", "GetQueueUrl"}
    name = str(body.get("QueueName", "") if by_name else body.get("QueueUrl", "")).rpartition("/")[2]
    yield Requirement(_action(call, _BATCHES.get(call.operation)), arn("sqs", name) if name else "*")


def _sns(call: Call) -> Iterator[Requirement]:
    form = call.form
    target = next((form[key] for key in ("TopicArn", "TargetArn", "SubscriptionArn") if key in form), "*")
    yield Requirement(_action(call, "Publish" if call.operation == "PublishBatch" else None), target)


def bus_arn(name: str) -> str:
    """Return the ARN of an event bus given by name or by ARN."""
    return name if name.startswith("arn:") else arn("events", f"event-bus/{name}")


def _events(call: Call) -> Iterator[Requirement]:
    body = call.content
    if call.operation != "PutEvents":
        yield Requirement(_action(call), "*")
        return
    for entry in body.get("Entries", []):
        yield put_events_requirement(
            bus_arn(entry.get("EventBusName") or "default"),
            entry.get("Source", ""),
            entry.get("DetailType", ""),
        )


def put_events_requirement(bus: str, source: str, detail_type: str) -> Requirement:
    """Return the permission to put one event on a bus."""
    return Requirement(
        "events:PutEvents", bus, {"events:source": (source,), "events:detail-type": (detail_type,)}
    )


def _kms(call: Call) -> Iterator[Requirement]:
    key_id = call.content.get("KeyId")
    yield Requirement(_action(call), key_arn(key_id) if key_id else "*")


def key_arn(key_id: str) -> str:
    """Return the ARN of a key, given its id, ARN or alias; an unknown value is treated as an id."""
    kms = backend("kms")
    name = kms.get_alias_name(key_id)
    resolved = kms.get_key_id_from_alias(name) if name.startswith("alias/") else kms.get_key_id(key_id)
    return arn("kms", f"key/{resolved or key_id}")


def _logs(call: Call) -> Iterator[Requirement]:
    body = call.content
    group = body.get("logGroupName")
    if not group:
        yield Requirement(_action(call), body.get("logGroupIdentifier", "*"))
    elif "logStreamName" in body:
        yield Requirement(_action(call), arn("logs", f"log-group:{group}:log-stream:{body['logStreamName']}"))
    else:
        yield Requirement(_action(call), arn("logs", f"log-group:{group}:*"))


def _lambda(call: Call) -> Iterator[Requirement]:
    operation = "InvokeFunction" if call.operation in {"Invoke", "InvokeAsync"} else call.operation
    parts = [unquote(part) for part in call.request.path.split("/") if part]
    name = parts[2] if len(parts) > 2 and parts[1] == "functions" else ""
    resource = name if name.startswith("arn:") else arn("lambda", f"function:{name}")
    yield Requirement(_action(call, operation), resource if name else "*")


def _sts(call: Call) -> Iterator[Requirement]:
    yield Requirement(_action(call), call.form.get("RoleArn", "*"))


def _apigateway(call: Call) -> Iterator[Requirement]:
    yield Requirement(
        f"apigateway:{call.request.method}", f"arn:aws:apigateway:{REGION}::{call.request.path}"
    )


_READERS: Mapping[str, Callable[[Call], Iterator[Requirement]]] = {
    "apigateway": _apigateway,
    "dynamodb": _dynamodb,
    "dynamodbstreams": _streams,
    "events": _events,
    "kms": _kms,
    "lambda": _lambda,
    "logs": _logs,
    "sns": _sns,
    "sqs": _sqs,
    "sts": _sts,
}


def via_service(service: str) -> tuple[str, ...]:
    """Return the value of ``kms:ViaService`` for a call that `service` makes on the caller's behalf."""
    return (f"{service}.{REGION}.amazonaws.com",)


def execute_api_arn(api_id: str, stage: str, method: str, path: str) -> str:
    """Return the ARN of one method of a deployed API; `path` without its leading slash."""
    return f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{api_id}/{stage}/{method}/{path}"
