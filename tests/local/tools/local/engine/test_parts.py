"""The engine's and the provider's small parts, without an emulator."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import rpc

from emulator.provider import values
from emulator.provider.assets import hashed, zipped
from emulator.provider.cloud import Cloud
from emulator.provider.comparison import Comparison
from emulator.provider.errors import UnknownTypeError
from emulator.provider.invokes import call
from emulator.provider.patterns import pattern_failures
from emulator.provider.registry import RESOURCES, resource_of
from emulator.provider.schema import coerced, schema_of, violations
from emulator.provider.values import ARCHIVE, ASSET, SIGNATURE, UNKNOWN
from tools.deploy.program_runner.project import ProjectError, encode, read_project
from tools.local.engine.ordering import deletion_order, must_go_with
from tools.local.engine.property_path import PropertyPathError, contains, parsed, reset, shown
from tools.local.engine.secret_paths import as_secret_as
from tools.local.engine.state import ResourceState
from tools.local.engine.wire import abridged, decode
from tools.local.engine.wire import encode as to_struct

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


def resource(name: str, *needs: str, **more: Any) -> ResourceState:
    urn = f"urn:pulumi:s::p::aws:sqs/queue:Queue::{name}"
    depends = [f"urn:pulumi:s::p::aws:sqs/queue:Queue::{each}" for each in needs]
    given = {"inputs": {"policy": "{}"}, "property_dependencies": {"policy": depends}, **more}
    return ResourceState(urn, "aws:sqs/queue:Queue", name, True, **given)


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


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": ["a"], "detail": {"n": [{"numeric": [">", 0, "<=", 5]}], "e": [{"exists": False}]}},
        {"$or": [{"a": [1]}, {"b": [None, True]}]},
        {"a": [{"anything-but": {"prefix": "x"}}, {"anything-but": ["y"]}, {"cidr": "10.0.0.0/8"}]},
    ],
)
def test_patterns_of_eventbridge_pass(pattern: Any) -> None:
    assert list(pattern_failures("p", json.dumps(pattern))) == []


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ({"a": [{"prefx": "b"}]}, "unknown operator 'prefx'"),
        ({"a": {"b": [{"numeric": ["~", 1]}]}}, "unknown comparison '~'"),
        ({"a": [{"numeric": [">", "1"]}]}, "compares with numbers"),
        ({"a": "b"}, "must be a list of values or an object"),
        ({"a": []}, "matches nothing"),
        ({"$or": [{"a": [1]}]}, "at least two"),
        ({"a": [{"exists": "yes"}]}, "true or false"),
        ({"a": [{"anything-but": {"numeric": [">", 1]}}]}, "anything-but does not take"),
        ({"a": [{"prefix": "b", "suffix": "c"}]}, "one operator at a time"),
        ({}, "non-empty"),
    ],
)
def test_patterns_that_would_match_everything_or_nothing_are_refused(pattern: Any, reason: str) -> None:
    failures = list(pattern_failures("p", json.dumps(pattern)))
    assert failures
    assert reason in failures[0].reason


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


def test_policy_documents_are_rendered_as_the_real_provider_does() -> None:
    statement = {
        "sid": "S",
        "actions": ["sqs:SendMessage"],
        "resources": ["arn:a", "arn:b"],
        "principals": [{"type": "Service", "identifiers": ["events.amazonaws.com"]}],
        "conditions": [{"test": "ArnEquals", "variable": "aws:SourceArn", "values": ["arn:c"]}],
    }
    answer = call(CLOUD, "aws:iam/getPolicyDocument:getPolicyDocument", {"statements": [statement]})
    assert json.loads(answer["json"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "S",
                "Effect": "Allow",
                "Action": "sqs:SendMessage",
                "Resource": ["arn:b", "arn:a"],
                "Principal": {"Service": "events.amazonaws.com"},
                "Condition": {"ArnEquals": {"aws:SourceArn": "arn:c"}},
            }
        ],
    }
    with pytest.raises(Exception, match="overrideJson"):
        call(CLOUD, "aws:iam/getPolicyDocument:getPolicyDocument", {"overrideJson": "{}"})


def test_equal_contents_are_equal_zips_and_hashes(tmp_path: Path) -> None:
    def archive(*names: str) -> dict[str, Any]:
        files = {name: {SIGNATURE: ASSET, "text": name.upper()} for name in names}
        return {SIGNATURE: ARCHIVE, "assets": files}

    assert zipped(archive("a.py", "b.py")) == zipped(archive("b.py", "a.py"))
    assert hashed(archive("a.py", "b.py"))["hash"] == hashed(archive("b.py", "a.py"))["hash"]
    assert hashed(archive("a.py"))["hash"] != hashed(archive("b.py"))["hash"]
    (tmp_path / "a.py").write_text("A.PY")
    folder = {SIGNATURE: ARCHIVE, "path": str(tmp_path)}
    assert hashed(folder)["hash"] == hashed(archive("a.py"))["hash"]
    assert zipped(folder) == zipped(archive("a.py"))
    assert abridged(hashed(folder)).keys() == {SIGNATURE, "hash"}


STEPS = st.lists(
    st.integers(0, 99) | st.text(min_size=1, max_size=5).filter(lambda text: text != "*"), min_size=1
)


@given(STEPS)
def test_a_property_path_reads_as_it_is_written(steps: list[str | int]) -> None:
    assert parsed(shown(steps)) == tuple(steps)


def test_property_paths_are_read_as_the_cli_reads_them() -> None:
    assert parsed('tags["a.b"].list[0]["*"].*') == ("tags", "a.b", "list", 0, "*", "*")
    for malformed in ("", ".a", "a[", "a[x]", 'a["b"'):
        with pytest.raises(PropertyPathError):
            parsed(malformed)
    assert contains(parsed("a.*"), parsed("a.b.c"))
    assert contains(parsed("a[*].c"), parsed("a[3].c"))
    assert not contains(parsed("a.b"), parsed("a"))
    assert not contains(parsed("a.b"), parsed("a.c"))


def test_ignored_changes_are_taken_back_at_any_depth() -> None:
    old = {"a": {"b": 1, "c": 2}, "list": [{"x": 1}, {"x": 2}], "gone": 1}
    new = {"a": {"b": 9, "d": 3}, "list": [{"x": 8, "y": 1}, {"x": 9}, {"x": 7}], "added": 1}
    assert reset(parsed("a.b"), old, new) == {**new, "a": {"b": 1, "d": 3}}
    assert reset(parsed("a.*"), old, new) == {**new, "a": {"b": 1, "c": 2}}
    assert reset(parsed("list[0].x"), old, new)["list"] == [{"x": 1, "y": 1}, {"x": 9}, {"x": 7}]
    assert reset(parsed("list[*].x"), old, new)["list"] == [{"x": 1, "y": 1}, {"x": 2}, {"x": 7}]
    assert reset(parsed("gone"), old, new) == {**new, "gone": 1}
    assert reset(parsed("added"), old, new) == {k: v for k, v in new.items() if k != "added"}
    assert reset(parsed("list[2].x"), old, new) == new


def test_what_a_provider_makes_of_a_secret_is_secret() -> None:
    values = {"a": {"b": 1, "c": 2}, "list": [1, 2], "other": 1}
    assert as_secret_as(values, ["a.b", "list[1]", "absent", "a.absent"]) == ["a.b", "list"]


def test_the_wire_signatures_are_pulumis() -> None:
    assert rpc._special_sig_key == values.SIGNATURE
    assert rpc._special_asset_sig == values.ASSET
    assert rpc._special_archive_sig == values.ARCHIVE
    assert rpc._special_secret_sig == values.SECRET
    assert values.UNKNOWN_ON_THE_WIRE == rpc.UNKNOWN


@given(st.dictionaries(st.text(min_size=1, max_size=4), JSON, max_size=4))
def test_properties_survive_the_wire(properties: dict[str, Any]) -> None:
    def without_nulls(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_nulls(item) for key, item in value.items() if item is not None}
        return [without_nulls(item) for item in value] if isinstance(value, list) else value

    decoded, secrets = decode(to_struct(properties))
    assert decoded == without_nulls(properties)
    assert secrets == set()


def test_secrets_and_unknowns_survive_the_wire() -> None:
    values = {"open": 1, "closed": {"a": "b"}, "partly": {"in": [1, 2], "out": 3}, "later": UNKNOWN}
    struct = to_struct(values, ["closed", "partly.in[1]"])
    decoded, secrets = decode(struct)
    assert decoded == values
    assert secrets == {"closed", "partly.in[1]"}


def test_dependents_are_deleted_first_and_otherwise_the_youngest() -> None:
    resources = [resource("a"), resource("b", "a"), resource("c"), resource("d", "b", "c")]
    assert [each.name for each in deletion_order(resources)] == ["d", "c", "b", "a"]
    replaced = resource("a", "c", obsolete=True)
    assert [each.name for each in deletion_order([resource("c"), replaced])] == ["a", "c"]


def test_what_would_be_replaced_goes_with_its_root_and_no_other() -> None:
    root, near, far, other = (
        resource("root"),
        resource("near", "root"),
        resource("far", "near"),
        resource("o"),
    )
    some = [root, near, far, other]
    going = must_go_with(root, some, lambda each, _: ("policy",) if each.name != "far" else None)
    assert going == {near.urn: ("policy",)}
    everything = must_go_with(root, some, lambda *_: ("policy",))
    assert list(everything) == [near.urn, far.urn]


def test_settings_are_encoded_as_pulumi_does(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(
        "name: p\nconfig:\n  given: {type: integer, default: 3}\n  plain: text\n"
        "  aws:region: {value: us-east-1}\n"
    )
    (tmp_path / "Pulumi.dev.yaml").write_text(
        "config:\n  p:list: [a, 1]\n  p:flag: true\n  p:plain: other\n  p:key:\n    secure: v1:abc\n"
    )
    project = read_project(tmp_path, "dev", {"key": "opened", "p:flag": "false"})
    assert project.config == {
        "p:given": "3",
        "p:plain": "other",
        "aws:region": "us-east-1",
        "p:list": '["a",1]',
        "p:flag": "false",
        "p:key": "opened",
    }
    assert project.secret_keys == {"p:key"}
    assert project.qualified_stack() == "organization/p/dev"
    with pytest.raises(ProjectError, match=r"Pulumi.dev.yaml: the value of p:key is encrypted"):
        read_project(tmp_path, "dev")
    with pytest.raises(ProjectError, match="is not a Pulumi project"):
        read_project(tmp_path / "nowhere", "dev")


@given(JSON)
def test_every_setting_but_text_is_json(value: Any) -> None:
    text = encode(value)
    assert text == value if isinstance(value, str) else json.loads(text) == value
