"""Authorization over the wire: a role's calls are allowed or denied as AWS does, with its messages."""

from collections.abc import Callable
from typing import Any

import pytest

from emulator.address import Emulator
from emulator.tests.roles import ACCOUNT, REGION, Role, arn, policy, queue_url, refused, statement

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
            QueueUrl=queue_url(emulator, name), MessageBody="b"
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
def test_a_call_without_a_matching_allow_is_denied(emulator: Emulator, service: str, rights: str) -> None:
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
def test_encrypted_resources_need_the_key_through_their_service(
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
def test_put_events_is_authorized_by_source_detail_type_and_bus(emulator: Emulator) -> None:
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
def test_a_role_without_policies_is_denied(
    emulator: Emulator, service: str, code: str, call: Callable[[Any], object]
) -> None:
    client = Role(emulator).client(service)
    assert refused(lambda: call(client))[0] == code


def test_a_managed_policy_grants_its_rights(emulator: Emulator) -> None:
    role = Role(emulator)
    policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaENIManagementAccess"
    assert refused(lambda: role.client("ec2").describe_network_interfaces())[0] == "UnauthorizedOperation"
    emulator.client("iam").attach_role_policy(RoleName=role.name, PolicyArn=policy_arn)
    assert role.client("ec2").describe_network_interfaces()["NetworkInterfaces"] == []


def test_an_unknown_managed_policy_cannot_be_attached(emulator: Emulator) -> None:
    role = Role(emulator)
    missing = "arn:aws:iam::aws:policy/AWSLambdaENIManagementAccess"  # it has a path
    code, _ = refused(
        lambda: emulator.client("iam").attach_role_policy(RoleName=role.name, PolicyArn=missing)
    )
    assert code == "NoSuchEntity"


def test_a_queue_policy_allows_and_denies(emulator: Emulator) -> None:
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


def test_a_policy_with_an_unknown_condition_key_denies_every_call(emulator: Emulator) -> None:
    condition = {"StringEquals": {"aws:SourceVpcEndpointTypo": "x"}}
    role = Role(
        emulator,
        statement("dynamodb:ListTables", "*"),
        statement("dynamodb:PutItem", "*", Condition=condition),
    )
    message = refused(lambda: role.client("dynamodb").list_tables())[1]
    assert "condition key 'aws:SourceVpcEndpointTypo' is not known" in message


def test_a_deny_on_network_interfaces_is_enforced(emulator: Emulator) -> None:
    """Regression: a call read without a resource got past a Deny on every EC2 resource."""
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
def test_a_session_policy_limits_the_roles_rights(emulator: Emulator) -> None:
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


def test_encryption_context_conditions_are_enforced(emulator: Emulator, resources: dict[str, str]) -> None:
    here = {"StringEquals": {"kms:EncryptionContext:shop": "here"}}
    kms = Role(emulator, statement("kms:GenerateDataKey", resources["key"], Condition=here)).client("kms")
    given: dict[str, Any] = {"KeyId": resources["key"], "KeySpec": "AES_256"}
    kms.generate_data_key(**given, EncryptionContext={"shop": "here"})
    for other in ({"shop": "there"}, {}):
        code, _ = refused(lambda other=other: kms.generate_data_key(**given, EncryptionContext=other))  # type: ignore[misc]
        assert code == "AccessDeniedException"
