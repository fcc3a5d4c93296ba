"""Access to DynamoDB tables, indexes and items, by condition on the leading key."""

import json
from functools import partial
from typing import Any

import pytest

from emulator.address import Emulator
from emulator.tests.roles import Role, arn, queue_url, refused, statement


@pytest.mark.usefixtures("resources")
def test_batches_and_transactions_are_authorized_per_table(emulator: Emulator) -> None:
    dynamodb = Role(
        emulator, statement(["dynamodb:BatchGetItem", "dynamodb:PutItem"], arn("dynamodb", "table/plain"))
    ).client("dynamodb")
    keys = {"Keys": [{"id": {"S": "1"}}]}
    put = {"Put": {"TableName": "plain", "Item": {"id": {"S": "2"}}}}

    assert "plain" in dynamodb.batch_get_item(RequestItems={"plain": keys})["Responses"]
    assert (
        "table/secret"
        in refused(lambda: dynamodb.batch_get_item(RequestItems={"plain": keys, "secret": keys}))[1]
    )
    dynamodb.transact_write_items(TransactItems=[put])
    delete = {"Delete": {"TableName": "plain", "Key": {"id": {"S": "2"}}}}
    assert (
        "dynamodb:DeleteItem"
        in refused(lambda: dynamodb.transact_write_items(TransactItems=[put, delete]))[1]
    )


@pytest.mark.usefixtures("resources")
def test_leading_keys_limit_access_to_items(emulator: Emulator) -> None:
    condition = {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": "mine#*"},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }
    named = ("GetItem", "PutItem", "BatchGetItem", "BatchWriteItem", "Query", "Scan")
    rights = [f"dynamodb:{name}" for name in named]
    role = Role(emulator, statement(rights, arn("dynamodb", "table/plain"), Condition=condition))
    dynamodb = role.client("dynamodb")
    mine, other = {"id": {"S": "mine#1"}}, {"id": {"S": "other#1"}}
    dynamodb.put_item(TableName="plain", Item=mine)
    assert dynamodb.get_item(TableName="plain", Key=mine)["Item"] == mine
    dynamodb.batch_get_item(RequestItems={"plain": {"Keys": [mine]}})
    dynamodb.batch_write_item(RequestItems={"plain": [{"PutRequest": {"Item": mine}}]})

    def query(of: str) -> Any:
        """Query with the legacy KeyConditions parameter."""
        is_key = {"AttributeValueList": [{"S": of}], "ComparisonOperator": "EQ"}
        return dynamodb.query(TableName="plain", KeyConditions={"id": is_key})

    assert query("mine#1")["Items"] == [mine]
    written = [{"PutRequest": {"Item": mine}}, {"DeleteRequest": {"Key": other}}]
    for call in (
        lambda: query("other#1"),
        lambda: dynamodb.batch_write_item(RequestItems={"plain": written}),
        lambda: dynamodb.put_item(TableName="plain", Item=other),
        lambda: dynamodb.get_item(TableName="plain", Key=other),
        lambda: dynamodb.batch_get_item(RequestItems={"plain": {"Keys": [mine, other]}}),
        lambda: dynamodb.scan(TableName="plain"),
    ):
        assert refused(call)[0] == "AccessDeniedException"


@pytest.mark.usefixtures("resources")
def test_unknown_request_members_do_not_change_the_resource(emulator: Emulator) -> None:
    """A hand-written request can hold members that the operation does not read."""
    emulator.client("sqs").create_queue(QueueName="mine")
    role = Role(
        emulator,
        statement("dynamodb:PutItem", arn("dynamodb", "table/mine")),
        statement("sqs:SendMessage", arn("sqs", "mine")),
    )
    url, item = queue_url(emulator, "plain"), {"id": {"S": "forged"}}
    forged: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
        ("dynamodb", "put_item", {"TableName": "plain", "Item": item}, {"TransactItems": []}),
        ("dynamodb", "put_item", {"TableName": "plain", "Item": item}, {"RequestItems": {}}),
        ("sqs", "send_message", {"QueueUrl": url, "MessageBody": "forged"}, {"QueueName": "mine"}),
    ]
    for service, operation, given, added in forged:
        client = role.client(service)

        def add(params: dict[str, Any], added: dict[str, Any] = added, **_: object) -> None:
            params["body"] = json.dumps({**json.loads(params["body"]), **added}).encode()

        client.meta.events.register(f"before-call.{service}", add)
        assert refused(partial(getattr(client, operation), **given))[0].startswith("AccessDenied")
    assert "Item" not in emulator.client("dynamodb").get_item(TableName="plain", Key=item)


@pytest.mark.usefixtures("resources")
def test_leading_keys_of_a_query_are_those_of_its_table_or_index(emulator: Emulator) -> None:
    kind, at = {"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}
    emulator.client("dynamodb").create_table(
        TableName="listed",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": of}
            for name, of in (("id", "S"), ("kind", "S"), ("at", "N"))
        ],
        GlobalSecondaryIndexes=[
            {"IndexName": "by-kind", "KeySchema": [kind, at], "Projection": {"ProjectionType": "ALL"}}
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    on_index = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "open"}}
    on_table = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "mine#*"}}
    role = Role(
        emulator,
        statement("dynamodb:Query", arn("dynamodb", "table/listed/index/by-kind"), Condition=on_index),
        statement("dynamodb:Query", arn("dynamodb", "table/listed"), Condition=on_table),
    )
    dynamodb = role.client("dynamodb")

    def of_index(value: str) -> Any:
        return dynamodb.query(
            TableName="listed",
            IndexName="by-kind",
            KeyConditionExpression="#at >= :at AND #kind = :kind",
            ExpressionAttributeNames={"#kind": "kind", "#at": "at"},
            ExpressionAttributeValues={":kind": {"S": value}, ":at": {"N": "0"}},
        )

    def of_table(value: str) -> Any:
        return dynamodb.query(
            TableName="listed",
            KeyConditionExpression="id = :id",
            ExpressionAttributeValues={":id": {"S": value}},
        )

    assert of_index("open")["Items"] == of_table("mine#1")["Items"] == []
    for call in (lambda: of_index("closed"), lambda: of_table("other#1")):
        assert refused(call)[0] == "AccessDeniedException"
