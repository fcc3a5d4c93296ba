"""The plugin through a real gRPC client: what the Pulumi engine asks, and what it is answered."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest
from google.protobuf import empty_pb2  # type: ignore[import-untyped]
from google.rpc import status_pb2  # type: ignore[import-untyped]
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2

from emulator.provider.cloud import Cloud
from emulator.provider.errors import PartialCreateError
from emulator.provider.provider import Provider
from emulator.provider.registry import RESOURCES
from emulator.provider.values import UNKNOWN
from emulator.tests.provider.contract.documents import zip_of
from tests.local.tools.local.engine.plugin_client import PluginClient, Values, urn_of
from tools.local import cli
from tools.local.engine.plugin import CURRENT_ID
from tools.local.engine.plugin_answers import INCOMPLETE, plain
from tools.local.engine.serving import PACKAGES, attachment, serving
from tools.local.engine.wire import encode_whole

QUEUE = "aws:sqs/queue:Queue"


@pytest.fixture(scope="module")
def port(cloud: Cloud) -> Iterator[int]:
    with serving(cloud) as port:
        yield port


@pytest.fixture(scope="module")
def engine(port: int) -> Iterator[PluginClient]:
    engine = PluginClient(port).configure(Project="plugin-tests")
    yield engine
    engine.channel.close()


@pytest.fixture(scope="module")
def world(provider: Provider) -> Iterator[Values]:
    """A network to put things into."""
    made: list[tuple[str, str]] = []

    def make(token: str, inputs: Values) -> str:
        made.append((token, provider.create(token, inputs)[0]))
        return made[-1][1]

    vpc = make("aws:ec2/vpc:Vpc", {"cidrBlock": "10.70.0.0/16"})
    subnet = {"vpcId": vpc, "cidrBlock": "10.70.1.0/24", "availabilityZone": "us-east-1a"}
    yield {
        "subnet": make("aws:ec2/subnet:Subnet", subnet),
        "tables": [make("aws:ec2/routeTable:RouteTable", {"vpcId": vpc}) for _ in range(2)],
    }
    for token, resource_id in reversed(made):
        provider.delete(token, resource_id, {}, {})


def test_introduction(engine: PluginClient, port: int) -> None:
    shaken = engine.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
    assert not shaken.accept_secrets
    assert engine.stub.GetSchema(provider_pb2.GetSchemaRequest()).schema == "{}"
    engine.stub.Cancel(empty_pb2.Empty())
    assert attachment(port) == f"aws:{port},random:{port}"

    def number(text: str) -> tuple[int, ...]:
        return tuple(int(part) for part in text.split("."))

    reported = number(engine.stub.GetPluginInfo(empty_pb2.Empty()).version)
    assert all(reported >= number(version(f"pulumi-{package}")) for package in PACKAGES)


def test_life_of_a_resource(engine: PluginClient) -> None:
    urn = urn_of(QUEUE, "life")
    inputs = engine.check(urn, {"name": "plugin-life", "visibilityTimeoutSeconds": 30})
    assert inputs["tags"] == {"Project": "plugin-tests"}
    resource_id, outputs = engine.create(urn, inputs)
    try:
        assert resource_id == outputs["url"]
        again = engine.check(urn, {"name": "plugin-life", "visibilityTimeoutSeconds": 30}, inputs)
        same = engine.diff(urn, inputs, again)
        assert (same.changes, list(same.diffs)) == (provider_pb2.DiffResponse.DIFF_NONE, [])

        changed = engine.check(urn, {"name": "plugin-life", "visibilityTimeoutSeconds": 60}, inputs)
        diff = engine.diff(urn, inputs, changed)
        assert diff.changes == provider_pb2.DiffResponse.DIFF_SOME
        assert (list(diff.diffs), list(diff.replaces)) == (["visibilityTimeoutSeconds"], [])
        outputs = engine.update(urn, resource_id, (inputs, outputs), changed)
        assert outputs["visibilityTimeoutSeconds"] == 60
        assert CURRENT_ID not in outputs

        found = engine.read(urn, resource_id, inputs, outputs)
        assert found.id == resource_id
        assert plain(found.inputs)["visibilityTimeoutSeconds"] == 60, "what drifted from the inputs is told"
    finally:
        engine.delete(urn, resource_id, inputs, outputs)
    assert engine.read(urn, resource_id, inputs, outputs).id == ""
    engine.delete(urn, resource_id, inputs, outputs)


def test_preview_of_a_creation(engine: PluginClient, provider: Provider) -> None:
    urn = urn_of(QUEUE, "preview")
    inputs = engine.check(urn, {"name": "plugin-preview", "kmsMasterKeyId": UNKNOWN})
    assert inputs["kmsMasterKeyId"] is UNKNOWN
    resource_id, outputs = engine.create(urn, inputs, preview=True)
    assert resource_id == ""
    assert outputs["name"] == "plugin-preview"
    assert outputs["arn"] is UNKNOWN
    assert outputs["kmsMasterKeyId"] is UNKNOWN
    assert provider.find(QUEUE, {"name": "plugin-preview"}) is None


def test_unknown_travels_as_the_sdk_writes_it() -> None:
    assert encode_whole({"arn": UNKNOWN})["arn"] == rpc.UNKNOWN


def test_replacement_of_what_bears_a_given_name(engine: PluginClient) -> None:
    token = "aws:dynamodb/table:Table"
    urn = urn_of(token, "replaced")

    def table(name: str, key: str) -> Values:
        attributes = [{"name": key, "type": "S"}]
        return {"name": name, "hashKey": key, "attributes": attributes, "billingMode": "PAY_PER_REQUEST"}

    old = engine.check(urn, table("plugin-a", "id"))
    renamed = engine.diff(urn, old, engine.check(urn, table("plugin-b", "id"), old))
    assert (list(renamed.diffs), list(renamed.replaces)) == (["name"], ["name"])
    assert not renamed.deleteBeforeReplace
    other_key = engine.diff(urn, old, engine.check(urn, table("plugin-a", "key"), old))
    assert "hashKey" in other_key.replaces
    assert other_key.deleteBeforeReplace, "two tables cannot have the same name"


def test_automatic_name_is_kept_until_a_replacement(engine: PluginClient) -> None:
    urn = urn_of(QUEUE, "automatic")
    first = engine.check(urn, {})
    assert first["name"].startswith("automatic-")
    assert engine.check(urn, {}, first)["name"] == first["name"]
    assert engine.check(urn, {})["name"] != first["name"]


def test_archive_arrives_whole_and_counts_by_its_hash(engine: PluginClient, provider: Provider) -> None:
    token = "aws:lambda/function:Function"
    urn = urn_of(token, "packed")
    given: Values = {
        "name": "plugin-packed",
        "role": "arn:aws:iam::123456789012:role/any",
        "code": zip_of("first"),
        "handler": "handler.handle",
        "runtime": "python3.11",
    }
    inputs = engine.check(urn, given)
    assert inputs["code"]["assets"] == given["code"]["assets"]
    elided = {**inputs, "code": {k: v for k, v in inputs["code"].items() if k != "assets"}}
    assert not engine.diff(urn, elided, inputs).diffs
    changed = engine.check(urn, {**given, "code": zip_of("second")}, inputs)
    diff = engine.diff(urn, elided, changed)
    assert (list(diff.diffs), list(diff.replaces)) == (["code"], [])


def test_check_names_the_property_and_the_reason(engine: PluginClient) -> None:
    faults = engine.faults(urn_of(QUEUE, "wrong"), {"visibilityTimeoutSecond": 3})
    assert faults == {
        "visibilityTimeoutSecond": "is not a known property: did you mean visibilityTimeoutSeconds?"
    }


@pytest.mark.parametrize(
    ("settings", "property_"),
    [
        ({"region": "us-east-1"}, None),
        ({"region": "eu-west-1"}, "region"),
        ({"region": "us-east-1", "allowedAccountIds": '["210987654321"]'}, "allowedAccountIds"),
    ],
)
def test_provider_settings_are_checked(engine: PluginClient, settings: Values, property_: str | None) -> None:
    request = provider_pb2.CheckRequest(
        urn="urn:pulumi:local::plugin::pulumi:providers:aws::aws", news=encode_whole(settings)
    )
    answer = engine.stub.CheckConfig(request)
    assert [each.property for each in answer.failures] == ([property_] if property_ else [])
    assert plain(answer.inputs) == settings


def test_changed_provider_settings_replace_nothing(engine: PluginClient) -> None:
    old, new = ({"region": "us-east-1", "defaultTags": tags} for tags in ('{"a": 1}', '{"a": 2}'))
    request = provider_pb2.DiffRequest(old_inputs=encode_whole(old), news=encode_whole(new))
    answer = engine.stub.DiffConfig(request)
    assert (list(answer.diffs), list(answer.replaces)) == (["defaultTags"], [])


def test_each_connection_has_its_own_settings(engine: PluginClient, port: int) -> None:
    other = PluginClient(port).configure(Project="another")
    try:
        urn = urn_of(QUEUE, "tagged")
        assert other.check(urn, {})["tags"] == {"Project": "another"}
        assert engine.check(urn, {})["tags"] == {"Project": "plugin-tests"}
    finally:
        other.channel.close()


def test_unconfigured_connection_is_refused(port: int) -> None:
    stranger = PluginClient(port)
    try:
        with pytest.raises(grpc.RpcError) as refusal:
            stranger.check(urn_of(QUEUE, "stranger"), {})
        assert "never configured" in refusal.value.details()
    finally:
        stranger.channel.close()


def test_id_that_an_update_changes_is_followed(engine: PluginClient, world: Values) -> None:
    urn = urn_of("aws:ec2/routeTableAssociation:RouteTableAssociation", "moved")
    one, other = world["tables"]
    inputs = {"subnetId": world["subnet"], "routeTableId": one}
    first_id, outputs = engine.create(urn, inputs)
    changed = {**inputs, "routeTableId": other}
    outputs = engine.update(urn, first_id, (inputs, outputs), changed)
    assert outputs[CURRENT_ID] != first_id
    outputs = engine.update(urn, first_id, (changed, outputs), inputs)
    found = engine.read(urn, first_id, inputs, outputs)
    assert found.id == outputs[CURRENT_ID]
    engine.delete(urn, first_id, inputs, outputs)
    assert engine.read(urn, first_id, inputs, outputs).id == ""


def test_refusal_carries_the_text_of_aws(engine: PluginClient) -> None:
    urn = urn_of("aws:ec2/subnet:Subnet", "refused")
    inputs = {"vpcId": "vpc-missing", "cidrBlock": "10.0.0.0/24", "availabilityZone": "us-east-1a"}
    with pytest.raises(grpc.RpcError) as refusal:
        engine.create(urn, engine.check(urn, inputs))
    assert "InvalidVpcID.NotFound" in refusal.value.details()
    assert "vpc-missing" in refusal.value.details()
    assert "retries" not in refusal.value.details()


def test_unknown_type_and_function_are_refused(engine: PluginClient) -> None:
    with pytest.raises(grpc.RpcError, match="has no resource type aws:s3/bucket:Bucket"):
        engine.check(urn_of("aws:s3/bucket:Bucket", "b"), {})
    with pytest.raises(grpc.RpcError, match="has no function aws:s3/getBucket:getBucket"):
        engine.invoke("aws:s3/getBucket:getBucket", {})


def test_invoke(engine: PluginClient, cloud: Cloud) -> None:
    answer = engine.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})
    assert answer["accountId"] == cloud.account_id


def test_unfinished_creation_keeps_its_id_and_is_replaced(
    engine: PluginClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    urn = urn_of(QUEUE, "unfinished")

    def fail(*_: Any) -> None:
        raise PartialCreateError("half", "the second call failed")

    monkeypatch.setattr(type(RESOURCES[QUEUE]), "create", fail)
    inputs = engine.check(urn, {"name": "plugin-unfinished"})
    with pytest.raises(grpc.RpcError) as refusal:
        engine.create(urn, inputs)
    trailing = dict(refusal.value.trailing_metadata())
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    unfinished = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(unfinished)
    assert (unfinished.id, list(unfinished.reasons)) == ("half", ["the second call failed"])
    outputs = plain(unfinished.properties)
    assert outputs == {**inputs, INCOMPLETE: True}
    diff = engine.diff(urn, inputs, inputs, outputs)
    assert list(diff.replaces) == [INCOMPLETE]
    assert diff.deleteBeforeReplace


def test_command_says_where_it_serves_and_ends_when_told(run_directory: Path) -> None:
    command = [sys.executable, "-m", "tools.local", "provider", "--run-directory", str(run_directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = re.fullmatch(r"PULUMI_DEBUG_PROVIDERS=aws:(\d+),random:\1\n", process.stdout.readline())
        assert told
        engine = PluginClient(int(told[1])).configure()
        assert engine.invoke("aws:index/getRegion:getRegion", {})["name"] == "us-east-1"
        engine.channel.close()
        process.terminate()
        assert process.wait(timeout=30) == 0


def test_command_without_an_emulator_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["provider", "--run-directory", str(tmp_path)]) == 1
    assert "make local" in capsys.readouterr().err
