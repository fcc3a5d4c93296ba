"""What is authorised is what is done: a request cannot name one operation to us and another to moto."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from emulator.address import Emulator
from emulator.tests.roles import Role, arn, statement

TEXT = "a&Action=PurgeQueue&QueueName=b"


@pytest.fixture(scope="module")
def role(emulator: Emulator) -> Role:
    dynamodb = emulator.client("dynamodb")
    dynamodb.create_table(
        TableName="kept",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    emulator.client("sns").create_topic(Name="kept")
    return Role(
        emulator,
        statement("dynamodb:DescribeTable", arn("dynamodb", "table/kept")),
        statement("sns:Publish", arn("sns", "kept")),
        statement("lambda:ListFunctions", "*"),
    )


def test_text_in_a_message_is_no_parameter(emulator: Emulator) -> None:
    sqs, events = emulator.client("sqs"), emulator.client("events")
    url = sqs.create_queue(QueueName="texts")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=TEXT)
    assert [each["Body"] for each in sqs.receive_message(QueueUrl=url)["Messages"]] == [TEXT]
    entry = {"Source": "s", "DetailType": "d", "Detail": json.dumps({"merchant_id": TEXT})}
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0


OTHER_OPERATIONS: dict[str, tuple[str, str, dict[str, str], dict[str, Any]]] = {
    "a target beside a form": (
        "sns",
        "publish",
        {"TopicArn": arn("sns", "kept"), "Message": "m"},
        {"headers": {"X-Amz-Target": "SNS.Publish"}, "body": {"Action": "DeleteTopic"}},
    ),
    "an Action in the URL beside a target": (
        "dynamodb",
        "describe_table",
        {"TableName": "kept"},
        {"url": "/?Action=DeleteTable"},
    ),
    "an Action in the URL beside a form": (
        "sns",
        "publish",
        {"TopicArn": arn("sns", "kept"), "Message": "m"},
        {"url": f"/?Action=DeleteTopic&TopicArn={arn('sns', 'kept')}", "headers": {"Content-Type": "a/b"}},
    ),
    "an Action in the URL beside a path": (
        "lambda",
        "list_functions",
        {},
        {"url": "/2015-03-31/functions/?Action=DeleteFunction"},
    ),
}


@pytest.mark.parametrize("way", OTHER_OPERATIONS)
def test_no_request_names_two_operations(emulator: Emulator, role: Role, way: str) -> None:
    service, operation, given, more = OTHER_OPERATIONS[way]
    client = role.client(service)

    def forge(params: dict[str, Any], **_: object) -> None:
        params["headers"].update(more.get("headers", {}))
        if "body" in more:
            params["body"] = {**params["body"], **more["body"]}
        if "url" in more:
            params["url"] = f"{emulator.endpoint}{more['url']}"

    client.meta.events.register(f"before-call.{service}", forge)
    if service != "sns":
        assert getattr(client, operation)(**given), "what target or path name is done"
    else:
        with pytest.raises((ClientError, ResponseParserError), match=r"parameter|name"):
            getattr(client, operation)(**given)
    assert "kept" in emulator.client("dynamodb").list_tables()["TableNames"]
    topics = emulator.client("sns").list_topics()["Topics"]
    assert arn("sns", "kept") in {each["TopicArn"] for each in topics}
