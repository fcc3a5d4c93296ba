"""The rules file: the shipped one loads, and a bad one is refused with the path and the reason."""

import json
from typing import Any

import pytest

from stacks.compute.functions.detector.scoring import RULES_PATH, RulesError, load_rules, parse_rules
from stacks.compute.functions.detector.scoring.profile import RECENT_TRANSACTIONS
from stacks.compute.functions.detector.scoring.rules_file import MAXIMUM_VELOCITY_TRANSACTIONS
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
    assert set(rules.amount_limit.limits) <= set(SCHEMA["properties"]["currency"]["enum"])


def test_every_change_of_the_file_changes_the_version() -> None:
    assert parse_rules(RULES_PATH.read_bytes() + b"\n").version != load_rules().version


def test_a_velocity_limit_can_be_passed_within_what_a_profile_remembers() -> None:
    assert MAXIMUM_VELOCITY_TRANSACTIONS < RECENT_TRANSACTIONS


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("version", None, "version is missing"),
        ("version", "", "version is not a text"),
        ("alert_threshold", 1.5, "alert_threshold is not a number above 0 and at most 1"),
        ("alert_threshold", True, "alert_threshold is not a number above 0 and at most 1"),
        ("colour", "red", "colour is not a setting"),
        ("rules.card_testing", {}, "rules.card_testing is not a setting"),
        ("rules.velocity", None, "rules.velocity is missing"),
        ("rules.velocity", 7, "rules.velocity is not an object"),
        ("rules.velocity.weight", -0.1, "rules.velocity.weight is not a number from 0 to 1"),
        ("rules.velocity.weight", "1", "rules.velocity.weight is not a number from 0 to 1"),
        ("rules.velocity.windows", [], "rules.velocity.windows is not a list of at least one object"),
        ("rules.velocity.windows.1.minutes", 0, "rules.velocity.windows[1].minutes is not a whole number"),
        ("rules.velocity.windows.1.hours", 1, "rules.velocity.windows[1].hours is not a setting"),
        (
            "rules.velocity.windows.0.transactions",
            32,
            "transactions is not a whole number from 2 to 31",
        ),
        ("rules.amount_limit.limits.USD", "220", "rules.amount_limit.limits.USD is not a number above 0"),
        (
            "rules.amount_limit.other_currencies",
            0,
            "amount_limit.other_currencies is not a number above 0",
        ),
        (
            "rules.amount_deviation.minimum_history",
            5.5,
            "history is not a whole number from 1 to 1000",
        ),
        ("rules.new_country.weigth", 1, "rules.new_country.weigth is not a setting"),
        ("baseline.cap_deviations", None, "baseline.cap_deviations is missing"),
    ],
)
def test_a_bad_file_is_refused_where_it_is_bad(path: str, value: Any, fault: str) -> None:
    with pytest.raises(RulesError) as refused:
        parse_rules(changed(path, value))
    assert fault in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"version": NaN}'])
def test_what_is_not_a_rules_file_is_refused(content: bytes) -> None:
    with pytest.raises(RulesError):
        parse_rules(content)
