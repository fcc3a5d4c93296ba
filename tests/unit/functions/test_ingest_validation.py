"""Ingest's validation: a valid body always passes, and every fault is named, repeating no value."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.requests.body import read_body
from shared.runtime.dynamodb import to_item
from stacks.compute.functions.ingest.transaction import item_of
from stacks.compute.functions.ingest.validation import TransactionValidator
from tests.unit.functions.builders import NOW, SCHEMA, as_json, body, valid_bodies

VALIDATOR = TransactionValidator(timedelta(hours=24), timedelta(seconds=300))
REQUIRED = ("transaction_id", "timestamp", "account_id", "merchant_id", "amount", "currency")

# For each field values of a wrong type, form or range.
BAD_VALUES: dict[str, list[Any]] = {
    "transaction_id": ["", "x" * 65, "sp ace", "new\n", "é", "a/b", 7, None, True, ["t"], {}],
    "timestamp": [
        0,
        -1,
        1_795_000_000,
        4_102_444_800_000,
        Decimal("1795000000000.5"),
        "1795000000000",
        True,
        None,
    ],
    "account_id": ["", "x" * 65, "a b", "a\n", "a#b", 12, None, []],
    "merchant_id": ["", " ", "x" * 65, " a", "a ", "\n", "a\tb", "ü", 12, None, {}],
    "amount": [0, -1, Decimal("-0.01"), 10**15, "12.50", True, None, [1], {}],
    "currency": ["", "usd", "US", "USDX", "ABC", "XXX", "XAU", 840, None, []],
    "merchant_category": ["", " grocery", "x" * 65, "tab\t", "line\n", "<b>", "ä", 5411, None],
    "country": ["", "de", "DEU", "ZZ", "XK", 276, None],
    "channel": ["", "on line", "x" * 33, "web\n", 1, None],
    "device_id": ["", "d" * 129, "d 1", "d\n", 1, None],
    "ip_address": ["", "1.2.3", "1.2.3.256", "1.2.3.4\n", "::g", ":::", "1.2.3.4/8", 16909060, None],
    "latitude": [Decimal("90.1"), -91, "52.5", True, None, []],
    "longitude": [Decimal("180.01"), -181, "13.4", False, None, {}],
    "card_present": ["true", 1, 0, None, []],
}


def problems(values: dict[str, Any]) -> dict[str, str]:
    found = VALIDATOR.problems(read_body({"body": as_json(values)}), NOW)
    assert len({problem.field for problem in found}) == len(found), "a field is named once"
    return {problem.field: problem.reason for problem in found}


def test_each_field_of_the_schema_has_bad_values_to_try() -> None:
    assert set(BAD_VALUES) == set(SCHEMA["properties"])


@given(valid_bodies())
def test_a_valid_body_is_accepted(values: dict[str, Any]) -> None:
    assert problems(values) == {}


@pytest.mark.parametrize(
    "merchant", ["AMZN Mktp US*2K4", "CAFE/PARIS #12", "=1+1", "0012.50-A", "x" * 64, "~"]
)
def test_what_acquirers_send_as_merchants_is_accepted(merchant: str) -> None:
    assert problems(body(merchant_id=merchant)) == {}


@given(valid_bodies(), st.data())
def test_one_bad_field_is_named_alone(values: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(values)))
    values[name] = data.draw(st.sampled_from(BAD_VALUES[name]))
    assert list(problems(values)) == [name]


@given(valid_bodies(), st.sets(st.sampled_from(sorted(BAD_VALUES)), min_size=2), st.data())
def test_all_bad_fields_are_named_at_once(
    values: dict[str, Any], names: set[str], data: st.DataObject
) -> None:
    values |= {"latitude": Decimal(1), "longitude": Decimal(1)}
    for name in names:
        values[name] = data.draw(st.sampled_from(BAD_VALUES[name]))
    assert set(problems(values)) == names


@given(valid_bodies(), st.sampled_from(REQUIRED))
def test_a_missing_field_is_named(values: dict[str, Any], name: str) -> None:
    del values[name]
    assert problems(values) == {name: "is required"}


@pytest.mark.parametrize(("given_field", "needed"), [("latitude", "longitude"), ("longitude", "latitude")])
def test_half_a_position_names_the_other_half(given_field: str, needed: str) -> None:
    assert problems(body(**{given_field: 1})) == {needed: f"is required where {given_field} is given"}


@given(st.sampled_from(sorted(BAD_VALUES)), st.data())
def test_no_reason_repeats_a_value(name: str, data: st.DataObject) -> None:
    marker = "zqxj-marker-9731"
    values = body(**{name: data.draw(st.sampled_from([marker + "\n", [marker], {"k": marker}]))})
    assert name in problems(values)
    assert not any(marker in reason for reason in problems(values).values())


def test_unknown_fields_are_refused_by_printable_names() -> None:
    found = problems({**body(), "colour\n<é>": 1, "x" * 100: 2})
    assert found == dict.fromkeys(("colour?<?>", "x" * 64), "is not a field of a transaction")


def test_the_list_of_unknown_fields_is_bounded() -> None:
    assert len(problems({**body(), **{f"field{number}": 1 for number in range(500)}})) == 20


@pytest.mark.parametrize(
    ("timestamp", "fault"),
    [
        (NOW - 24 * 3_600_000, None),
        (NOW - 24 * 3_600_000 - 1, "must not be more than 24 hours in the past"),
        (NOW + 300_000, None),
        (NOW + 300_001, "must not be more than 300 seconds in the future"),
    ],
)
def test_the_time_window(timestamp: int, fault: str | None) -> None:
    assert problems(body(timestamp=timestamp)) == ({"timestamp": fault} if fault else {})


@pytest.mark.parametrize(
    ("amount", "currency", "decimals"),
    [
        ("12.345", "USD", 2),
        ("0.1", "JPY", 0),
        ("1.2345", "KWD", 3),
        ("0.00011", "CLF", 4),
        ("1." + "0" * 20 + "1", "EUR", 2),
    ],
)
def test_more_decimals_than_the_currency_has(amount: str, currency: str, decimals: int) -> None:
    found = problems(body(amount=Decimal(amount), currency=currency))
    assert found == {"amount": f"must have at most {decimals} decimals in its currency"}


@pytest.mark.parametrize(
    "token",
    [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "1" * 50,
        "9" * 5000,
        "1e" + "9" * 30,
    ],
)
@pytest.mark.parametrize("name", ["amount", "timestamp", "latitude"])
def test_a_number_that_cannot_be_kept_is_a_bad_field(name: str, token: str) -> None:
    values = body(latitude=1, longitude=1)
    values[name] = "PLACE"
    text = as_json(values).replace('"PLACE"', token)
    found = VALIDATOR.problems(read_body({"body": text}), NOW)
    assert [problem.field for problem in found] == [name]


@pytest.mark.parametrize("token", ["1e-400", "1e-" + "9" * 30, "1." + "0" * 40 + "1", "0." + "1" * 5000])
@pytest.mark.parametrize(("name", "why"), [("amount", "must be a number|decimals"), ("timestamp", "whole")])
def test_a_number_with_too_many_decimals_is_refused_for_what_it_is(name: str, why: str, token: str) -> None:
    text = as_json({**body(), name: "PLACE"}).replace('"PLACE"', token)
    [problem] = VALIDATOR.problems(read_body({"body": text}), NOW)
    assert problem.field == name
    assert re.search(why, problem.reason)


@pytest.mark.parametrize(
    ("token", "kept"),
    [
        ("1e-400", "0"),
        ("-1e-" + "9" * 30, "0"),
        ("13.40495399999999999999999999999999999999", "13.404954"),
        ("-13." + "1" * 5000, "-13.111111111111111"),
        ("1." + "0" * 100, "1"),
    ],
)
def test_a_position_may_have_any_number_of_digits(token: str, kept: str) -> None:
    text = as_json(body(latitude="PLACE", longitude="PLACE")).replace('"PLACE"', token)
    parsed = read_body({"body": text})
    assert VALIDATOR.problems(parsed, NOW) == []
    item = to_item(item_of(parsed.values, received_at=NOW, caller=None, trace_header="", time_to_live_days=0))
    assert (item["latitude"], item["longitude"]) == ({"N": kept}, {"N": kept})


@pytest.mark.parametrize("token", ["12.5", "12.50", "1.25e1", "1250e-2", "125E-1", "12.5" + "0" * 40])
def test_every_form_of_a_number_is_read_exactly(token: str) -> None:
    text = as_json({**body(), "amount": "PLACE"}).replace('"PLACE"', token)
    parsed = read_body({"body": text})
    assert parsed.values["amount"] == Decimal("12.5")
    assert VALIDATOR.problems(parsed, NOW) == []


def test_a_field_given_twice_is_named() -> None:
    text = as_json(body())[:-1] + ', "amount": 99, "currency": "EUR"}'
    found = VALIDATOR.problems(read_body({"body": text}), NOW)
    assert {p.field: p.reason for p in found} == dict.fromkeys(("amount", "currency"), "must be given once")
