"""Calls: a function's role and the endpoint on its way agree, because both come from one list."""

import json
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

import pulumi
import pytest

from shared.infra.arns import Arns
from shared.infra.calls import CALLS, Service, endpoint_statements, role_statements
from shared.infra.iam import document
from shared.infra.naming import Names
from shared.runtime.changes import history_key, waiting_key
from stacks.compute.functions.profiles.items import (
    account_key,
    aside_key,
    controls_key,
    merchant_key,
    risk_key,
    sample_key,
    uses_key,
)
from stacks.compute.functions.profiles.rules_item import RULES_KEY
from tests.unit.infra.resolving import resolve

ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"


def arns() -> Arns:
    return Arns(Names("dev"), ACCOUNT)


def computed(method: str) -> pulumi.Output[str]:
    arn: pulumi.Output[str] = getattr(arns(), method)("x")
    return arn


def of_role(function: str) -> list[dict[str, Any]]:
    def policy() -> pulumi.Output[str]:
        targets = {call.index or call.target: call.target_arn(arns()) for call in CALLS}
        return document(*role_statements(function, targets, KEY))

    statements: list[dict[str, Any]] = json.loads(resolve(policy))["Statement"]
    return statements


def of_endpoint(service: Service) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = json.loads(
        resolve(lambda: document(*endpoint_statements(service, arns())))
    )["Statement"]
    return statements


SERVICES: tuple[Service, ...] = ("dynamodb", "sns", "sqs")


@pytest.mark.parametrize("function", ["ingest", "detector", "verdicts", "notifier"])
def test_what_a_role_may_call_the_endpoints_let_through(function: str) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/{function}-role-dev"
    let_through = {
        (action, resource)
        for service in SERVICES
        for statement in of_endpoint(service)
        if statement["Condition"]["ArnEquals"]["aws:PrincipalArn"] == role
        for action in statement["Action"]
        for resource in statement["Resource"]
    }
    allowed = {
        (action, resource)
        for statement in of_role(function)
        for action in statement["Action"]
        for resource in statement["Resource"]
        if not action.startswith("kms:")
    }
    assert allowed
    assert allowed == let_through


@pytest.mark.parametrize("service", SERVICES)
def test_an_endpoint_s_callers_stand_in_a_condition(service: Service) -> None:
    # In a gateway endpoint an account as Principal is its root user alone.
    statements = of_endpoint(service)
    assert statements
    for statement in statements:
        assert statement["Principal"] == {"AWS": "*"}
        assert list(statement["Condition"]["ArnEquals"]) == ["aws:PrincipalArn"]


@pytest.mark.parametrize("function", ["ingest", "detector", "verdicts", "notifier"])
def test_a_role_uses_the_key_through_each_service_that_it_calls_and_no_other(function: str) -> None:
    services = {call.service for call in CALLS if call.function == function}
    via = {
        statement["Condition"]["StringEquals"]["kms:ViaService"]
        for statement in of_role(function)
        if any(action.startswith("kms:") for action in statement["Action"])
    }
    assert services
    assert via == {f"{service}.us-east-1.amazonaws.com" for service in services}


OF_PEOPLE = {controls_key("account#a"), RULES_KEY, history_key(RULES_KEY, 1), waiting_key("c")}
TAUGHT = {account_key("a"), merchant_key("m"), risk_key(0)}
LEARNT = {account_key("a"), aside_key("account#a", "digest"), uses_key("merchant", "m"), sample_key(0)}


@pytest.mark.parametrize(
    ("function", "verb", "keys"),
    [
        ("detector", "Writes", LEARNT),
        (
            "detector",
            "Reads",
            (LEARNT | TAUGHT | {RULES_KEY}) - {aside_key("account#a", "digest")},
        ),
        ("verdicts", "Writes", OF_PEOPLE | TAUGHT),
        ("verdicts", "Reads", (OF_PEOPLE | TAUGHT) - {history_key(RULES_KEY, 1)}),
    ],
)
def test_profiles_are_read_and_written_by_kind(function: str, verb: str, keys: set[str]) -> None:
    """A taken-over detector writes no list, no rules and no history of them."""
    (call,) = (
        each
        for each in CALLS
        if (each.function, each.verb, each.target) == (function, verb, "profiles-table")
    )
    may = {key for key in OF_PEOPLE | TAUGHT | LEARNT if any(fnmatchcase(key, each) for each in call.keys)}
    assert may == keys
    assert all(any(fnmatchcase(key, each) for key in keys) for each in call.keys)


def test_arns_are_those_that_aws_will_give() -> None:
    expected = {
        "table": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/x-dev",
        "queue": f"arn:aws:sqs:us-east-1:{ACCOUNT}:x-dev",
        "topic": f"arn:aws:sns:us-east-1:{ACCOUNT}:x-dev",
        "function": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:x-function-dev",
        "log_group": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/x-function-dev",
        "named_log_group": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:x-dev",
        "event_bus": f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/x-dev",
        "pipe": f"arn:aws:pipes:us-east-1:{ACCOUNT}:pipe/x-dev",
        "role": f"arn:aws:iam::{ACCOUNT}:role/x-dev",
    }
    for method, arn in expected.items():
        assert resolve(partial(computed, method)) == arn, method
    rule = resolve(lambda: arns().rule("bus", "x"))
    assert rule == f"arn:aws:events:us-east-1:{ACCOUNT}:rule/bus-dev/x-dev"
