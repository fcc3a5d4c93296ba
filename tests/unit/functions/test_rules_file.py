"""The rules file: the shipped one loads, and a bad one is refused with line, path and reason."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import RULES_PATH, RulesError, load_rules, parse_rules
from stacks.compute.functions.detector.scoring.json_lines import lines_of
from stacks.compute.functions.detector.scoring.rules_file import main
from tests.unit.functions.builders import SCHEMA

SHIPPED: dict[str, Any] = json.loads(RULES_PATH.read_text())


def changed(path: str, value: Any) -> bytes:
    document = json.loads(json.dumps(SHIPPED))
    *parents, last = path.split(".")
    section = document
    for name in parents:
        section = section[int(name)] if name.isdecimal() else section[name]
    if value is None:
        del section[last]
    else:
        section[last] = value
    return json.dumps(document).encode()


def test_the_shipped_rules_load_and_carry_version_and_digest() -> None:
    rules = load_rules()
    assert rules.version.startswith(f"{SHIPPED['version']}+")
    assert rules.alert_threshold == SHIPPED["alert_threshold"]
    assert rules.rules.extreme_amount.limits_until_known
    assert set(rules.rules.extreme_amount.limits_until_known) <= set(SCHEMA["properties"]["currency"]["enum"])


def test_every_change_of_the_file_changes_the_version() -> None:
    assert parse_rules(RULES_PATH.read_bytes() + b"\n").version != load_rules().version


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("schema", 1, "schema is 1; this code reads 2"),
        ("version", None, "version is missing"),
        ("version", "", "version is not a text"),
        ("alert_threshold", 1.5, "alert_threshold is not a number from 0.001 to 1"),
        ("alert_threshold", True, "alert_threshold is not a number from 0.001 to 1"),
        ("colour", "red", "colour is not a setting"),
        ("rules.palmistry", {}, "rules.palmistry is not a setting"),
        ("rules.velocity", None, "rules.velocity is missing"),
        ("rules.velocity", 7, "rules.velocity is not an object"),
        ("rules.velocity.mode", "on", "rules.velocity.mode is not one of alert, shadow, off"),
        ("rules.velocity.weight", -0.1, "rules.velocity.weight is not a number from 0 to 1"),
        ("rules.velocity.weight", "1", "rules.velocity.weight is not a number from 0 to 1"),
        ("rules.velocity.windows", [], "rules.velocity.windows is not a list of at least one object"),
        ("rules.velocity.windows.1.minutes", 0, "rules.velocity.windows[1].minutes is not a whole number"),
        ("rules.velocity.windows.1.hours", 1, "rules.velocity.windows[1].hours is not a setting"),
        ("rules.velocity.windows.0.transactions", 32, "transactions is not a whole number from 2 to 24"),
        ("rules.amount_limit.limits", {"USD": "220"}, "rules.amount_limit.limits.USD is not a number"),
        ("rules.structuring.limits", {"USD": 10000}, "rules.structuring.limits.USD is not a list"),
        ("rules.structuring.limits", {"USD": [0]}, "rules.structuring.limits.USD is not a list"),
        ("rules.amount_deviation.minimum_history", 5.5, "history is not a whole number from 1 to 1000"),
        ("rules.new_country.weigth", 1, "rules.new_country.weigth is not a setting"),
        ("baseline.cap_deviations", None, "baseline.cap_deviations is missing"),
    ],
)
def test_a_bad_file_is_refused_where_it_is_bad(path: str, value: Any, fault: str) -> None:
    with pytest.raises(RulesError) as refused:
        parse_rules(changed(path, value))
    assert fault in str(refused.value)


def test_a_fault_is_named_by_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = RULES_PATH.read_text()
    line = next(number for number, each in enumerate(text.splitlines(), 1) if '"minutes": 60,' in each)
    bad = tmp_path / "rules.json"
    bad.write_text(text.replace('"minutes": 60,', '"minutes": -60,', 1))
    assert main([str(bad)]) == 1
    assert f"line {line}: rules.velocity.windows[1].minutes is not" in capsys.readouterr().err
    bad.write_text(text)
    assert main([str(bad)]) == 0
    assert main([str(tmp_path / "none.json")]) == 1


def test_lines_of_every_kind_of_value() -> None:
    text = '{\n"a": [1,\n true, {"b":\n "}\\"]"}],\n "c": {}, "d": [], "e": -1.5e3\n}'
    assert lines_of(text) == {
        "": 1, "a": 2, "a[0]": 2, "a[1]": 3, "a[2]": 3, "a[2].b": 4, "c": 5, "d": 5, "e": 5,
    }  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"version": NaN}'])
def test_what_is_not_a_rules_file_is_refused(content: bytes) -> None:
    with pytest.raises(RulesError):
        parse_rules(content)


def test_a_name_that_stands_there_twice_is_refused_at_its_second_line() -> None:
    lines = RULES_PATH.read_text().splitlines()
    again = next(number for number, line in enumerate(lines) if '"alert_threshold"' in line) + 1
    lines.insert(again, lines[again - 1])
    with pytest.raises(RulesError, match=f"^line {again + 1}: alert_threshold stands there twice$"):
        parse_rules("\n".join(lines).encode())


@given(st.text() | st.binary() | st.recursive(st.none() | st.text(), st.lists).map(json.dumps))
def test_anything_else_is_refused_by_a_reason(content: str | bytes) -> None:
    with pytest.raises(RulesError, match=r"."):
        parse_rules(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("depth", [400, 900, 30_000])
def test_brackets_without_end_are_refused(depth: int) -> None:
    for content in ("[" * depth, "[" * depth + "]" * depth, '{"schema": ' + "[" * depth + "]" * depth + "}"):
        with pytest.raises(RulesError):
            parse_rules(content.encode())
