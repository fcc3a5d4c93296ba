"""What a call uses is written down as AWS bills it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.cloud import meter
from emulator.cloud.capacity import item_bytes
from emulator.tests.process import running_emulator
from emulator.tests.roles import Role, arn, refused, statement


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Any]]:
    directory = tmp_path_factory.mktemp("metered")
    with running_emulator(directory) as (emulator, _):
        emulator.client("dynamodb").create_table(
            TableName="things",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield directory, emulator


@pytest.fixture(scope="module")
def client(started: tuple[Path, Any]) -> Any:
    return Role(started[1], statement("dynamodb:*", arn("dynamodb", "table/things"))).client("dynamodb")


@pytest.fixture
def used(started: tuple[Path, Any]) -> Any:
    path = started[0] / meter.FILE_NAME
    before = len(path.read_text().splitlines())

    def lines() -> list[tuple[str, float, float]]:
        entries = [json.loads(line) for line in path.read_text().splitlines()[before:]]
        assert all(each["on"] == [arn("dynamodb", "table/things")] for each in entries)
        return [(each["operation"], each["write_units"], each["read_units"]) for each in entries]

    return lines


def thing(name: str, size: int = 10) -> dict[str, Any]:
    return {"id": {"S": name}, "text": {"S": "x" * size}}


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "é€"}, 5),
        ({"N": "0"}, 1),
        ({"N": "12345"}, 4),
        ({"N": "-1200.50"}, 4),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"L": [{"S": "ab"}, {"N": "7"}]}, 3 + 3 + 3),
        ({"M": {"k": {"S": "ab"}}}, 3 + 3 + 1),
    ],
)
def test_values_have_the_sizes_that_aws_documents(value: dict[str, Any], size: int) -> None:
    assert item_bytes({"name": value}) == len("name") + size


def test_a_write_counts_kilobytes_of_the_larger_item(client: Any, used: Any) -> None:
    client.put_item(TableName="things", Item=thing("a"))
    client.put_item(TableName="things", Item=thing("a", 2500))
    client.put_item(TableName="things", Item=thing("a"))
    client.update_item(
        TableName="things",
        Key={"id": {"S": "a"}},
        UpdateExpression="SET extra = :extra",
        ExpressionAttributeValues={":extra": {"S": "x" * 1500}},
    )
    client.delete_item(TableName="things", Key={"id": {"S": "a"}})
    assert [units for _, units, _ in used()] == [1, 3, 3, 2, 2]


def test_a_condition_that_fails_counts_the_item_that_is_there(client: Any, used: Any) -> None:
    client.put_item(TableName="things", Item=thing("b", 1500))
    new = "attribute_not_exists(id)"
    code, _ = refused(lambda: client.put_item(TableName="things", Item=thing("b"), ConditionExpression=new))
    assert code == "ConditionalCheckFailedException"
    assert [units for _, units, _ in used()] == [2, 2]


def test_a_transaction_counts_twice(client: Any, used: Any) -> None:
    put = [{"Put": {"TableName": "things", "Item": thing(name)}} for name in ("c", "d")]
    client.transact_write_items(TransactItems=put)
    assert used() == [("dynamodb:TransactWriteItems", 4, 0)]


def test_a_read_counts_each_key_that_is_asked_for(client: Any, used: Any) -> None:
    client.put_item(TableName="things", Item=thing("e", 5000))
    keys = [{"id": {"S": name}} for name in ("e", "absent-1", "absent-2")]
    for consistent in (True, False):
        client.batch_get_item(RequestItems={"things": {"Keys": keys, "ConsistentRead": consistent}})
    client.get_item(TableName="things", Key={"id": {"S": "absent-1"}})
    assert [units for _, _, units in used()] == [0, 4, 2, 0.5]


def test_a_refused_call_uses_nothing_and_the_operator_is_not_metered(
    started: tuple[Path, Any], used: Any
) -> None:
    directory, emulator = started
    before = (directory / meter.FILE_NAME).read_text()
    emulator.client("dynamodb").put_item(TableName="things", Item=thing("operator"))
    nobody = Role(emulator).client("dynamodb")
    refused(lambda: nobody.put_item(TableName="things", Item=thing("refused")))
    assert (directory / meter.FILE_NAME).read_text() == before
