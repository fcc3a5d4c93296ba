"""A decision as it is kept: read back as written, no name of a person or place, one write unit."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.alerts import transaction_facts
from shared.runtime.decisions import (
    DECISION_ATTRIBUTE,
    RecordedDecision,
    decision_of_item,
    suspicious_transaction,
)
from shared.runtime.dynamodb import to_attribute, to_item
from shared.runtime.events import AlertReason
from shared.runtime.fields import EventError
from shared.runtime.reduction import device_name, reduced
from stacks.alerting.functions.notifier.record import alert_record
from stacks.compute.functions.detector.recording import recorded
from stacks.compute.functions.detector.scoring import MerchantProfile, Scorer, load_rules
from stacks.compute.functions.ingest.transaction import item_of
from stacks.compute.functions.profiles.transactions import scored_transaction
from tests.unit.functions.builders import NOW, TRACE_HEADER, body, stored, suspicious
from tests.unit.functions.histories import account_of, habit

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.decimals(0, 1, places=6)


@given(
    st.builds(
        RecordedDecision,
        suspicious=st.booleans(),
        decided_at=st.integers(0, 2**53),
        score=st.none() | numbers,
        score_threshold=st.none() | numbers,
        rules_version=st.none() | texts,
        suppressed_by=st.none() | texts,
        base=st.none() | numbers,
        scored_without=st.lists(texts, max_size=3).map(tuple),
        reasons=st.lists(
            st.builds(
                AlertReason,
                code=texts,
                observed=texts,
                baseline=texts,
                threshold=texts,
                unit=texts,
                contribution=numbers,
                points=st.none() | numbers,
            )
        ).map(tuple),
    )
)
def test_a_decision_is_read_back_as_it_was_written(decision: RecordedDecision) -> None:
    assert decision_of_item({"decision": to_attribute(decision.values())}) == decision


def test_what_raised_no_alert_has_no_message() -> None:
    with pytest.raises(EventError, match="no alert"):
        suspicious_transaction(stored(), RecordedDecision(suspicious=False, decided_at=NOW), TRACE_HEADER)


DEVICE, ADDRESS = "8f14e45f-ceea-4e7a-9c1d-0123456789ab", "203.0.113.195"
LATITUDE, LONGITUDE = Decimal("-52.520008"), Decimal("13.404954")


def test_message_and_record_hold_neither_device_nor_address_nor_the_exact_place() -> None:
    """They live for years; the transaction, which has all of it, does not."""
    paid = stored(device_id=DEVICE, ip_address=ADDRESS, latitude=LATITUDE, longitude=LONGITUDE)
    new_device = replace(suspicious().reasons[0], code="new_device", observed=DEVICE)
    decision = RecordedDecision(
        suspicious=True,
        decided_at=NOW,
        score=Decimal("0.9"),
        score_threshold=Decimal("0.5"),
        rules_version="1",
        reasons=(new_device,),
    )
    told = suspicious_transaction(paid, decision, TRACE_HEADER)
    record = alert_record(told, account="acct-1", trace_id="", now=NOW, time_to_live_days=7)
    by_a_verdict = transaction_facts(paid)
    for text in (told.to_json(), repr(record), repr(by_a_verdict)):
        for raw in (DEVICE, ADDRESS, str(LATITUDE), str(LONGITUDE)):
            assert raw not in text
    name = device_name(DEVICE)
    assert (told.transaction.latitude, told.transaction.longitude) == (Decimal("-52.52"), Decimal("13.40"))
    assert told.transaction.device_id == record["device_id"] == by_a_verdict["device_id"] == name
    assert told.reasons[0].observed == name
    assert device_name(name) == name != device_name("another")
    assert reduced(told.transaction) == told.transaction


def test_a_full_payment_and_its_decision_fit_into_one_write_unit() -> None:
    """DynamoDB bills the larger of the item before and after the write, in steps of 1 KB."""
    values = body(
        transaction_id="8f14e45f-ceea-4e7a-9c1d-0123456789ab",
        account_id="acc-8f14e45f-ceea-4e7a",
        merchant_id="merchant-8f14e45f-ceea",
        merchant_category="grocery",
        country="DE",
        channel="web",
        device_id="8f14e45f-ceea-4e7a-9c1d-0123456789ab",
        ip_address="203.0.113.195",
        latitude=Decimal("-52.520008"),
        longitude=Decimal("-13.404954"),
        card_present=False,
    )
    item = item_of(
        values,
        received_at=NOW,
        caller=f"arn:aws:sts::123456789012:assumed-role/payment-service/{'i' * 19}",
        trace_header=TRACE_HEADER,
        time_to_live_days=365,
    )
    scorer = Scorer(load_rules())
    account = account_of(*habit(30))
    transaction = scored_transaction(stored(**values))
    assessment = scorer.assess(transaction, account, MerchantProfile(), scorer.unknown_population())
    item[DECISION_ATTRIBUTE] = recorded(assessment.decision, NOW).values()
    assert 500 < _size(to_item(item)) <= 1024


def _size(item: Mapping[str, Any]) -> int:
    """Bytes of an item as DynamoDB counts them.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(len(name.encode()) + _value_size(*value.popitem()) for name, value in item.items())


def _value_size(kind: str, value: Any) -> int:
    match kind:
        case "N":
            return len(value.strip("-").replace(".", "")) // 2 + 2
        case "S":
            return len(value.encode())
        case "M":
            return 3 + len(value) + _size(value)
        case "L":
            return 3 + len(value) + sum(_value_size(*each.popitem()) for each in value)
    return 1
