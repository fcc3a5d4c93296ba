"""Every resource of the programs is found again by its inputs alone, under the id that Pulumi knows."""

import json
from typing import Any

import pytest

from emulator.provider.errors import UnknownTypeError
from emulator.provider.registry import RESOURCES
from shared.infra.layers import LAYERS
from tests.local.tools.world import World
from tools.deploy.recovery.lookup import find
from tools.local.engine.state import StateStore

# Found only while no stage serves it; in Pulumi's state alone; of the account, and off in this environment.
DEPLOYMENT = "aws:apigateway/deployment:Deployment"
PASSWORD = "random:index/randomPassword:RandomPassword"
ACCOUNT = "aws:apigateway/account:Account"
NAMED = {
    "aws:dynamodb/table:Table",
    "aws:sqs/queue:Queue",
    "aws:sns/topic:Topic",
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:lambda/function:Function",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/eventBus:EventBus",
    "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    "aws:cloudwatch/dashboard:Dashboard",
    "aws:budgets/budget:Budget",
    "aws:xray/samplingRule:SamplingRule",
    "aws:pipes/pipe:Pipe",
    "aws:kms/alias:Alias",
    "aws:kms/key:Key",
    "aws:apigateway/restApi:RestApi",
    "aws:ec2/vpc:Vpc",
    "aws:ec2/routeTable:RouteTable",
    "aws:ec2/securityGroup:SecurityGroup",
}
"""What another environment has under another name or other tags."""


@pytest.fixture(scope="module")
def deployed(world: World) -> list[Any]:
    store = StateStore(world.directory, "local", world.emulator.instance_id)
    states = [store.own(layer) for layer in LAYERS]
    return [each for state in states if state is not None for each in state.real_resources]


def test_each_is_found_under_its_id(world: World, deployed: list[Any]) -> None:
    found = {each.urn: find(world.emulator.client, each.type, each.inputs) for each in deployed}

    assert {each.type for each in deployed} == set(RESOURCES) - {ACCOUNT}
    absent = {each.type for each in deployed if found[each.urn] is None}
    assert absent == {DEPLOYMENT, PASSWORD}
    ids = {each.urn: each.id for each in deployed if each.type not in absent}
    assert {urn: found[urn] for urn in ids} == ids


def test_one_of_another_environment_is_not_taken(world: World, deployed: list[Any]) -> None:
    for each in deployed:
        if each.type in NAMED:
            renamed = json.loads(
                json.dumps(each.inputs).replace("-local", "-other").replace('"local"', '"other"')
            )
            assert find(world.emulator.client, each.type, renamed) is None, each.urn
    assert {each.type for each in deployed} >= NAMED


def test_a_type_that_nobody_can_find_is_an_error(world: World) -> None:
    with pytest.raises(UnknownTypeError, match="aws:s3/bucket:Bucket"):
        find(world.emulator.client, "aws:s3/bucket:Bucket", {})
