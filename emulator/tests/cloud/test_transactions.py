"""Transactions of DynamoDB: all of it or nothing, a reason for each item, the rights to each write."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.address import Emulator
from emulator.tests.roles import Role, arn, refused, statement

RECORDS, PROFILES = "transaction-records", "transaction-profiles"


@pytest.fixture(scope="module")
def dynamodb(emulator: Emulator) -> Any:
    client = emulator.client("dynamodb")
    for name in (RECORDS, PROFILES):
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
    return client


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    return str(request.node.name)


def update(key: str, condition: str = "attribute_not_exists(id)") -> dict[str, Any]:
    return {
        "Update": {
            "TableName": RECORDS,
            "Key": {"id": {"S": key}},
            "UpdateExpression": "SET #s = :s, fact = if_not_exists(fact, :f)",
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#s": "status"},
            "ExpressionAttributeValues": {":s": {"S": "OPEN"}, ":f": {"N": "1"}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def put(key: str, condition: str = "attribute_not_exists(id)") -> dict[str, Any]:
    return {"Put": {"TableName": PROFILES, "Item": {"id": {"S": key}}, "ConditionExpression": condition}}


def item(dynamodb: Any, table: str, key: str) -> Any:
    return dynamodb.get_item(TableName=table, Key={"id": {"S": key}}).get("Item")


def cancelled(call: Callable[[], object]) -> list[dict[str, Any]]:
    with pytest.raises(ClientError) as caught:
        call()
    assert caught.value.response["Error"]["Code"] == "TransactionCanceledException"
    return [dict(reason) for reason in caught.value.response["CancellationReasons"]]


def test_everything_is_written(dynamodb: Any, key: str) -> None:
    dynamodb.transact_write_items(TransactItems=[update(key), put(key)])
    assert item(dynamodb, RECORDS, key) == {"id": {"S": key}, "status": {"S": "OPEN"}, "fact": {"N": "1"}}
    assert item(dynamodb, PROFILES, key) == {"id": {"S": key}}


def test_one_condition_that_does_not_hold_cancels_everything_with_a_reason_for_each(
    dynamodb: Any, key: str
) -> None:
    dynamodb.put_item(TableName=PROFILES, Item={"id": {"S": key}, "revision": {"N": "7"}})
    reasons = cancelled(lambda: dynamodb.transact_write_items(TransactItems=[update(key), put(key)]))
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"]
    assert item(dynamodb, RECORDS, key) is None
    assert item(dynamodb, PROFILES, key) == {"id": {"S": key}, "revision": {"N": "7"}}


def test_the_item_that_was_in_the_way_is_shown_where_asked_for(dynamodb: Any, key: str) -> None:
    dynamodb.transact_write_items(TransactItems=[update(key)])
    [reason] = cancelled(lambda: dynamodb.transact_write_items(TransactItems=[update(key)]))
    assert reason["Item"]["status"] == {"S": "OPEN"}


def test_checks_and_deletions_take_part(dynamodb: Any, key: str) -> None:
    dynamodb.transact_write_items(TransactItems=[put(key)])
    there = {"TableName": PROFILES, "Key": {"id": {"S": key}}, "ConditionExpression": "attribute_exists(id)"}
    dynamodb.transact_write_items(TransactItems=[{"ConditionCheck": there}, update(key)])
    dynamodb.transact_write_items(TransactItems=[{"Delete": there}])
    assert item(dynamodb, PROFILES, key) is None
    [reason, _] = cancelled(
        lambda: dynamodb.transact_write_items(
            TransactItems=[{"ConditionCheck": there}, update(key, "attribute_exists(id)")]
        )
    )
    assert reason["Code"] == "ConditionalCheckFailed"


def test_one_item_may_be_written_once(dynamodb: Any, key: str) -> None:
    _, message = refused(lambda: dynamodb.transact_write_items(TransactItems=[put(key), put(key)]))
    assert "multiple operations on one item" in message


@pytest.mark.parametrize(
    ("missing", "statements"),
    [
        ("dynamodb:PutItem", [statement("dynamodb:UpdateItem", arn("dynamodb", f"table/{RECORDS}"))]),
        ("dynamodb:UpdateItem", [statement("dynamodb:PutItem", arn("dynamodb", f"table/{PROFILES}"))]),
        ("", [statement("dynamodb:*Item", arn("dynamodb", "table/transaction-*"))]),
    ],
)
def test_a_role_needs_the_right_to_each_write(
    dynamodb: Any, emulator: Emulator, key: str, missing: str, statements: list[dict[str, Any]]
) -> None:
    client = Role(emulator, *statements).client("dynamodb")
    if missing:
        code, message = refused(lambda: client.transact_write_items(TransactItems=[update(key), put(key)]))
        assert code == "AccessDeniedException"
        assert f"not authorized to perform: {missing} on resource" in message
        assert item(dynamodb, RECORDS, key) is None
    else:
        client.transact_write_items(TransactItems=[update(key), put(key)])
        assert item(dynamodb, RECORDS, key) is not None


def test_what_is_sent_again_under_its_token_is_done_once_and_answered_the_same(
    dynamodb: Any, key: str
) -> None:
    for _ in range(2):
        dynamodb.transact_write_items(TransactItems=[update(key)], ClientRequestToken=key)
    other = lambda: dynamodb.transact_write_items(TransactItems=[update(key)])  # noqa: E731
    assert cancelled(other)[0]["Code"] == "ConditionalCheckFailed"
