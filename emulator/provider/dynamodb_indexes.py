"""Convert global secondary indexes between the program's and the API's format."""

from collections.abc import Iterator, Set
from typing import Any

from emulator.provider.resource import CheckFailure, Properties
from emulator.provider.values import is_unknown, pruned

_PROPERTY = "globalSecondaryIndexes"
_KEYS = (("hashKey", "HASH"), ("rangeKey", "RANGE"))
_NAMES = {kind: name for name, kind in _KEYS}


def faults(index: Properties, declared: Set[Any]) -> Iterator[CheckFailure]:
    """Yield check failures of an index beyond the schema."""
    index_name = index.get("name")
    for name in filter(None, (index.get("hashKey"), index.get("rangeKey"))):
        if not is_unknown(name) and name not in declared:
            yield CheckFailure(_PROPERTY, f"{name!r} of {index_name} is not among the attributes")
    if index.get("keySchemas") or not index.get("hashKey"):
        yield CheckFailure(_PROPERTY, f"{index_name}: name its keys by hashKey and rangeKey")
    if bool(index.get("nonKeyAttributes")) != (index.get("projectionType") == "INCLUDE"):
        yield CheckFailure(_PROPERTY, f"{index_name}: nonKeyAttributes belong to INCLUDE, and to it alone")


def to_api(inputs: Properties) -> list[dict[str, Any]]:
    """Return a program's indexes in the API's format."""
    return [_to_api(index) for index in inputs.get(_PROPERTY) or ()]


def _to_api(index: Properties) -> dict[str, Any]:
    return {
        "IndexName": index["name"],
        "KeySchema": [
            {"AttributeName": index[name], "KeyType": kind} for name, kind in _KEYS if index.get(name)
        ],
        "Projection": pruned(
            ProjectionType=index["projectionType"], NonKeyAttributes=index.get("nonKeyAttributes")
        ),
    }


def of_api(table: Properties) -> list[dict[str, Any]]:
    """Return a table's indexes in the program's format."""
    return [
        pruned(
            name=index["IndexName"],
            **{_NAMES[key["KeyType"]]: key["AttributeName"] for key in index["KeySchema"]},
            projectionType=index["Projection"]["ProjectionType"],
            nonKeyAttributes=index["Projection"].get("NonKeyAttributes"),
        )
        for index in table.get("GlobalSecondaryIndexes", ())
    ]


def changes(old: Properties, new: Properties, attributes: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    """Yield the `UpdateTable` calls from old to new indexes, one per index; changed ones are recreated."""
    before = {index["IndexName"]: index for index in to_api(old)}
    after = {index["IndexName"]: index for index in to_api(new)}
    for name, index in before.items():
        if after.get(name) != index:
            yield _call({"Delete": {"IndexName": name}}, attributes)
    for name, index in after.items():
        if before.get(name) != index:
            yield _call({"Create": index}, attributes)


def _call(update: dict[str, Any], attributes: list[dict[str, str]]) -> dict[str, Any]:
    return {"AttributeDefinitions": attributes, "GlobalSecondaryIndexUpdates": [update]}
