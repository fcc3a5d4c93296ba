"""Compute the request units that DynamoDB bills for a call on an on-demand table.

Sources in the DynamoDB developer guide: "DynamoDB item sizes and formats" and "DynamoDB read and write
operations". A write counts the larger of the old and new item; a write whose condition fails counts the
existing item; a missing item counts as one of the minimum size.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulator.cloud.account import MOTO_LOCK, backend
from emulator.cloud.calls import Call

_WRITE_BYTES = 1024
_READ_BYTES = 4096
_TRANSACTIONAL = 2
_BYTES_OF_A_CONTAINER = 3
_BYTES_OF_AN_ELEMENT = 1

Key = tuple[str, Mapping[str, Any]]
"""Table name, and attributes in wire form that include the key."""


def item_bytes(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Return the size of an item (in wire form) in bytes."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(attribute: Mapping[str, Any]) -> int:
    [(kind, value)] = attribute.items()
    match kind:
        case "L":
            return _BYTES_OF_A_CONTAINER + sum(_BYTES_OF_AN_ELEMENT + _value_bytes(each) for each in value)
        case "M":
            return _BYTES_OF_A_CONTAINER + item_bytes(value) + _BYTES_OF_AN_ELEMENT * len(value)
        case "SS" | "NS" | "BS":
            return sum(_scalar_bytes(kind[0], each) for each in value)
    return _scalar_bytes(kind, value)


def _scalar_bytes(kind: str, value: Any) -> int:
    if kind == "S":
        return len(value.encode())
    if kind == "N":
        digits = value.partition("E")[0].strip("-").replace(".", "").strip("0")
        return math.ceil(len(digits) / 2) + 1
    return len(value) * 3 // 4 if kind == "B" else 1


def written_keys(call: Call) -> list[Key]:
    """Return the keys that a call writes, or checks in a transaction; empty for other calls."""
    body = call.content
    if call.operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        return [(body["TableName"], body.get("Item") or body["Key"])]
    if call.operation == "TransactWriteItems":
        parts = [part for each in body["TransactItems"] for part in each.values()]
        return [(part["TableName"], part.get("Item") or part["Key"]) for part in parts]
    if call.operation == "BatchWriteItem":
        return list(_batch(body))
    return []


def stored_bytes(keys: Sequence[Key]) -> list[int]:
    """Return the current size of each item in bytes, 0 for a missing one."""
    with MOTO_LOCK:
        found = [_stored(table, key) for table, key in keys]
    return [item_bytes(item) for item in found]


def write_units(call: Call, before: Sequence[int], after: Sequence[int]) -> int:
    """Return the write request units of a call that succeeded or whose condition failed."""
    factor = _TRANSACTIONAL if call.operation == "TransactWriteItems" else 1
    largest = map(max, before, after)
    return factor * sum(_units(size, _WRITE_BYTES) for size in largest)


def read_units(call: Call, answer: bytes) -> float:
    """Return the read request units of a call; 0 for one that only writes."""
    body = call.content
    if call.operation == "GetItem":
        return _read([json.loads(answer).get("Item", {})], consistent=body.get("ConsistentRead", False))
    if call.operation == "BatchGetItem":
        return sum(_batch_read(body["RequestItems"], json.loads(answer).get("Responses", {})))
    if call.operation in {"Query", "Scan"}:
        size = sum(map(item_bytes, json.loads(answer).get("Items", [])))
        return _units(size, _READ_BYTES) * (1 if body.get("ConsistentRead") else 0.5)
    if call.operation == "TransactGetItems":
        items = [each.get("Item", {}) for each in json.loads(answer).get("Responses", [])]
        return _TRANSACTIONAL * _read(items, consistent=True)
    return 0


def _batch_read(asked: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[float]:
    for table, request in asked.items():
        items = found.get(table, [])
        absent: list[Mapping[str, Any]] = [{}] * (len(request["Keys"]) - len(items))
        yield _read([*items, *absent], consistent=request.get("ConsistentRead", False))


def _read(items: Sequence[Mapping[str, Any]], *, consistent: bool) -> float:
    return sum(_units(item_bytes(item), _READ_BYTES) for item in items) * (1 if consistent else 0.5)


def _units(size: int, of: int) -> int:
    return max(1, math.ceil(size / of))


def _batch(body: Mapping[str, Any]) -> Iterator[Key]:
    for table, requests in body["RequestItems"].items():
        for request in requests:
            for part in request.values():
                yield table, part.get("Item") or part["Key"]


def _stored(table: str, key: Mapping[str, Any]) -> Mapping[str, Any]:
    item = backend("dynamodb").get_item(table, key)
    found: Mapping[str, Any] = item.to_json()["Attributes"] if item is not None else {}
    return found
