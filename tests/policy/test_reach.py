"""What each function reaches is computed, and is exactly what it calls; a way too many is seen."""

from dataclasses import replace

import pytest

from shared.infra.calls import CALLS
from shared.infra.stems import FUNCTIONS
from tests.policy.mutations import Mutation, with_input, without
from tests.support.harness import ENVIRONMENTS, ROOT, estate
from tests.support.recorded import Estate, Resource
from tools.audit.reach import ANYWHERE, page, ways

EGRESS = "vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS = "vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ENDPOINT = "ec2/vpcEndpoint:VpcEndpoint"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_each_function_reaches_three_services_and_does_there_what_it_calls(environment: str) -> None:
    found = ways(estate(environment))
    assert set(found) == {f"{name}-function-{environment}" for names in FUNCTIONS.values() for name in names}
    for function, of_function in found.items():
        assert [(way.to, way.port) for way in of_function] == [
            ("dynamodb", "tcp 443"),
            ("sns", "tcp 443"),
            ("sqs", "tcp 443"),
        ]
        for way in of_function:
            wanted = {
                (
                    action,
                    "/index/".join(f"{name}-{environment}" for name in (call.target, call.index) if name),
                )
                for call in CALLS
                if f"{call.function}-function-{environment}" == function and call.service == way.to
                for action in call.actions
            }
            assert way.calls == wanted, (function, way.to)


def reached(spoilt: Estate, function: str = "ingest-function-dev") -> dict[str, str]:
    return {way.to: way.port for way in ways(spoilt)[function]}


def route(found: Estate) -> Estate:
    """A route out for the functions' table."""
    table = found.one("ec2/routeTable:RouteTable", "private-route-table")
    inputs = {"routeTableId": table.id, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"}
    more = Resource(**{**vars(table), "type": "aws:ec2/route:Route", "name": "way-out", "inputs": inputs})
    return replace(found, resources=(*found.resources, more))


OPEN_GROUP = with_input(EGRESS, "function-to-endpoints-egress-rule", "cidrIpv4", "0.0.0.0/0")


def test_an_open_group_alone_leads_nowhere_and_with_a_route_anywhere() -> None:
    assert ANYWHERE not in reached(OPEN_GROUP(estate("dev")))
    assert ANYWHERE not in reached(route(estate("dev")))
    assert ANYWHERE in reached(route(OPEN_GROUP(estate("dev"))))


@pytest.mark.parametrize(
    ("spoil", "gone"),
    [
        (without(INGRESS, "endpoint-from-functions-ingress-rule"), {"sns", "sqs"}),
        (with_input(INGRESS, "endpoint-from-functions-ingress-rule", "toPort", 444), {"sns", "sqs"}),
        (without(EGRESS, "function-to-endpoints-egress-rule"), {"sns", "sqs"}),
        (without(EGRESS, "function-to-dynamodb-egress-rule"), {"dynamodb"}),
        (with_input(ENDPOINT, "dynamodb-endpoint", "routeTableIds", []), {"dynamodb"}),
        (with_input(ENDPOINT, "sqs-endpoint", "securityGroupIds", ["sg-other"]), {"sqs"}),
    ],
)
def test_a_part_of_the_way_that_is_missing_breaks_it(spoil: Mutation, gone: set[str]) -> None:
    assert set(reached(spoil(estate("dev")))) == {"dynamodb", "sns", "sqs"} - gone


def test_a_function_in_no_subnet_reaches_everything() -> None:
    spoilt = with_input("lambda/function:Function", "ingest-function", "vpcConfig", None)(estate("dev"))
    assert any(to.startswith(ANYWHERE) for to in reached(spoilt))


def test_an_endpoint_without_a_policy_lets_everything_through() -> None:
    spoilt = with_input(ENDPOINT, "sqs-endpoint", "policy", None)(estate("dev"))
    calls = {way.to: way.calls for way in ways(spoilt)["ingest-function-dev"]}
    assert calls["sqs"] == {("every action", "everything")}
    assert calls["sns"] == frozenset()


def test_the_page_is_what_the_programs_register() -> None:
    """After a change: `make reach > docs/network.md`."""
    assert (ROOT / "docs/network.md").read_text("utf-8") == page(estate("dev"))
