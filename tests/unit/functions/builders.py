"""Valid values that tests start from, and the strategies that vary them."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from shared.runtime.dynamodb import to_item
from shared.runtime.events import (
    DETAIL_TYPE,
    EVENT_SOURCE,
    AlertReason,
    StoredTransaction,
    SuspiciousTransaction,
)
from shared.runtime.money import decimals_of
from shared.runtime.schema import transaction_schema
from stacks.compute.functions.detector.scoring import Transaction

NOW = 1_795_000_000_000
"""The epoch milliseconds that tests call now."""

TRACE_HEADER = "Root=1-67891233-abcdef012345678912345678;Parent=53995c3f42cd8ad8;Sampled=0"
TRACE_ID = "1-67891233-abcdef012345678912345678"
SECRET = "a secret of the tests"

SCHEMA = transaction_schema()


def body(**changes: Any) -> dict[str, Any]:
    """A valid transaction as a payment service posts it; a change to None leaves a field out."""
    values = {
        "transaction_id": "t-1",
        "timestamp": NOW - 1000,
        "account_id": "account-1",
        "merchant_id": "merchant-1",
        "amount": Decimal("12.50"),
        "currency": "USD",
        **changes,
    }
    return {name: value for name, value in values.items() if value is not None}


def as_json(values: dict[str, Any]) -> str:
    """JSON with Decimals as plain numbers, as a client sends them."""
    return "{" + ", ".join(f"{json.dumps(name)}: {_token(value)}" for name, value in values.items()) + "}"


def _token(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else json.dumps(value)


def stored(**changes: Any) -> StoredTransaction:
    """A transaction as the table holds it."""
    values = {**body(), "received_at": NOW, "trace_header": TRACE_HEADER, **changes}
    return StoredTransaction(**values)


def bus_event(**changes: Any) -> dict[str, Any]:
    """The event that the pipe makes of an inserted item."""
    item = to_item(
        {**body(**changes), "received_at": NOW, "trace_header": TRACE_HEADER, "body_hash": "0" * 64}
    )
    return {
        "version": "0",
        "source": EVENT_SOURCE,
        "detail-type": DETAIL_TYPE,
        "detail": {"eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": {"NewImage": item}},
    }


def suspicious(**changes: Any) -> SuspiciousTransaction:
    """A message of the detector."""
    reason = AlertReason(
        code="amount_limit",
        observed="512.5",
        baseline="45",
        threshold="220",
        unit="USD",
        contribution=Decimal("0.843288"),
        points=Decimal("8.4909"),
    )
    values: dict[str, Any] = {
        "transaction": stored(amount=Decimal("512.50")),
        "score": Decimal("0.844401"),
        "score_threshold": Decimal("0.5"),
        "rules_version": "1+0a1b2c3d",
        "reasons": (reason,),
        "trace_header": TRACE_HEADER,
        "base": Decimal("-6.8"),
        **changes,
    }
    return SuspiciousTransaction(**values)


def scored(**changes: Any) -> Transaction:
    """A transaction as the rules see it."""
    values: dict[str, Any] = {
        "transaction_id": "t-1",
        "timestamp": NOW,
        "account_id": "account-1",
        "merchant_id": "merchant-1",
        "amount": 40.0,
        "currency": "USD",
        **changes,
    }
    return Transaction(**values)


def amounts_in(currency: str) -> st.SearchStrategy[Decimal]:
    """Amounts that a currency has."""
    decimals = decimals_of(currency)
    return st.integers(1, 10**12).map(lambda units: Decimal(units).scaleb(-decimals))


def _matching(name: str) -> st.SearchStrategy[str]:
    return st.from_regex(SCHEMA["properties"][name]["pattern"].replace("$", r"\Z"), fullmatch=True)


def _enumerated(name: str) -> st.SearchStrategy[str]:
    return st.sampled_from(SCHEMA["properties"][name]["enum"])


@st.composite
def valid_bodies(draw: st.DrawFn) -> dict[str, Any]:
    """Every kind of transaction that must be accepted at `NOW`."""
    currency = draw(_enumerated("currency"))
    values: dict[str, Any] = {
        "transaction_id": draw(_matching("transaction_id")),
        "timestamp": draw(st.integers(NOW - 24 * 3_600_000, NOW + 300_000)),
        "account_id": draw(_matching("account_id")),
        "merchant_id": draw(_matching("merchant_id")),
        "amount": draw(amounts_in(currency)),
        "currency": currency,
    }
    optional = {
        "merchant_category": _matching("merchant_category"),
        "country": _enumerated("country"),
        "channel": _matching("channel"),
        "device_id": _matching("device_id"),
        "ip_address": st.ip_addresses().map(str),
        "card_present": st.booleans(),
    }
    for name, strategy in optional.items():
        if draw(st.booleans()):
            values[name] = draw(strategy)
    if draw(st.booleans()):
        values["latitude"] = draw(st.decimals(-90, 90, places=6))
        values["longitude"] = draw(st.decimals(-180, 180, places=6))
    return values
