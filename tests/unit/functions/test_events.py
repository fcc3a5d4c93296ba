"""The shapes that travel between the functions."""

import json
from decimal import Decimal
from typing import Any

import pytest

from shared.runtime.events import (
    PIPE_FILTER_PATTERN,
    RULE_PATTERN,
    SuspiciousTransaction,
    stored_transaction,
)
from shared.runtime.fields import EventError
from tests.unit.functions.builders import bus_event, stored, suspicious


def test_a_stream_record_is_read_back_as_the_transaction() -> None:
    optional: dict[str, Any] = {"country": "DE", "latitude": Decimal("52.52"), "longitude": Decimal("13.4")}
    assert stored_transaction(bus_event(**optional, card_present=False)) == stored(
        **optional, card_present=False
    )


def test_the_patterns_match_the_event() -> None:
    event = bus_event()
    assert event["source"] in RULE_PATTERN["source"]
    assert event["detail-type"] in RULE_PATTERN["detail-type"]
    assert event["detail"]["eventName"] in RULE_PATTERN["detail"]["eventName"]
    assert PIPE_FILTER_PATTERN["eventName"] == RULE_PATTERN["detail"]["eventName"]


@pytest.mark.parametrize("name", ["transaction_id", "timestamp", "account_id", "amount", "trace_header"])
def test_a_record_without_a_field_names_it(name: str) -> None:
    event = bus_event()
    del event["detail"]["dynamodb"]["NewImage"][name]
    with pytest.raises(EventError, match=f"NewImage.{name} is not"):
        stored_transaction(event)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {**bus_event(), "source": "fraud.other"},
        {**bus_event(), "detail-type": "Other"},
        {**bus_event(), "detail": None},
        {**bus_event(), "detail": {"dynamodb": {}}},
        {**bus_event(), "detail": {"dynamodb": {"NewImage": {"amount": {"N": "twelve"}}}}},
        {**bus_event(), "detail": {"dynamodb": {"NewImage": {"amount": "12"}}}},
        bus_event(merchant_id="half \ud800"),
    ],
)
def test_what_is_not_a_stored_transaction_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(EventError):
        stored_transaction(event)


def test_a_message_is_read_back_as_it_was_sent() -> None:
    sent = suspicious(
        transaction=stored(amount=Decimal("0.30"), latitude=Decimal("-0.1"), longitude=Decimal(7))
    )
    assert SuspiciousTransaction.from_json(sent.to_json()) == sent
    assert json.loads(sent.to_json())["transaction"]["amount"] == "0.3"


def test_a_message_has_all_that_a_notifier_of_the_version_before_asks_for() -> None:
    """The compute layer is deployed before the alerting layer: meanwhile an older notifier reads it."""
    message = json.loads(suspicious().to_json())
    assert message["schema_version"] == 1
    asked = {"transaction", "score", "score_threshold", "rules_version", "reasons", "trace_header"}
    assert asked <= message.keys()
    of_a_reason = {"code", "observed", "baseline", "threshold", "unit", "contribution"}
    assert all(of_a_reason <= reason.keys() for reason in message["reasons"])
    assert message["reasons"]
    assert 0 <= Decimal(message["reasons"][0]["contribution"]) <= 1


def test_a_later_version_of_a_message_may_have_more_fields() -> None:
    message = {**json.loads(suspicious().to_json()), "grouped": 3}
    assert SuspiciousTransaction.from_json(json.dumps(message)) == suspicious()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"schema_version": 2}, "message.schema_version is not 1"),
        ({"schema_version": None}, "message.schema_version is not a number"),
        ({"score": "high"}, "message.score is not a number"),
        ({"score": "NaN"}, "message.score is not a number"),
        ({"reasons": []}, "message.reasons is empty"),
        ({"reasons": {}}, "message.reasons is not a list"),
        ({"reasons": [{"code": "x"}]}, r"message.reasons\[0\].observed is not a text"),
        ({"transaction": None}, "message.transaction is not an object"),
        ({"trace_header": None}, "message.trace_header is not a text"),
    ],
)
def test_a_bad_message_is_refused_by_field(change: dict[str, Any], fault: str) -> None:
    message = {**json.loads(suspicious().to_json()), **change}
    with pytest.raises(EventError, match=fault):
        SuspiciousTransaction.from_json(json.dumps(message))


@pytest.mark.parametrize("body", ["", "{", "[]", "7", "[" * 100_000])
def test_what_is_not_a_message_is_refused(body: str) -> None:
    with pytest.raises(EventError):
        SuspiciousTransaction.from_json(body)


def test_an_alert_has_one_id_for_every_delivery() -> None:
    assert stored().alert_id == stored(received_at=1, trace_header="").alert_id
    assert len({stored().alert_id, stored(timestamp=1).alert_id, stored(transaction_id="t-2").alert_id}) == 3
