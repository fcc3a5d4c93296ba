"""A query finds what Python finds in the same items: of a table, of an index, both ways, page by page."""

import operator
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.address import Emulator

TABLE, INDEX = "queried", "by-status"
KEYS: dict[str | None, tuple[str, str]] = {None: ("id", "at"), INDEX: ("status", "received")}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
ITEMS: list[dict[str, Any]] = [
    {
        "id": {"S": f"id-{at % 3}"},
        "at": {"N": str(at * 7 % 40)},
        "kept": {"BOOL": at % 2 == 1},
        "nested": {"M": {"x": {"N": str(at)}, "y": {"S": "y"}}},
        "left out": {"S": "by the index"},
        **({"status": {"S": f"{at % 2}"}} if at % 5 else {}),
        **({"received": {"N": f"{at % 4}.50"}} if at % 7 else {}),
    }
    for at in range(40)
]
HELD_BY_THE_INDEX = {"id", "at", "status", "received", "kept", "nested"}


@pytest.fixture(scope="module")
def dynamodb(emulator: Emulator) -> Any:
    client: Any = emulator.client("dynamodb")
    kinds = {"id": "S", "at": "N", "status": "S", "received": "N"}
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()],
        KeySchema=_schema(None),
        GlobalSecondaryIndexes=[
            {
                "IndexName": INDEX,
                "KeySchema": _schema(INDEX),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["kept", "nested"]},
            }
        ],
    )
    for item in ITEMS:
        client.put_item(TableName=TABLE, Item=item)
    return client


def _schema(index: str | None) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": kind}
        for name, kind in zip(KEYS[index], ("HASH", "RANGE"), strict=True)
    ]


def _pages(dynamodb: Any, index: str | None, **arguments: Any) -> Iterator[dict[str, Any]]:
    if index:
        arguments["IndexName"] = index
    while True:
        page = dynamodb.query(TableName=TABLE, **arguments)
        yield page
        if "LastEvaluatedKey" not in page:
            return
        arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]


@settings(deadline=None)
@given(
    index=st.sampled_from([None, INDEX]),
    first=st.integers(0, 3),
    comparison=st.sampled_from(sorted(COMPARISONS)),
    bound=st.integers(-1, 40),
    forward=st.booleans(),
    limit=st.integers(1, 12),
)
def test_a_query_finds_what_python_finds(  # noqa: PLR0917 - hypothesis's
    dynamodb: Any, index: str | None, first: int, comparison: str, bound: int, forward: bool, limit: int
) -> None:
    hash_name, range_name = KEYS[index]
    value = {"S": str(first) if index else f"id-{first}"}
    pages = list(
        _pages(
            dynamodb,
            index,
            KeyConditionExpression=f"#hash = :hash AND #range {comparison} :bound",
            ExpressionAttributeNames={"#hash": hash_name, "#range": range_name},
            ExpressionAttributeValues={":hash": value, ":bound": {"N": str(bound)}},
            ScanIndexForward=forward,
            Limit=limit,
        )
    )
    wanted = [
        item
        for item in ITEMS
        if item.get(hash_name) == value
        and range_name in item
        and COMPARISONS[comparison](float(item[range_name]["N"]), bound)
    ]
    found = [item for page in pages for item in page["Items"]]
    held = HELD_BY_THE_INDEX if index else set(ITEMS[1])
    assert sorted(found, key=str) == sorted(
        ({name: of for name, of in item.items() if name in held} for item in wanted), key=str
    )
    order = [float(item[range_name]["N"]) for item in found]
    assert order == sorted(order, reverse=not forward)
    assert all(page["ScannedCount"] == len(page["Items"]) <= limit for page in pages)


def test_a_page_is_counted_before_its_filter_and_shows_what_is_asked_for(dynamodb: Any) -> None:
    pages = list(
        _pages(
            dynamodb,
            None,
            KeyConditionExpression="id = :id",
            FilterExpression="kept = :yes",
            ProjectionExpression="#at, nested.x, absent",
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues={":id": {"S": "id-1"}, ":yes": {"BOOL": True}},
            Limit=4,
        )
    )
    wanted = [item for item in ITEMS if item["id"]["S"] == "id-1" and item["kept"]["BOOL"]]
    assert [page["ScannedCount"] for page in pages] == [4, 4, 4, 1]
    assert [item for page in pages for item in page["Items"]] == [
        {"at": item["at"], "nested": {"M": {"x": item["nested"]["M"]["x"]}}}
        for item in sorted(wanted, key=lambda item: int(item["at"]["N"]))
    ]


def test_between_and_no_range_at_all(dynamodb: Any) -> None:
    def ats(condition: str, **values: Any) -> list[int]:
        answer = dynamodb.query(
            TableName=TABLE,
            KeyConditionExpression=f"id = :id{condition}",
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues={":id": {"S": "id-2"}, **values},
            ProjectionExpression="#at",
        )
        return [int(item["at"]["N"]) for item in answer["Items"]]

    all_of_them = sorted(int(item["at"]["N"]) for item in ITEMS if item["id"]["S"] == "id-2")
    assert ats("") == all_of_them
    between = ats(" AND #at BETWEEN :low AND :high", **{":low": {"N": "10"}, ":high": {"N": "25"}})
    assert between == [at for at in all_of_them if 10 <= at <= 25]
    assert between


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"IndexName": "no-such-index"}, "Invalid index: no-such-index"),
        ({"IndexName": INDEX, "ConsistentRead": True}, "Consistent reads are not supported"),
    ],
)
def test_what_an_index_cannot_do_is_refused(dynamodb: Any, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ClientError, match=said):
        dynamodb.query(
            TableName=TABLE,
            KeyConditionExpression="#status = :status",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":status": {"S": "1"}},
            **arguments,
        )
