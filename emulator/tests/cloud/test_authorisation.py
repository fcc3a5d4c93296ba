"""Every call of a role, over the wire: allowed where AWS allows, denied in AWS's words."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import boto3
import pytest

from emulator.address import Emulator
from emulator.tests.roles import ACCOUNT, REGION, Role, arn, policy, refused, statement


@pytest.fixture(scope="module")
def resources(emulator: Emulator) -> dict[str, str]:
    """A plain queue, topic and table, and the same under a key of our own."""
    key = emulator.client("kms").create_key()["KeyMetadata"]["Arn"]
    emulator.client("kms").put_key_policy(
        KeyId=key,
        PolicyName="default",
        Policy=policy(
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                "Resource": "*",
            }
        ),
    )
    for name, queue_attributes, topic_attributes, table in (
        ("plain", {}, {}, {}),
        (
            "secret",
            {"KmsMasterKeyId": key},
            {"KmsMasterKeyId": key},
            {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}},
        ),
    ):
        emulator.client("sqs").create_queue(QueueName=name, Attributes=queue_attributes)
        emulator.client("sns").create_topic(Name=name, Attributes=topic_attributes)
        emulator.client("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            **table,
        )
    emulator.client("events").create_event_bus(Name="plain")
    return {"key": key}


def _url(emulator: Emulator, name: str) -> str:
    return f"{emulator.endpoint}/{ACCOUNT}/{name}"


CALLS: dict[str, tuple[str, str, Callable[[Role, Emulator, str], object]]] = {
    "dynamodb": (
        "dynamodb:PutItem",
        "table/{}",
        lambda role, _, name: role.client("dynamodb").put_item(TableName=name, Item={"id": {"S": "1"}}),
    ),
    "sqs": (
        "sqs:SendMessage",
        "{}",
        lambda role, emulator, name: role.client("sqs").send_message(
            QueueUrl=_url(emulator, name), MessageBody="b"
        ),
    ),
    "sns": (
        "sns:Publish",
        "{}",
        lambda role, _, name: role.client("sns").publish(TopicArn=arn("sns", name), Message="m"),
    ),
}
CODES = {"dynamodb": "AccessDeniedException", "sqs": "AccessDenied", "sns": "AuthorizationError"}


@pytest.mark.parametrize("service", CALLS)
@pytest.mark.usefixtures("resources")
def test_an_allow_for_the_exact_resource_is_enough(emulator: Emulator, service: str) -> None:
    action, resource, call = CALLS[service]
    call(Role(emulator, statement(action, arn(service, resource.format("plain")))), emulator, "plain")


@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize("rights", ["none", "another resource", "another action", "a deny"])
@pytest.mark.usefixtures("resources")
def test_anything_less_is_denied(emulator: Emulator, service: str, rights: str) -> None:
    action, resource, call = CALLS[service]
    target = arn(service, resource.format("plain"))
    statements = {
        "none": [],
        "another resource": [statement(action, f"{target}s")],
        "another action": [statement(f"{service}:ListTagsForResource", target)],
        "a deny": [statement(action, target), statement(f"{service}:*", "*", Effect="Deny")],
    }[rights]
    role = Role(emulator, *statements)

    code, message = refused(lambda: call(role, emulator, "plain"))
    assert code == CODES[service]
    who = f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{role.name}/test is not authorized to perform: {action}"
    assert message.startswith(f"{who} on resource: {target} ")
    expected = (
        "explicit deny in an identity-based policy"
        if rights == "a deny"
        else "no identity-based policy allows"
    )
    assert expected in message


@pytest.mark.parametrize("service", CALLS)
def test_data_under_a_key_needs_the_key_through_its_service(
    emulator: Emulator, resources: dict[str, str], service: str
) -> None:
    action, resource, call = CALLS[service]
    own = statement(action, arn(service, resource.format("secret")))
    key_rights = ["kms:Decrypt", "kms:GenerateDataKey"]

    def through(name: str) -> dict[str, Any]:
        condition = {"StringEquals": {"kms:ViaService": f"{name}.{REGION}.amazonaws.com"}}
        return statement(key_rights, resources["key"], Condition=condition)

    call(Role(emulator, own, through(service)), emulator, "secret")
    without = Role(emulator, own)
    assert "kms:" in refused(lambda: call(without, emulator, "secret"))[1]
    elsewhere = Role(emulator, own, through("s3"))
    assert resources["key"] in refused(lambda: call(elsewhere, emulator, "secret"))[1]


@pytest.mark.usefixtures("resources")
def test_events_are_put_by_source_and_bus(emulator: Emulator) -> None:
    condition = {"StringEquals": {"events:source": "shop", "events:detail-type": "Order"}}
    role = Role(
        emulator, statement("events:PutEvents", arn("events", "event-bus/plain"), Condition=condition)
    )
    entry = {"EventBusName": "plain", "Source": "shop", "DetailType": "Order", "Detail": "{}"}
    events = role.client("events")

    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    for change in ({"Source": "other"}, {"DetailType": "Other"}, {"EventBusName": "default"}):
        code, _ = refused(lambda change=change: events.put_events(Entries=[entry, {**entry, **change}]))  # type: ignore[misc]
        assert code == "AccessDeniedException"


@pytest.mark.usefixtures("resources")
def test_batches_and_transactions_need_the_right_for_each_table(emulator: Emulator) -> None:
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


@pytest.mark.parametrize(
    ("service", "code", "call"),
    [
        ("lambda", "AccessDeniedException", lambda client: client.list_functions()),
        ("lambda", "AccessDeniedException", lambda client: client.invoke(FunctionName="f")),
        ("apigateway", "AccessDeniedException", lambda client: client.get_rest_apis()),
        ("pipes", "AccessDeniedException", lambda client: client.list_pipes()),
        (
            "xray",
            "AccessDeniedException",
            lambda client: client.put_trace_segments(TraceSegmentDocuments=["{}"]),
        ),
        ("iam", "AccessDenied", lambda client: client.list_roles()),
        ("ec2", "UnauthorizedOperation", lambda client: client.describe_vpcs()),
        ("cloudwatch", "AccessDeniedException", lambda client: client.describe_alarms()),
        ("logs", "AccessDeniedException", lambda client: client.describe_log_groups()),
        ("kms", "AccessDeniedException", lambda client: client.list_keys()),
    ],
)
def test_a_role_without_rights_may_call_nothing(
    emulator: Emulator, service: str, code: str, call: Callable[[Any], object]
) -> None:
    client = Role(emulator).client(service)
    assert refused(lambda: call(client))[0] == code


@pytest.mark.usefixtures("resources")
def test_a_right_to_some_keys_of_a_table_is_no_right_to_others(emulator: Emulator) -> None:
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
        """As a client of before there were expressions asks."""
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
def test_what_an_operation_does_not_take_says_nothing_of_what_it_acts_on(emulator: Emulator) -> None:
    """A caller that writes its own requests adds members, which no service reads."""
    emulator.client("sqs").create_queue(QueueName="mine")
    role = Role(
        emulator,
        statement("dynamodb:PutItem", arn("dynamodb", "table/mine")),
        statement("sqs:SendMessage", arn("sqs", "mine")),
    )
    url, item = _url(emulator, "plain"), {"id": {"S": "forged"}}
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
def test_a_query_names_the_key_of_the_table_or_of_the_index_that_it_asks(emulator: Emulator) -> None:
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


def test_a_managed_policy_counts_like_an_inline_one(emulator: Emulator) -> None:
    role = Role(emulator)
    policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaENIManagementAccess"
    assert refused(lambda: role.client("ec2").describe_network_interfaces())[0] == "UnauthorizedOperation"
    emulator.client("iam").attach_role_policy(RoleName=role.name, PolicyArn=policy_arn)
    assert role.client("ec2").describe_network_interfaces()["NetworkInterfaces"] == []


def test_a_managed_policy_that_does_not_exist_cannot_be_attached(emulator: Emulator) -> None:
    role = Role(emulator)
    missing = "arn:aws:iam::aws:policy/AWSLambdaENIManagementAccess"  # it has a path
    code, _ = refused(
        lambda: emulator.client("iam").attach_role_policy(RoleName=role.name, PolicyArn=missing)
    )
    assert code == "NoSuchEntity"


def test_the_policy_of_a_queue_may_allow_or_deny(emulator: Emulator) -> None:
    sqs = emulator.client("sqs")
    url = sqs.create_queue(QueueName="guarded")["QueueUrl"]
    queue = arn("sqs", "guarded")
    stranger, friend = Role(emulator), Role(emulator)
    holder = Role(emulator, statement("sqs:SendMessage", queue))
    allow = {
        "Effect": "Allow",
        "Principal": {"AWS": friend.arn},
        "Action": "sqs:SendMessage",
        "Resource": queue,
    }
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": queue}
    only_holder = {**deny, "Condition": {"ArnEquals": {"aws:PrincipalArn": holder.arn}}}
    insecure = {**deny, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(allow, only_holder, insecure)})

    friend.client("sqs").send_message(QueueUrl=url, MessageBody="b")
    refused(lambda: stranger.client("sqs").send_message(QueueUrl=url, MessageBody="b"))
    message = refused(lambda: holder.client("sqs").send_message(QueueUrl=url, MessageBody="b"))[1]
    assert "explicit deny in a resource-based policy" in message


def test_a_policy_with_an_unknown_condition_key_denies_everything(emulator: Emulator) -> None:
    condition = {"StringEquals": {"aws:SourceVpcEndpointTypo": "x"}}
    role = Role(
        emulator,
        statement("dynamodb:ListTables", "*"),
        statement("dynamodb:PutItem", "*", Condition=condition),
    )
    message = refused(lambda: role.client("dynamodb").list_tables())[1]
    assert "condition key 'aws:SourceVpcEndpointTypo' is not known" in message


def test_a_role_is_assumed_only_by_whom_it_trusts(emulator: Emulator) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    emulator.client("iam").create_role(RoleName="for-lambda", AssumeRolePolicyDocument=policy(trust))
    sts = emulator.client("sts")
    arn = f"arn:aws:iam::{ACCOUNT}:role/for-lambda"
    assert refused(lambda: sts.assume_role(RoleArn=arn, RoleSessionName="test"))[0] == "AccessDenied"
    role = Role(emulator, statement("sts:AssumeRole", "*"))
    assert (
        refused(lambda: role.client("sts").assume_role(RoleArn=arn, RoleSessionName="test"))[0]
        == "AccessDenied"
    )
    named = role.client("sts").get_caller_identity()
    assert (named["Account"], named["Arn"].rpartition(":")[2].partition("/")[0]) == (ACCOUNT, "assumed-role")
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/operator"


@pytest.mark.parametrize(
    ("service", "code", "call"),
    [
        ("dynamodb", "UnrecognizedClientException", lambda client: client.list_tables()),
        ("sns", "InvalidClientTokenId", lambda client: client.list_topics()),
        ("lambda", "UnrecognizedClientException", lambda client: client.list_functions()),
    ],
)
def test_an_unknown_key_is_refused(
    emulator: Emulator, service: str, code: str, call: Callable[[Any], object]
) -> None:
    client = boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=emulator.endpoint,
        region_name=REGION,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key=emulator.secret_access_key,
    )
    assert refused(lambda: call(client))[0] == code


def test_a_wrong_secret_is_refused(emulator: Emulator) -> None:
    client = boto3.client(
        "dynamodb",
        endpoint_url=emulator.endpoint,
        region_name=REGION,
        aws_access_key_id=emulator.access_key_id,
        aws_secret_access_key="wrong",
    )
    assert refused(client.list_tables)[0] == "InvalidSignatureException"


def test_a_network_interface_is_a_resource_that_a_deny_can_name(emulator: Emulator) -> None:
    """A call that was read without one slipped through a Deny on every resource of EC2."""
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.8.0.0/24")["Subnet"]["SubnetId"]
    everything = statement("ec2:CreateNetworkInterface", "*")
    denied = {**statement("ec2:CreateNetworkInterface", arn("ec2", "*/*")), "Effect": "Deny"}
    code, text = refused(
        lambda: Role(emulator, everything, denied).client("ec2").create_network_interface(SubnetId=subnet)
    )
    assert code == "UnauthorizedOperation"
    assert "explicit deny" in text
    Role(emulator, everything).client("ec2").create_network_interface(SubnetId=subnet)


@pytest.mark.usefixtures("resources")
def test_a_session_policy_limits_what_a_role_may(emulator: Emulator) -> None:
    role = Role(emulator, statement(["dynamodb:PutItem", "dynamodb:ListTables"], "*"))
    only = policy(statement("dynamodb:ListTables", "*"))
    taken_on = emulator.client("sts").assume_role(RoleArn=role.arn, RoleSessionName="limited", Policy=only)
    keys = taken_on["Credentials"]
    dynamodb = emulator.client(
        "dynamodb",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    assert "plain" in dynamodb.list_tables()["TableNames"]
    _, message = refused(lambda: dynamodb.put_item(TableName="plain", Item={"id": {"S": "1"}}))
    assert "because no session policy allows the dynamodb:PutItem action" in message


def test_a_right_in_one_encryption_context_is_none_in_another(
    emulator: Emulator, resources: dict[str, str]
) -> None:
    here = {"StringEquals": {"kms:EncryptionContext:shop": "here"}}
    kms = Role(emulator, statement("kms:GenerateDataKey", resources["key"], Condition=here)).client("kms")
    given: dict[str, Any] = {"KeyId": resources["key"], "KeySpec": "AES_256"}
    kms.generate_data_key(**given, EncryptionContext={"shop": "here"})
    for other in ({"shop": "there"}, {}):
        code, _ = refused(lambda other=other: kms.generate_data_key(**given, EncryptionContext=other))  # type: ignore[misc]
        assert code == "AccessDeniedException"
