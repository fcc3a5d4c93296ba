"""A function's own calls leave its network by an endpoint, whose policy must let them through.

Source: "Control access to VPC endpoints using endpoint policies" in the AWS PrivateLink guide.
"""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from emulator.cloud import deployed
from emulator.cloud.account import ACCOUNT_ID, backend
from emulator.cloud.authorization import documents
from emulator.cloud.authorization.authoriser import check
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.identities import Caller, CallerKind
from emulator.tests.roles import arn, policy, statement

ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/tiny-role"
FUNCTION = arn("lambda", "function:tiny")
CODE = Caller(CallerKind.ROLE_SESSION, f"{ROLE}/session", ROLE, FUNCTION)
LAMBDA = Caller(CallerKind.ROLE_SESSION, f"{ROLE}/session", ROLE)
"""The same role where Lambda itself calls, as it does when it polls a queue."""
PUT = Requirement("dynamodb:PutItem", arn("dynamodb", "table/orders"))
SEND = Requirement("sqs:SendMessage", arn("sqs", "orders"))

Endpoint = Callable[..., None]


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """Puts an endpoint with these statements into the function's network, whose role may do everything."""
    ec2 = backend("ec2")
    vpc = ec2.create_vpc("10.9.0.0/16")
    subnet = ec2.create_subnet(vpc.id, "10.9.0.0/24", availability_zone="us-east-1a")
    function = SimpleNamespace(vpc_config={"SubnetIds": [subnet.id]})
    everything = policy(statement("*", "*"))
    monkeypatch.setattr(deployed, "function", lambda name: function if name == FUNCTION else None)
    monkeypatch.setattr(documents, "of_role", lambda _: ((everything, "the role"),))
    monkeypatch.setattr(documents, "of_boundary", lambda _: ())

    def put(service: str, *statements: dict[str, object]) -> None:
        ec2.create_vpc_endpoint(
            vpc.id, f"com.amazonaws.us-east-1.{service}", "Gateway", policy(*statements), [], [], [], [], {}
        )

    return put


def of(role: str, action: str, resource: str, effect: str = "Allow") -> dict[str, object]:
    condition = {"ArnEquals": {"aws:PrincipalArn": role}}
    return {**statement(action, resource, Principal={"AWS": "*"}, Condition=condition), "Effect": effect}


def refusal(caller: Caller, requirement: Requirement) -> str:
    refused = check(caller, requirement)
    return "" if refused is None else refused.message


def test_a_call_that_the_endpoint_names_goes_through(endpoint: Endpoint) -> None:
    endpoint("dynamodb", of(ROLE, PUT.action, PUT.resource))
    assert refusal(CODE, PUT) == ""


@pytest.mark.parametrize(
    "named",
    [
        of(ROLE, "dynamodb:GetItem", PUT.resource),
        of(ROLE, PUT.action, arn("dynamodb", "table/others")),
        of(f"{ROLE}-2", PUT.action, PUT.resource),
    ],
    ids=["another action", "another table", "another role"],
)
def test_a_call_that_it_does_not_name_is_refused_though_the_role_may(
    endpoint: Endpoint, named: dict[str, object]
) -> None:
    endpoint("dynamodb", named)
    assert "because no VPC endpoint policy allows the dynamodb:PutItem action" in refusal(CODE, PUT)


def test_an_explicit_deny_of_the_endpoint_wins(endpoint: Endpoint) -> None:
    endpoint(
        "dynamodb", of(ROLE, PUT.action, PUT.resource), of(ROLE, PUT.action, PUT.resource, effect="Deny")
    )
    assert "with an explicit deny in a VPC endpoint policy" in refusal(CODE, PUT)


def test_what_lambda_does_for_the_function_takes_another_way(endpoint: Endpoint) -> None:
    endpoint("sqs", of(f"{ROLE}-2", SEND.action, SEND.resource))
    assert refusal(LAMBDA, SEND) == ""
    assert refusal(CODE, SEND) != ""


def test_an_endpoint_of_another_service_says_nothing(endpoint: Endpoint) -> None:
    endpoint("sqs", of(ROLE, SEND.action, SEND.resource))
    assert refusal(CODE, PUT) == ""


def test_a_function_s_code_makes_no_network_interface_where_its_role_denies_it(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda makes them in the role's name; the Deny for the code asks for lambda:SourceFunctionArn."""
    del endpoint
    deny = {
        **statement("ec2:CreateNetworkInterface", arn("ec2", "*/*")),
        "Effect": "Deny",
        "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": FUNCTION}},
    }
    rights = policy(statement("*", "*"), deny)
    monkeypatch.setattr(documents, "of_role", lambda _: ((rights, "the role"),))
    made = Requirement("ec2:CreateNetworkInterface", arn("ec2", "network-interface/*"))
    assert "explicit deny" in refusal(CODE, made)
    assert refusal(LAMBDA, made) == ""
