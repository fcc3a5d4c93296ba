"""DynamoDB's calls on items go past moto's own parsers: what those did must still be true."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.address import Emulator

TABLE = "items"


@pytest.fixture(scope="module")
def dynamodb(emulator: Emulator) -> Any:
    client = emulator.client("dynamodb")
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    return client


def test_binary_values_come_back_as_they_went_in(dynamodb: Any) -> None:
    key = {"id": {"S": "binary"}}
    item = {
        **key,
        "one": {"B": b"\x00\xff"},
        "many": {"BS": [b"a", b"b"]},
        "deep": {"L": [{"M": {"x": {"B": b"c"}}}]},
    }
    dynamodb.put_item(TableName=TABLE, Item=item)
    assert dynamodb.get_item(TableName=TABLE, Key=key)["Item"] == item
    asked = {TABLE: {"Keys": [key], "ProjectionExpression": "id, one, deep"}}
    [projected] = dynamodb.batch_get_item(RequestItems=asked)["Responses"][TABLE]
    assert projected == {name: item[name] for name in ("id", "one", "deep")}
    assert dynamodb.scan(
        TableName=TABLE, FilterExpression="id = :id", ExpressionAttributeValues={":id": key["id"]}
    )["Items"] == [item]


def test_an_update_expression_serves_again_with_other_values(dynamodb: Any) -> None:
    def update(key: str, amount: str) -> Any:
        return dynamodb.update_item(
            TableName=TABLE,
            Key={"id": {"S": key}},
            UpdateExpression="SET amount = if_not_exists(amount, :none) + :amount, #s = :s",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":none": {"N": "0"}, ":amount": {"N": amount}, ":s": {"S": key}},
            ReturnValues="ALL_NEW",
        )["Attributes"]

    assert [update(*each)["amount"]["N"] for each in (("a", "1"), ("b", "5"), ("a", "2"))] == ["1", "5", "3"]
    assert update("b", "1") == {"id": {"S": "b"}, "amount": {"N": "6"}, "status": {"S": "b"}}


def test_what_is_refused_says_why(dynamodb: Any) -> None:
    item = {"id": {"S": "refused"}}
    conditional = {
        "ConditionExpression": "attribute_not_exists(id)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    dynamodb.put_item(TableName=TABLE, Item=item, **conditional)
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException) as caught:
        dynamodb.put_item(TableName=TABLE, Item=item, **conditional)
    assert caught.value.response["Item"] == item
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.get_item(TableName="no-table", Key=item)
    with pytest.raises(ClientError, match="Invalid UpdateExpression") as refused:
        dynamodb.update_item(TableName=TABLE, Key=item, UpdateExpression="SET")
    assert refused.value.response["Error"]["Code"] == "ValidationException"
