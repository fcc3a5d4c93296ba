"""The policy pack's constraints pass over what the programs register, and each finds what is planted."""

from collections.abc import Mapping
from typing import Any

import pytest

from policy.constraints import CONSTRAINTS
from policy.resource import Planned
from tests.policy.mutations import Mutation, with_input, with_statements
from tests.support.harness import ENVIRONMENTS, estate
from tests.support.recorded import Estate

BY_NAME = {each.name: each for each in CONSTRAINTS}


def planned(found: Estate) -> list[Planned]:
    return [
        Planned(each.type.removeprefix("aws:"), each.name, each.inputs, bool(each.options.get("protect")))
        for each in found.resources
        if each.custom and each.type.startswith("aws:")
    ]


def violations(found: Estate) -> dict[str, list[str]]:
    broken: dict[str, list[str]] = {}
    for resource in planned(found):
        for constraint in CONSTRAINTS:
            for violation in constraint.violations(resource):
                broken.setdefault(constraint.name, []).append(f"{resource.name} {violation}")
    return broken


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_the_programs_register_breaks_nothing(environment: str) -> None:
    assert len(planned(estate(environment))) > 100
    assert violations(estate(environment)) == {}


@pytest.mark.parametrize("name", BY_NAME)
def test_every_constraint_speaks_about_something_that_is_registered(name: str) -> None:
    types = {each.type for each in planned(estate("dev"))}
    constraint = BY_NAME[name]
    assert constraint.description
    if name != "nothing-leads-to-the-internet":
        assert not constraint.types or constraint.types <= types


FUNCTION, TABLE = "lambda/function:Function", "dynamodb/table:Table"
QUEUE, GROUP = "sqs/queue:Queue", "cloudwatch/logGroup:LogGroup"
SETTINGS, METHOD = "apigateway/methodSettings:MethodSettings", "apigateway/method:Method"


def widen(statements: list[dict[str, Any]]) -> None:
    statements[-1]["Resource"] = ["*"]


PLANTED: Mapping[str, tuple[Mutation, ...]] = {
    "functions-run-python-3-11": (with_input(FUNCTION, "ingest-function", "runtime", "python3.12"),),
    "functions-are-in-subnets": (
        with_input(FUNCTION, "ingest-function", "vpcConfig", None),
        with_input(FUNCTION, "ingest-function", "vpcConfig.subnetIds", []),
    ),
    "functions-reserve-concurrency": (
        with_input(FUNCTION, "detector-function", "reservedConcurrentExecutions", 99),
        with_input(FUNCTION, "detector-function", "reservedConcurrentExecutions", None),
    ),
    "functions-are-traced": (with_input(FUNCTION, "notifier-function", "tracingConfig.mode", "PassThrough"),),
    "everything-at-rest-is-under-our-key": (
        with_input(FUNCTION, "ingest-function", "kmsKeyArn", None),
        with_input(TABLE, "alerts-table", "serverSideEncryption", None),
        with_input(QUEUE, "pipe-dlq", "kmsMasterKeyId", "alias/aws/sqs"),
        with_input("sns/topic:Topic", "fraud-alerts-topic", "kmsMasterKeyId", None),
        with_input(GROUP, "ingest-log-group", "kmsKeyId", None),
        with_input("cloudwatch/eventBus:EventBus", "transactions-bus", "kmsKeyIdentifier", None),
    ),
    "the-key-is-rotated": (with_input("kms/key:Key", "kms-key", "enableKeyRotation", False),),
    "tables-are-on-demand": (with_input(TABLE, "profiles-table", "billingMode", "PROVISIONED"),),
    "transactions-are-keyed-and-streamed": (
        with_input(TABLE, "transactions", "rangeKey", None),
        with_input(TABLE, "transactions", "attributes", [{"name": "transaction_id", "type": "S"}]),
        with_input(TABLE, "transactions", "streamEnabled", False),
    ),
    "queues-keep-messages-14-days": (with_input(QUEUE, "suspicious-dlq", "messageRetentionSeconds", 345600),),
    "the-suspicious-queue-is-invisible-360-seconds": (
        with_input(QUEUE, "suspicious-queue", "visibilityTimeoutSeconds", 361),
    ),
    "logs-stay-7-days": (with_input(GROUP, "detector-log-group", "retentionInDays", 8),),
    "the-api-is-throttled-at-exactly-1000": (
        with_input(SETTINGS, "api-method-settings", "settings.throttlingRateLimit", 999),
        with_input(SETTINGS, "put-verdict-method-settings", "settings.throttlingRateLimit", 2000),
        with_input(SETTINGS, "put-verdict-method-settings", "methodPath", "~1transactions/POST"),
    ),
    "the-api-is-traced": (with_input("apigateway/stage:Stage", "api-stage", "xrayTracingEnabled", None),),
    "every-method-asks-for-a-signature": (
        with_input(METHOD, "post-transactions-method", "authorization", "NONE"),
    ),
    "rules-match-events": (
        with_input("cloudwatch/eventRule:EventRule", "transaction-stored-rule", "eventPattern", None),
        with_input(
            "cloudwatch/eventRule:EventRule", "transaction-stored-rule", "scheduleExpression", "rate(1 day)"
        ),
    ),
    "roles-are-bounded": (
        with_input("iam/role:Role", "ingest-role", "permissionsBoundary", None),
        with_input(
            "iam/role:Role",
            "ingest-role",
            "permissionsBoundary",
            "arn:aws:iam::123456789012:policy/pipe-role-boundary-dev",
        ),
    ),
    "nothing-is-granted-by-a-wildcard": (
        with_statements("iam/rolePolicy:RolePolicy", "ingest-policy", "policy", widen),
        with_statements("ec2/vpcEndpoint:VpcEndpoint", "sqs-endpoint", "policy", widen),
    ),
    "everything-can-be-destroyed": (with_input(TABLE, "alerts-table", "deletionProtectionEnabled", True),),
    "everything-is-in-us-east-1": (with_input(QUEUE, "pipe-dlq", "region", "eu-west-1"),),
    "names-end-in-the-environment": (with_input(QUEUE, "pipe-dlq", "name", "pipe-dlq-prod"),),
}
CASES = [(name, spoil) for name, spoils in PLANTED.items() for spoil in spoils]


@pytest.mark.parametrize(("name", "spoil"), CASES, ids=[name for name, _ in CASES])
def test_a_planted_violation_is_found_by_its_constraint(name: str, spoil: Mutation) -> None:
    assert name in violations(spoil(estate("dev")))


def test_a_way_out_and_a_protected_resource_are_found() -> None:
    gateway = Planned("ec2/internetGateway:InternetGateway", "internet-gateway-dev", {})
    assert BY_NAME["nothing-leads-to-the-internet"].violations(gateway)
    table = next(each for each in planned(estate("dev")) if each.name == "alerts-table-dev")
    kept = Planned(table.type, table.name, table.inputs, protected=True)
    assert BY_NAME["everything-can-be-destroyed"].violations(kept) == ["is protected"]
    badly = Planned("sqs/queue:Queue", "Queue", {})
    assert BY_NAME["names-end-in-the-environment"].violations(badly) == ["is called 'Queue'"]


def test_every_constraint_has_a_planted_violation() -> None:
    assert set(PLANTED) | {"nothing-leads-to-the-internet"} == set(BY_NAME)


def test_what_a_preview_does_not_know_yet_is_no_violation() -> None:
    """An ARN of a resource that is only being made: its policy is looked at when it is deployed."""
    policy = Planned("iam/rolePolicy:RolePolicy", "ingest-policy-dev", {"name": "ingest-policy-dev"})
    assert BY_NAME["nothing-is-granted-by-a-wildcard"].violations(policy) == []
