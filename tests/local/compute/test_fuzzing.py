"""Requests made from the OpenAPI document: a few hundred here, as many as one likes by `make fuzz`."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.fuzz.__main__ import fuzz
from tests.fuzz.bodies import Request
from tests.fuzz.judging import disagreement, faults, taken

STORED = {"transaction_id": "a", "timestamp": 1, "status": "stored", "trace_id": "t"}
GOOD, BAD = Request(b"{}", fits=True, fitted=True), Request(b"{}", fits=False)
UNFITTED = Request(b"{}", fits=True)


def said(request: Request, status: int, body: Mapping[str, Any]) -> list[str]:
    return list(faults(request, status, json.dumps(body)))


def refused(*fields: str, error: str = "invalid_transaction") -> dict[str, Any]:
    return {"error": error, "fields": [{"field": each, "reason": "must be"} for each in fields]}


@pytest.mark.parametrize(
    ("request_", "status", "body"),
    [
        (GOOD, 201, STORED),
        (GOOD, 409, refused()),
        (BAD, 400, refused("currency")),
        (BAD, 207, {"results": [{**STORED, "status_code": 201}, {"status_code": 400, **refused("amount")}]}),
        (UNFITTED, 400, refused("amount", "timestamp")),
    ],
)
def test_right_answers_are_no_faults(request_: Request, status: int, body: dict[str, Any]) -> None:
    assert said(request_, status, body) == []


@pytest.mark.parametrize(
    ("request_", "status", "body", "fault"),
    [
        (GOOD, 500, {}, "answered 500"),
        (BAD, 201, STORED, "taken, though the document refuses it: 201"),
        (GOOD, 400, refused("ip_address"), "refused, though the document allows it: 400"),
        (UNFITTED, 400, refused("currency"), "refused for ['currency'], though the document allows it"),
        (
            UNFITTED,
            400,
            refused("amount", error="invalid_body"),
            "refused by the gateway, though the document allows it",
        ),
    ],
)
def test_wrong_answers_are(request_: Request, status: int, body: dict[str, Any], fault: str) -> None:
    assert said(request_, status, body) == [fault]


def test_a_function_that_takes_what_the_gateway_refuses_is_told() -> None:
    assert disagreement({"statusCode": 400, "body": json.dumps(refused("currency"))}) is None
    taking = {"statusCode": 201, "body": json.dumps(STORED)}
    assert disagreement(taking) == "the function takes what the gateway refuses: {201}"


def test_what_is_stored_is_read_from_every_answer() -> None:
    assert list(taken(201, json.dumps(STORED))) == [("a", 1)]
    results = [{**STORED, "status_code": 200}, {"status_code": 400, **refused("amount")}]
    assert list(taken(207, json.dumps({"results": results}))) == [("a", 1)]
    assert [*taken(0, ""), *taken(502, "Bad Gateway")] == []


def test_no_request_is_answered_wrongly() -> None:
    figures = fuzz(240, seed=5)
    assert figures["wrong"] == []
    assert figures["faults"] == 0
    assert figures["requests"] == 240
    assert figures["good"] > 60
    assert figures["also_by_function"] > 40
    assert figures["stored"] > 20
    assert figures["put"]["requests"] == 48
    assert figures["put"]["good"] > 10
