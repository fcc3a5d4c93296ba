"""The rules file: the shipped one loads, and a bad one is refused with line, path and reason."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import (
    NAMES,
    OF_ANY_FORM,
    RULES_PATH,
    Curve,
    Mode,
    RulesError,
    load_rules,
    parse_rules,
)
from stacks.compute.functions.detector.scoring.hard_rules import HARD_RULES
from stacks.compute.functions.detector.scoring.json_lines import lines_of
from stacks.compute.functions.detector.scoring.rules_file import main

SHIPPED: dict[str, Any] = json.loads(RULES_PATH.read_text())
DETECTION = Path(__file__).parents[3] / "docs" / "detection.md"


def test_every_quantity_and_rule_has_its_line_in_the_page() -> None:
    page = DETECTION.read_text()
    assert [name for name in (*NAMES, *HARD_RULES) if f"`{name}`" not in page] == []


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
    assert {name for name, curve in rules.scorecard.items() if curve.mode is Mode.ALERT} <= set(NAMES)
    assert len(rules.scorecard) > 20
    assert all(rises(curve) for name, curve in rules.scorecard.items() if name not in OF_ANY_FORM)


def rises(curve: Curve) -> bool:
    return list(curve.at) == sorted(curve.at) and list(curve.points) == sorted(curve.points)


def test_every_change_of_the_file_changes_the_version() -> None:
    assert parse_rules(RULES_PATH.read_bytes() + b"\n").version != load_rules().version


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("schema", 2, "schema is 2; this code reads 3. Copy stacks/compute/functions/detector/rules.json"),
        ("version", None, "version is missing"),
        ("version", "", "version is not a text"),
        ("alert_threshold", 1.5, "alert_threshold is not a number from 0.001 to 1"),
        ("alert_threshold", True, "alert_threshold is not a number from 0.001 to 1"),
        ("base", "-6", "base is not a number from -30 to 30"),
        ("assumed_spread", None, "assumed_spread is missing"),
        ("colour", "red", "colour is not a setting"),
        ("quantities.palmistry", {}, "quantities.palmistry is no quantity; there are amount, amount_m"),
        ("quantities.rest", 7, "quantities.rest is not an object"),
        ("quantities.rest.mode", "on", "quantities.rest.mode is not one of alert, shadow, off"),
        ("quantities.rest.at", [], "quantities.rest.at is not a list of 1 to 64 numbers"),
        ("quantities.rest.at", [0, True], "quantities.rest.at[1] is not a number from -1000 to 1000"),
        ("quantities.rest.at", [6, 0], "quantities.rest.at is not in rising order"),
        ("quantities.rest.at", [0, 1, 2], "quantities.rest.points has 2 numbers for the 3 of at"),
        ("quantities.rest.points", [0, 31], "quantities.rest.points[1] is not a number from -30 to 30"),
        ("quantities.rest.points", [2, 1], "quantities.rest.points fall, and this quantity means the"),
        ("quantities.rest.weight", 1, "quantities.rest.weight is not a setting"),
        ("rules.palmistry", {}, "rules.palmistry is not a setting"),
        ("rules.denied", None, "rules.denied is missing"),
        ("rules.denied.points", "1", "rules.denied.points is not a number from -30 to 30"),
        ("rules.denied.pionts", 1, "rules.denied.pionts is not a setting"),
        ("rules.amount_limit.limits", {"USD": "220"}, "rules.amount_limit.limits.USD is not a number"),
    ],
)
def test_a_bad_file_is_refused_where_it_is_bad(path: str, value: Any, fault: str) -> None:
    with pytest.raises(RulesError) as refused:
        parse_rules(changed(path, value))
    assert fault in str(refused.value)


def test_a_fault_is_named_by_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = RULES_PATH.read_text()
    line = next(number for number, each in enumerate(text.splitlines(), 1) if '"rest"' in each)
    bad = tmp_path / "rules.json"
    bad.write_text(text.replace('"rest": {"mode": "alert"', '"rest": {"mode": "loud"', 1))
    assert main([str(bad)]) == 1
    assert f"line {line}: quantities.rest.mode is not one of" in capsys.readouterr().err
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


def test_a_quantity_of_any_form_may_rise_and_fall() -> None:
    curve = {"mode": "alert", "at": [0, 6, 12, 18], "points": [1, -1, 0.5, 0]}
    assert parse_rules(changed("quantities.hour_of_day", curve)).scorecard["hour_of_day"].points_at(3) == 0


@given(
    st.lists(st.tuples(st.floats(-900, 900), st.floats(-29, 29)), min_size=1, max_size=64),
    st.floats(-999, 999),
)
def test_points_lie_between_their_neighbours(pairs: list[tuple[float, float]], value: float) -> None:
    at = sorted({round(each, 3) for each, _ in pairs})
    points = [point for _, point in pairs][: len(at)]
    curve = Curve(Mode.ALERT, tuple(at), tuple(points))
    found = curve.points_at(value)
    below = [point for each, point in zip(at, points, strict=True) if each <= value]
    above = [point for each, point in zip(at, points, strict=True) if each >= value]
    neighbours = [*below[-1:], *above[:1]]
    assert min(neighbours) - 1e-9 <= found <= max(neighbours) + 1e-9
