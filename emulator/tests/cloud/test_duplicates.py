"""A name that is taken is refused as AWS does, so that a replacement that collides is seen.

AWS takes a second ``PutRule``, ``PutTargets``, ``PutRolePolicy``, ``PutMetricAlarm``, ``PutDashboard`` or
``PutIntegration`` for a change of the first, and a second ``CreateRestApi`` or ``CreateRequestValidator`` for
another one: those refuse nothing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.address import Emulator
from emulator.tests.resources import Deployer, arn, trust, zipped

Client = Callable[[str], Any]


def vpc(client: Client) -> str:
    return str(client("ec2").create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"])


def key(client: Client) -> str:
    return str(client("kms").create_key()["KeyMetadata"]["KeyId"])


def role(client: Client, name: str) -> str:
    made = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))
    return str(made["Role"]["Arn"])


def api(client: Client) -> str:
    return str(client("apigateway").create_rest_api(name="taken")["id"])


def stage(client: Client) -> dict[str, str]:
    apigateway, rest_api = client("apigateway"), api(client)
    root = apigateway.get_resources(restApiId=rest_api)["items"][0]["id"]
    method = {"restApiId": rest_api, "resourceId": root, "httpMethod": "GET"}
    apigateway.put_method(**method, authorizationType="NONE")
    apigateway.put_integration(**method, type="MOCK")
    deployment = apigateway.create_deployment(restApiId=rest_api)["id"]
    return {"restApiId": rest_api, "stageName": "taken", "deploymentId": deployment}


def pipe(client: Client) -> dict[str, str]:
    sqs = client("sqs")
    urls = [sqs.create_queue(QueueName=f"pipe-{end}")["QueueUrl"] for end in ("source", "target")]
    ends = [arn("sqs", url.rpartition("/")[2]) for url in urls]
    return {"Name": "taken", "Source": ends[0], "Target": ends[1], "RoleArn": role(client, "pipes")}


def table(attribute: str) -> dict[str, Any]:
    return {
        "TableName": "taken",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": attribute, "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": attribute, "AttributeType": "S"}],
    }


def function(client: Client, name: str = "taken") -> dict[str, Any]:
    return {
        "FunctionName": name,
        "Runtime": "python3.11",
        "Handler": "handler.handle",
        "Role": role(client, f"{name}-role"),
        "Code": {"ZipFile": zipped("def handle(event, context): ...")},
    }


def permission(client: Client) -> dict[str, str]:
    client("lambda").create_function(**function(client, "permitted"))
    return {
        "FunctionName": "permitted",
        "StatementId": "taken",
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
    }


CASES: dict[str, tuple[str, str, Callable[[Client], dict[str, Any]], dict[str, Any], str]] = {
    "security group": (
        "ec2",
        "create_security_group",
        lambda client: {"GroupName": "taken", "Description": "one", "VpcId": vpc(client)},
        {"Description": "another"},
        "InvalidGroup.Duplicate",
    ),
    "key alias": (
        "kms",
        "create_alias",
        lambda client: {"AliasName": "alias/taken", "TargetKeyId": key(client)},
        {},
        "AlreadyExistsException",
    ),
    "table": (
        "dynamodb",
        "create_table",
        lambda _: table("one"),
        table("another"),
        "ResourceInUseException",
    ),
    "queue of other attributes": (
        "sqs",
        "create_queue",
        lambda _: {"QueueName": "taken", "Attributes": {"VisibilityTimeout": "30"}},
        {"Attributes": {"VisibilityTimeout": "31"}},
        "QueueAlreadyExists",
    ),
    "topic of other tags": (
        "sns",
        "create_topic",
        lambda _: {"Name": "taken", "Tags": [{"Key": "Layer", "Value": "one"}]},
        {"Tags": [{"Key": "Layer", "Value": "another"}]},
        "InvalidParameter",
    ),
    "role": (
        "iam",
        "create_role",
        lambda _: {"RoleName": "taken", "AssumeRolePolicyDocument": trust("lambda.amazonaws.com")},
        {"Path": "/elsewhere/"},
        "EntityAlreadyExists",
    ),
    "log group": (
        "logs",
        "create_log_group",
        lambda _: {"logGroupName": "/taken"},
        {},
        "ResourceAlreadyExistsException",
    ),
    "function": ("lambda", "create_function", function, {}, "ResourceConflictException"),
    "permission": (
        "lambda",
        "add_permission",
        permission,
        {"SourceAccount": "123456789012"},
        "ResourceConflictException",
    ),
    "event bus": (
        "events",
        "create_event_bus",
        lambda _: {"Name": "taken"},
        {},
        "ResourceAlreadyExistsException",
    ),
    "pipe": ("pipes", "create_pipe", pipe, {}, "ConflictException"),
    "model": (
        "apigateway",
        "create_model",
        lambda client: {"restApiId": api(client), "name": "taken", "contentType": "application/json"},
        {"contentType": "text/plain"},
        "ConflictException",
    ),
    "stage": ("apigateway", "create_stage", stage, {}, "ConflictException"),
}
"""Service, operation, arguments of the first, what differs in the second, and how AWS refuses that one."""


@pytest.mark.parametrize("kind", CASES)
def test_a_name_that_is_taken_is_refused(emulator: Emulator, tmp_path: Path, kind: str) -> None:
    service, operation, arguments, other, code = CASES[kind]
    client = Deployer(emulator, tmp_path).client
    given = arguments(client)
    create = getattr(client(service), operation)
    create(**given)

    with pytest.raises(ClientError) as refused:
        create(**{**given, **other})

    assert refused.value.response["Error"]["Code"].endswith(code)
