"""The engine's small parts, without an emulator."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.provider.assets import hashed, zipped
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


def resource(name: str, *needs: str, **more: Any) -> ResourceState:
    urn = f"urn:pulumi:s::p::aws:sqs/queue:Queue::{name}"
    depends = [f"urn:pulumi:s::p::aws:sqs/queue:Queue::{each}" for each in needs]
    given = {"inputs": {"policy": "{}"}, "property_dependencies": {"policy": depends}, **more}
    return ResourceState(urn, "aws:sqs/queue:Queue", name, True, **given)


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
