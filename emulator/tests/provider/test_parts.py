"""The provider's small parts, without an emulator."""

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc

from emulator.provider import values
from emulator.provider.cloud import Cloud
from emulator.provider.comparison import Comparison
from emulator.provider.errors import ProviderError, UnknownTypeError
from emulator.provider.invokes import call
from emulator.provider.patterns import pattern_failures
from emulator.provider.registry import RESOURCES, resource_of
from emulator.provider.schema import coerced, schema_of, violations
from emulator.provider.values import UNKNOWN

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
CLOUD = Cloud(
    "http://127.0.0.1:1",
    gateway="http://127.0.0.1:1",
    account_id="1",
    region="us-east-1",
    access_key_id="",
    secret_access_key="",
)


@given(JSON)
def test_a_value_is_the_same_as_itself(value: Any) -> None:
    assert Comparison().same("a", value, value)
    assert Comparison().contained("a", value, value)


@given(st.lists(JSON, max_size=5), st.randoms())
def test_order_has_no_meaning_in_a_set(items: list[Any], random: Any) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)
    assert Comparison(unordered=frozenset({"a.b"})).same("a", {"b": items}, {"b": shuffled})


@given(st.lists(st.integers(), min_size=2, unique=True))
def test_order_has_a_meaning_in_a_list(items: list[int]) -> None:
    assert not Comparison().same("a", {"b": items}, {"b": items[::-1]})
    assert not Comparison(unordered=frozenset({"a.b"})).same("a", {"b": items}, {"b": items[1:]})


def test_documents_are_compared_by_meaning() -> None:
    documents = Comparison(documents=frozenset({"policy"}))
    one = json.dumps({"Action": ["a"], "Resource": ["x", "y"]})
    other = json.dumps({"Resource": ["y", "x"], "Action": "a"})
    assert documents.same("policy", one, other)
    assert not documents.same("policy", one, json.dumps({"Action": "b", "Resource": ["x", "y"]}))
    assert not Comparison().same("policy", one, other)


def test_an_unknown_value_equals_nothing() -> None:
    assert not Comparison().same("a", UNKNOWN, UNKNOWN)
    assert not Comparison().same("a", {"b": [1, UNKNOWN]}, {"b": [1, 2]})


def test_more_in_the_cloud_is_no_drift_but_less_is() -> None:
    assert Comparison().contained("a", {"b": 1}, {"b": 1, "filled": "in"})
    assert not Comparison().contained("a", {"b": 1, "c": 2}, {"b": 1})


def test_a_pattern_that_eventbridge_refuses_is_refused_at_its_path() -> None:
    (failure,) = pattern_failures("eventPattern", json.dumps({"a": [{"prefx": "b"}]}))
    assert failure.property == "eventPattern"
    assert "unrecognized match type prefx" in failure.reason
    assert list(pattern_failures("eventPattern", json.dumps({"a": ["b"]}))) == []
    assert list(pattern_failures("eventPattern", UNKNOWN)) == []


def test_every_type_reads_its_schema_and_stays_within_it() -> None:
    assert RESOURCES
    for token, each in RESOURCES.items():
        schema = schema_of(token)
        known = schema.inputs.fields.keys()
        assert each.modelled <= known, token
        assert each.defaults.keys() <= known, token
        assert each.write_only <= each.modelled, token
        assert {path.split(".")[0] for path in each.replace_on | each.unordered | each.documents} <= known
        assert each.absent.keys() | each.volatile <= schema.outputs.keys(), token
        assert schema.inputs.required <= each.modelled, token
        assert each.encrypted_by.split(".")[0] in {"", *each.modelled}, token


def test_reading_a_schema_first_leaves_the_package_whole() -> None:
    code = (
        "from emulator.provider.schema import schema_of; schema_of('aws:iam/role:Role');"
        "import pulumi_aws as aws; print(aws.iam.Role.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("Role\n", 0), done.stderr


def test_a_misspelt_key_is_found_at_any_depth() -> None:
    declared = schema_of("aws:pipes/pipe:Pipe").inputs
    given_inputs = {
        "roleArn": "r",
        "source": "s",
        "target": "t",
        "sourceParameters": {"filterCriteria": {"filters": [{"patern": "{}"}]}},
    }
    found = dict(violations(declared, given_inputs))
    path = "sourceParameters.filterCriteria.filters[0].patern"
    assert found == {path: "is not a known property: did you mean pattern?"} | {
        key: reason for key, reason in found.items() if reason == "is required"
    }
    assert path in found


def test_scalars_are_turned_as_the_bridge_turns_them() -> None:
    declared = schema_of("aws:sqs/queue:Queue").inputs
    given_inputs = {"delaySeconds": "5", "name": 7, "fifoQueue": "true", "tags": {"a": 1}}
    assert coerced(declared, given_inputs) == {
        "delaySeconds": 5,
        "name": "7",
        "fifoQueue": True,
        "tags": {"a": "1"},
    }
    assert list(violations(declared, coerced(declared, {"delaySeconds": UNKNOWN}))) == []


def test_unknown_types_and_functions_are_errors() -> None:
    with pytest.raises(UnknownTypeError, match="aws:s3/bucket:Bucket"):
        resource_of("aws:s3/bucket:Bucket")
    with pytest.raises(UnknownTypeError, match="getVpc"):
        call(CLOUD, "aws:ec2/getVpc:getVpc", {})
    with pytest.raises(ProviderError, match="region is not modelled"):
        call(CLOUD, "aws:index/getRegion:getRegion", {"region": "eu-west-1"})


def test_the_wire_signatures_are_pulumis() -> None:
    assert rpc._special_sig_key == values.SIGNATURE
    assert rpc._special_asset_sig == values.ASSET
    assert rpc._special_archive_sig == values.ARCHIVE
    assert rpc._special_secret_sig == values.SECRET
    assert values.UNKNOWN_ON_THE_WIRE == rpc.UNKNOWN
