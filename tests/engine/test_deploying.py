"""Four layers deployed by `make deploy`: nothing is left to do, and they carry a transaction to a mail."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from shared.infra.contracts import CONTRACTS, exports
from shared.runtime.events import alert_id_of
from tests.engine.conftest import Pipeline
from tests.engine.stack_state import SECRET
from tests.engine.world import ENVIRONMENT, ORDER

Client = Callable[[str], Any]


def test_the_layers_are_deployed_in_order_and_hold_their_resources(pipeline: Pipeline) -> None:
    states = pipeline.world.states()

    assert re.findall(r"^== deploy (\w+)", pipeline.deployment.out, re.MULTILINE) == list(ORDER)
    assert set(states) == set(ORDER)
    for layer, state in states.items():
        assert len(state.resources) > 10, layer
        assert state.pending == []
        assert all(each["id"] for each in state.resources.values())
    assert pipeline.world.orphans() == []


def test_a_second_deploy_changes_nothing_in_any_layer(pipeline: Pipeline) -> None:
    world = pipeline.world
    before, calls = world.states(), world.control_calls()
    assert before
    assert calls

    world.make("deploy").succeeded()

    after = world.states()
    for layer in ORDER:
        assert after[layer].content == before[layer].content, layer
    assert world.control_calls() == calls, "nothing was asked for"


def test_a_refresh_finds_everything_as_it_was_deployed(pipeline: Pipeline) -> None:
    world = pipeline.world
    before = world.states()

    for layer in ORDER:
        world.pulumi(layer, "refresh", "--yes", "--skip-preview", "--expect-no-changes").succeeded()
        assert world.preview(layer) == {}

    after = world.states()
    assert {layer: state.ids for layer, state in after.items()} == {
        layer: state.ids for layer, state in before.items()
    }


@pytest.mark.parametrize("layer", ORDER)
def test_outputs_are_the_contract(pipeline: Pipeline, layer: str) -> None:
    state = pipeline.world.state(layer)
    assert state is not None
    promised = exports(CONTRACTS[layer])

    assert set(state.outputs) == set(promised)
    assert {name for name, value in state.outputs.items() if not value} == set()
    encrypted = {name for name, value in state.outputs.items() if isinstance(value, dict) and SECRET in value}
    assert encrypted == {name for name, export in promised.items() if export.secret}


def test_outputs_name_what_exists(pipeline: Pipeline) -> None:
    world = pipeline.world
    client = world.cloud.client
    out = {name: value for layer in ORDER for name, value in world.outputs(layer).items()}

    table = client("dynamodb").describe_table(TableName=out["transactions_table_name"])["Table"]
    queue = client("sqs").get_queue_attributes(QueueUrl=out["suspicious_queue_url"], AttributeNames=["All"])
    subnets = client("ec2").describe_subnets(SubnetIds=out["private_subnet_ids"])["Subnets"]
    alarms = client("cloudwatch").describe_alarms(AlarmNames=out["alarm_names"])["MetricAlarms"]

    assert table["TableArn"] == out["transactions_table_arn"]
    assert table["LatestStreamArn"] == out["transactions_stream_arn"]
    assert table["SSEDescription"]["KMSMasterKeyArn"] == out["key_arn"]
    assert queue["Attributes"]["QueueArn"] == out["suspicious_queue_arn"]
    assert {each["VpcId"] for each in subnets} == {out["vpc_id"]}
    assert sorted(each["AlarmName"] for each in alarms) == sorted(out["alarm_names"])
    assert {arn for each in alarms for arn in each["AlarmActions"]} == {out["operations_alarms_topic_arn"]}
    for name in ("ingest", "detector", "notifier"):
        function = out[f"{name}_function_name"]
        configuration = client("lambda").get_function_configuration(FunctionName=function)
        assert configuration["VpcConfig"]["SecurityGroupIds"] == [out["function_security_group_id"]]
        assert configuration["Role"].endswith(f"/{name}-role-{ENVIRONMENT}")


def test_a_transaction_becomes_one_mail_with_its_trace(pipeline: Pipeline) -> None:
    world, sent = pipeline.world, pipeline.sent
    (mail,) = sent.mails
    out = world.outputs("data")
    dynamodb = world.cloud.client("dynamodb")

    assert mail.topic_arn == out["fraud_alerts_topic_arn"]
    (item,) = dynamodb.scan(TableName=out["transactions_table_name"])["Items"]
    assert item["transaction_id"]["S"] == sent.body["transaction_id"]
    assert item["amount"]["N"] == "9500"
    alert_id = alert_id_of(sent.body["transaction_id"], sent.body["timestamp"])
    alert = dynamodb.get_item(TableName=out["alerts_table_name"], Key={"alert_id": {"S": alert_id}})["Item"]
    assert alert["transaction_id"]["S"] == sent.body["transaction_id"]
    assert mail.trace_id
    assert mail.trace_id in str(item)
    assert sent.body["account_id"] not in mail.body
