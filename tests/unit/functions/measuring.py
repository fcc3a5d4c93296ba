"""What the scorer measures of a payment, by example."""

from typing import Any

from stacks.compute.functions.detector.scoring import AccountProfile, Transaction
from stacks.compute.functions.detector.scoring.reasons import Decision, Reason
from tests.unit.functions.builders import NOW, scored
from tests.unit.functions.histories import HOUR, assess

BERLIN, PARIS = (52.52, 13.405), (48.8566, 2.3522)


def at(hours: float, identity: str = "one", **changes: Any) -> Transaction:
    """A transaction so many hours after `NOW`."""
    return scored(transaction_id=identity, timestamp=NOW + int(hours * HOUR), **changes)


HOME: dict[str, Any] = {
    "country": "DE",
    "merchant_category": "grocery",
    "device_id": "phone",
    "ip_address": "192.0.2.7",
    "channel": "pos",
}


def measured(transaction: Transaction, account: AccountProfile, name: str, **known: Any) -> float | None:
    value: float | None = getattr(assess(transaction, account, **known).quantities, name)
    return value


def reason_of(decision: Decision, code: str) -> Reason:
    [reason] = [each for each in decision.reasons if each.code == code]
    return reason
