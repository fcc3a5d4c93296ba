"""The schemas: fit for API Gateway, true to the standards, and the same to both libraries that read them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import iso4217
import pycountry
import pytest
from hypothesis import given, settings
from jsonschema import Draft4Validator

from shared.requests.body import MAXIMUM_BODY_BYTES
from shared.runtime.schema import MAXIMUM_BATCH, transactions_schema, verdict_schema
from tests.unit.functions.builders import SCHEMA, body, valid_bodies

# What the gateway's models read of draft-04; its notes name exclusiveMinimum, oneOf, anyOf and readOnly as
# not supported, and a format is not checked.
GATEWAY_KEYWORDS = {
    "$schema",
    "title",
    "description",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "dependencies",
    "enum",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "items",
    "minItems",
    "maxItems",
}
MODEL = transactions_schema()
SCHEMAS = pytest.mark.parametrize(
    "schema", [SCHEMA, MODEL, verdict_schema()], ids=["transaction", "transactions", "verdict"]
)
# Every field of a transaction, with the longest value that it may have.
LONGEST: dict[str, Any] = {
    **dict.fromkeys(("transaction_id", "account_id", "merchant_id", "merchant_category"), "x" * 64),
    "timestamp": 4102444799999,
    "amount": 0.123456789012345,
    "currency": "USD",
    "country": "US",
    "channel": "x" * 32,
    "device_id": "x" * 128,
    "ip_address": "f" * 45,
    "card_present": False,
    "latitude": -89.12345678901234,
    "longitude": -179.1234567890123,
}


def keywords(schema: dict[str, Any]) -> Iterator[str]:
    yield from schema
    for definition in [
        *schema.get("properties", {}).values(),
        *([schema["items"]] if "items" in schema else []),
    ]:
        yield from keywords(definition)


@SCHEMAS
def test_it_is_a_valid_draft_04_schema(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == "http://json-schema.org/draft-04/schema#"
    assert schema["additionalProperties"] is False
    Draft4Validator.check_schema(schema)


@SCHEMAS
def test_it_uses_only_what_the_gateway_honours(schema: dict[str, Any]) -> None:
    assert set(keywords(schema)) <= GATEWAY_KEYWORDS
    assert not set(keywords({"properties": {"amount": {"exclusiveMinimum": True}}})) <= GATEWAY_KEYWORDS


def test_it_fits_into_a_gateway_model() -> None:
    assert len(json.dumps(SCHEMA)) < 400 * 1024


def test_its_fields_are_those_of_a_transaction_and_no_others() -> None:
    assert set(SCHEMA["properties"]) == LONGEST.keys()
    assert SCHEMA["additionalProperties"] is False
    assert not Draft4Validator(SCHEMA).is_valid({**_plain(body()), "colour": "red"})


def test_currencies_are_those_of_iso_4217_that_have_a_minor_unit() -> None:
    with_minor_unit = sorted(c.code for c in iso4217.Currency if c.exponent is not None)
    assert SCHEMA["properties"]["currency"]["enum"] == with_minor_unit


def test_countries_are_those_of_iso_3166() -> None:
    assert SCHEMA["properties"]["country"]["enum"] == sorted(
        country.alpha_2 for country in pycountry.countries
    )


@SCHEMAS
def test_every_pattern_is_anchored_and_every_field_described(schema: dict[str, Any]) -> None:
    for name, definition in schema["properties"].items():
        assert definition["description"], name
        if "pattern" in definition:
            assert re.fullmatch(r"\^.*\$", definition["pattern"]), name


@given(valid_bodies())
def test_the_gateway_accepts_what_ingest_accepts(values: dict[str, Any]) -> None:
    assert list(Draft4Validator(SCHEMA).iter_errors(_plain(values))) == []


@settings(deadline=None)
@given(valid_bodies())
def test_the_model_takes_one_transaction_as_its_schema_does(values: dict[str, Any]) -> None:
    model, one, plain = Draft4Validator(MODEL), Draft4Validator(SCHEMA), _plain(values)
    assert model.is_valid(plain)
    for name in plain:
        less = {each: value for each, value in plain.items() if each != name}
        assert not model.is_valid({**plain, name: [1]})
        assert model.is_valid(less) == one.is_valid(less)


def test_the_model_leaves_the_elements_of_an_array_to_the_function() -> None:
    model = Draft4Validator(MODEL)
    assert model.is_valid([_plain(body()), {"amount": "no number"}])
    assert model.is_valid([_plain(body())] * MAXIMUM_BATCH)
    for wrong in (
        [],
        [_plain(body())] * (MAXIMUM_BATCH + 1),
        [7],
        ["text"],
        [[_plain(body())]],
        7,
        None,
        "{}",
    ):
        assert not model.is_valid(wrong), wrong


def test_the_greatest_batch_fits_into_a_body() -> None:
    assert len(json.dumps([LONGEST] * MAXIMUM_BATCH, indent=4)) <= MAXIMUM_BODY_BYTES


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: float(value) if name in {"amount", "latitude", "longitude"} else value
        for name, value in values.items()
    }


def test_a_verdict_s_timestamp_is_one_that_a_transaction_may_have() -> None:
    limits = ("type", "minimum", "maximum")
    ours, theirs = (schema["properties"]["timestamp"] for schema in (verdict_schema(), SCHEMA))
    assert {name: ours[name] for name in limits} == {name: theirs[name] for name in limits}
