"""A table is read page by page: each item once, whatever comes and goes meanwhile."""

from typing import Any

from emulator.address import Emulator

TABLE = "scanned"


def test_each_item_comes_once_though_the_one_that_a_page_ended_with_is_gone(emulator: Emulator) -> None:
    dynamodb: Any = emulator.client("dynamodb")
    kinds = {"id": "S", "at": "N"}
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
    )
    items: list[dict[str, Any]] = [
        {"id": {"S": f"id-{at % 4}"}, "at": {"N": str(at)}, "odd": {"BOOL": at % 2 == 1}} for at in range(12)
    ]
    for item in items:
        dynamodb.put_item(TableName=TABLE, Item=item)

    found: list[Any] = []
    scanned: list[int] = []
    start: dict[str, Any] = {}
    while len(scanned) < 20:
        page = dynamodb.scan(
            TableName=TABLE,
            Limit=5,
            FilterExpression="odd = :yes",
            ExpressionAttributeValues={":yes": {"BOOL": True}},
            ProjectionExpression="id, #at",
            ExpressionAttributeNames={"#at": "at"},
            **start,
        )
        found += page["Items"]
        scanned.append(page["ScannedCount"])
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        dynamodb.delete_item(TableName=TABLE, Key=page["LastEvaluatedKey"])
    assert scanned == [5, 5, 2]
    wanted = [{name: item[name] for name in kinds} for item in items if item["odd"]["BOOL"]]
    assert sorted(found, key=str) == sorted(wanted, key=str)
