"""The network layer: where functions run, what they reach, and who may use the key."""

from ipaddress import IPv4Network
from itertools import combinations
from typing import Any

import pytest

from tests.support.harness import ENVIRONMENTS, deploy_all, run_layer
from tests.support.policies import rights
from tests.support.recorded import LayerRun
from tests.support.resource_outputs import ACCOUNT_ID

ENDPOINT = "ec2/vpcEndpoint:VpcEndpoint"
GROUP = "ec2/securityGroup:SecurityGroup"


def _network(environment: str = "dev") -> LayerRun:
    return deploy_all(environment).runs["network"]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_two_private_subnets_in_two_zones_share_one_route_table_without_routes(environment: str) -> None:
    network = _network(environment)
    vpc = network.one("ec2/vpc:Vpc", f"vpc-{environment}")
    subnets = network.of_type("ec2/subnet:Subnet")
    (table,) = network.of_type("ec2/routeTable:RouteTable")
    blocks = [IPv4Network(subnet.inputs["cidrBlock"]) for subnet in subnets]

    assert vpc.inputs["cidrBlock"] == "10.20.0.0/16"
    assert [subnet.inputs["availabilityZone"] for subnet in subnets] == ["us-east-1a", "us-east-1b"]
    assert all(block.subnet_of(IPv4Network("10.20.0.0/16")) for block in blocks)
    assert not any(one.overlaps(other) for one, other in combinations(blocks, 2))
    assert {
        (each.inputs["subnetId"], each.inputs["routeTableId"])
        for each in network.of_type("ec2/routeTableAssociation:RouteTableAssociation")
    } == {(subnet.id, table.id) for subnet in subnets}
    assert all(each.inputs["vpcId"] == vpc.id for each in (*subnets, table))


def test_functions_reach_dynamodb_and_the_endpoints_by_https_and_nothing_else() -> None:
    network = _network()
    functions = network.one(GROUP, "function-security-group-dev").id
    endpoints = network.one(GROUP, "endpoint-security-group-dev").id
    https: dict[str, Any] = {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443}

    def rules(kind: str) -> list[dict[str, Any]]:
        resources = network.of_type(f"vpc/securityGroup{kind}Rule:SecurityGroup{kind}Rule")
        cosmetic = {"tags", "description"}
        return [
            {key: value for key, value in each.inputs.items() if key not in cosmetic} for each in resources
        ]

    dynamodb = network.one(ENDPOINT, "dynamodb-endpoint-dev").outputs["prefixListId"]
    assert dynamodb.startswith("pl-")
    assert rules("Egress") == [
        {**https, "securityGroupId": functions, "prefixListId": dynamodb},
        {**https, "securityGroupId": functions, "referencedSecurityGroupId": endpoints},
    ]
    assert rules("Ingress") == [
        {**https, "securityGroupId": endpoints, "referencedSecurityGroupId": functions}
    ]


def test_the_default_group_is_emptied() -> None:
    network = _network()
    (group,) = network.of_type("ec2/defaultSecurityGroup:DefaultSecurityGroup")

    assert group.inputs["vpcId"] == network.one("ec2/vpc:Vpc", "vpc-dev").id
    assert not {"ingress", "egress"} & group.inputs.keys()


@pytest.mark.parametrize(("environment", "zones"), [("dev", 1), ("prod", 2), ("local", 1)])
def test_endpoints_stand_in_as_many_zones_as_the_setting_says(environment: str, zones: int) -> None:
    network = _network(environment)
    subnets = [subnet.id for subnet in network.of_type("ec2/subnet:Subnet")]
    (table,) = network.of_type("ec2/routeTable:RouteTable")
    endpoints = {each.inputs["serviceName"].rsplit(".", 1)[-1]: each for each in network.of_type(ENDPOINT)}

    assert set(endpoints) == {"dynamodb", "sqs", "sns"}
    assert endpoints["dynamodb"].inputs["routeTableIds"] == [table.id]
    assert endpoints["dynamodb"].inputs["vpcEndpointType"] == "Gateway"
    for service in ("sqs", "sns"):
        assert endpoints[service].inputs["serviceName"] == f"com.amazonaws.us-east-1.{service}"
        assert endpoints[service].inputs["subnetIds"] == subnets[:zones]


def _let_through(role: str, actions: list[str], resource: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": actions,
        "Resource": [resource],
        "Condition": {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT_ID}:role/{role}"}},
    }


def _profiles(function: str) -> dict[str, Any]:
    """Lets a role through to the items that its own policy names."""
    policy = rights(deploy_all("dev").one("iam/rolePolicy:RolePolicy", f"{function}-policy"))
    caller = {"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT_ID}:role/{function}-role-dev"}}
    found = {
        sid: {**each, "Principal": {"AWS": "*"}, "Condition": {**caller, **each["Condition"]}}
        for sid, each in policy.items()
        if sid.endswith("ProfilesTable")
    }
    assert len(found) == (3 if function == "detector" else 2)
    return found


def test_endpoints_let_each_role_do_what_it_must_and_no_more() -> None:
    deployment = deploy_all("dev")
    arns = deployment.runs["data"].outputs
    network = deployment.runs["network"]

    assert rights(network.one(ENDPOINT, "dynamodb-endpoint-dev")) == {
        "IngestUsesTransactions": _let_through(
            "ingest-role-dev", ["dynamodb:PutItem"], arns["transactions_table_arn"]
        ),
        "DetectorUsesTransactions": _let_through(
            "detector-role-dev", ["dynamodb:UpdateItem"], arns["transactions_table_arn"]
        ),
        **_profiles("detector"),
        "VerdictsUsesTransactions": _let_through(
            "verdicts-role-dev", ["dynamodb:Query"], arns["transactions_table_arn"]
        ),
        "VerdictsUsesAlertsTable": _let_through(
            "verdicts-role-dev", ["dynamodb:BatchGetItem", "dynamodb:UpdateItem"], arns["alerts_table_arn"]
        ),
        **_profiles("verdicts"),
        "NotifierUsesAlertsTable": _let_through(
            "notifier-role-dev", ["dynamodb:UpdateItem"], arns["alerts_table_arn"]
        ),
    }
    assert rights(network.one(ENDPOINT, "sqs-endpoint-dev")) == {
        "DetectorUsesSuspiciousQueue": _let_through(
            "detector-role-dev", ["sqs:SendMessage"], arns["suspicious_queue_arn"]
        ),
        "NotifierUsesSuspiciousQueue": _let_through(
            "notifier-role-dev", ["sqs:SendMessage"], arns["suspicious_queue_arn"]
        ),
    }
    assert rights(network.one(ENDPOINT, "sns-endpoint-dev")) == {
        "NotifierUsesFraudAlertsTopic": _let_through(
            "notifier-role-dev", ["sns:Publish"], arns["fraud_alerts_topic_arn"]
        )
    }


def test_computed_role_arns_are_those_of_the_roles_that_come_later() -> None:
    roles = {
        setting
        for endpoint in _network().of_type(ENDPOINT)
        for statement in rights(endpoint).values()
        for setting in [statement["Condition"]["ArnEquals"]["aws:PrincipalArn"]]
    }
    functions = {each.inputs["role"] for each in deploy_all("dev").of_type("lambda/function:Function")}

    assert roles == functions


def test_the_key_lets_each_service_do_what_it_must_for_our_resources() -> None:
    deployment = deploy_all("dev")
    policy = rights(deployment.one("kms/key:Key", "kms-key"))
    root = {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}
    bus = deployment.one("cloudwatch/eventBus:EventBus", "transactions-bus").arn
    queues = [deployment.one("sqs/queue:Queue", stem).arn for stem in ("rule-dlq", "bus-dlq")]
    groups = {each.arn for each in deployment.of_type("cloudwatch/logGroup:LogGroup")}

    assert all(
        statement["Effect"] == "Allow" and statement["Resource"] == "*" for statement in policy.values()
    )
    for sid in ("KeyAdministration", "UseGrantedByIam", "GrantsForAwsResources"):
        assert policy[sid]["Principal"] == root
    assert policy["GrantsForAwsResources"]["Action"] == ["kms:CreateGrant"]
    assert policy["GrantsForAwsResources"]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert "kms:PutKeyPolicy" in policy["KeyAdministration"]["Action"], "nobody could change the policy again"
    assert "kms:ScheduleKeyDeletion" in policy["KeyAdministration"]["Action"], (
        "the key could not be destroyed"
    )
    logs = policy["CloudWatchLogs"]["Condition"]["ArnEquals"]["kms:EncryptionContext:aws:logs:arn"]
    assert groups
    assert groups <= set(logs)
    assert policy["EventBridgeBus"]["Condition"] == {
        "StringEquals": {"kms:EncryptionContext:aws:events:event-bus:arn": bus, "aws:SourceArn": bus}
    }
    assert policy["EventBridgeDeadLetterQueues"]["Condition"] == {
        "StringEquals": {"kms:EncryptionContext:aws:sqs:arn": queues}
    }
    alarms = deployment.one("sns/topic:Topic", "operations-alarms-topic").arn
    assert policy["CloudWatchAlarms"]["Condition"] == {
        "StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": alarms}
    }
    assert policy["EventBridgeFindsTheKey"]["Action"] == ["kms:DescribeKey"]
    assert "Condition" not in policy["EventBridgeFindsTheKey"], "a key's description has no context"
    for sid in ("EventBridgeBus", "EventBridgeDeadLetterQueues", "CloudWatchAlarms"):
        assert policy[sid]["Action"] == ["kms:GenerateDataKey", "kms:Decrypt"]


def test_the_alias_points_to_the_key() -> None:
    network = _network()
    alias = network.one("kms/alias:Alias", "kms-alias-dev")

    assert alias.inputs["name"] == "alias/kms-key-dev"
    assert alias.inputs["targetKeyId"] == network.one("kms/key:Key", "kms-key-dev").id


def test_another_address_range_moves_the_subnets() -> None:
    network = run_layer("network", "dev", {}, {"vpc_cidr": "172.30.0.0/20"})

    blocks = [IPv4Network(subnet.inputs["cidrBlock"]) for subnet in network.of_type("ec2/subnet:Subnet")]
    assert len(blocks) == 2
    assert all(block.subnet_of(IPv4Network("172.30.0.0/20")) for block in blocks)
