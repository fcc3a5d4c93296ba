"""Mail text for the tests of its wording and of its safety."""

from decimal import Decimal
from typing import Any

from shared.runtime.events import AlertReason
from stacks.alerting.functions.notifier.mail import Place, body
from tests.unit.functions.builders import TRACE_ID, suspicious

PLACE = Place(
    environment="test",
    region="us-east-1",
    transactions_table="transactions-test",
    alerts_table="alerts-test",
    verdicts_url="https://api.example/stage-test/transactions/{transaction_id}/verdict",
)


def text_of(**changes: Any) -> str:
    return body(suspicious(**changes), account="acct-0123456789abcdef", trace_id=TRACE_ID, place=PLACE)


def reason(code: str, **values: Any) -> AlertReason:
    """Return a reason that the test states in part; the rest is unremarkable."""
    usual: dict[str, Any] = {"observed": "7", "baseline": "2 known", "threshold": "new", "unit": "payments"}
    return AlertReason(code=code, **{**usual, "contribution": Decimal(1), **values})
