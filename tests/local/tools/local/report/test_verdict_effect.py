"""What a verdict changed: read from the recorded decision, whose points tell what it would be without."""

from dataclasses import replace
from decimal import Decimal

import pytest

from shared.runtime.decisions import RecordedDecision
from shared.runtime.events import AlertReason
from tests.local.tools.local.builders import decision
from tools.local.report.accounting import Account, Evidence
from tools.local.report.verdict_effect import VerdictEffect
from tools.local.traffic.client import Answer, Outcome
from tools.local.traffic.compromise import COMPROMISED_MERCHANT, Dispute
from tools.local.traffic.replay import Delivery
from tools.local.traffic.transactions import FieldValue, LabelledTransaction
from tools.reconciliation.standing import Standing


def delivered(
    name: str, merchant: str, account: str, *, fraud: bool, kind: str = COMPROMISED_MERCHANT
) -> Delivery:
    fields: dict[str, FieldValue] = {"transaction_id": name, "timestamp": 1, "merchant_id": merchant}
    transaction = LabelledTransaction(
        {**fields, "account_id": account}, is_fraud=fraud, scenario=kind if fraud else ""
    )
    return Delivery(transaction, Outcome(0.0, 1.0, (Answer(201, ""),)), 0.0)


def reason(code: str, points: str, contribution: str) -> AlertReason:
    """A reason; ``contribution`` is what the score would lose without it."""
    return AlertReason(
        code=code,
        unit="",
        baseline="",
        observed="",
        threshold="",
        contribution=Decimal(contribution),
        points=Decimal(points),
    )


FIRST = delivered("first", "m", "a-1", fraud=True)
DELIVERIES = [
    FIRST,
    delivered("elsewhere", "other", "a-2", fraud=True),
    delivered("genuine", "m", "a-3", fraud=False),
    delivered("of another kind", "m", "a-4", fraud=True, kind="improbable_travel"),
    delivered("next", "m", "a-2", fraud=True),
]
DISPUTE = Dispute(FIRST.transaction, 1)
DECIDED = RecordedDecision(
    suspicious=True,
    decided_at=1,
    score=Decimal("0.9"),
    score_threshold=Decimal("0.3"),
    reasons=(reason("merchant_risk", "10.5", "0.8"), reason("hour_pace", "0.7", "0.1")),
)


def account(decided: RecordedDecision | None = DECIDED) -> Account:
    return Account(
        Evidence(
            deliveries=DELIVERIES,
            decisions={"first": decision("first"), "genuine": decision("genuine", "merchant_risk")},
            standings=[Standing("next", 1, decided)],
        )
    )


def test_the_next_fraud_at_the_merchant_is_told_with_and_without_the_points_of_the_verdict() -> None:
    effect = VerdictEffect.of(account(), DISPUTE)
    assert effect is not None
    assert (effect.next_id, effect.disputed_id, effect.points) == ("next", "first", 10.5)
    assert effect.score_without == pytest.approx(0.1)
    assert effect.of_another_account
    assert effect.genuine_alerts == 1
    assert effect.because_of_the_verdict
    told = "\n".join(effect.sentences)
    assert "next, of another account, scored 0.90: found" in told
    assert "+10.5 of its log-odds are merchant_risk" in told
    assert "without it the score would be 0.10; the alert threshold is 0.30" in told
    assert "1 genuine payments there have raised alerts since" in told


def test_a_fraud_that_its_own_amount_explains_is_not_because_of_the_verdict() -> None:
    reasons = (reason("merchant_risk", "2", "0.4"), reason("record_amount", "9.2", "0.85"))
    explained = replace(DECIDED, reasons=reasons)
    effect = VerdictEffect.of(account(explained), DISPUTE)
    assert effect is not None
    assert effect.found
    assert not effect.because_of_the_verdict


def test_a_fraud_that_stays_unfound_is_told_so() -> None:
    low = RecordedDecision(
        suspicious=False, decided_at=1, score=Decimal("0.001"), score_threshold=Decimal("0.3")
    )
    effect = VerdictEffect.of(account(low), DISPUTE)
    assert effect is not None
    assert (effect.points, effect.score_without) == (0, 0.001)
    assert not effect.because_of_the_verdict
    assert "scored 0.00: not found" in "\n".join(effect.sentences)


def test_without_the_decision_nothing_is_told() -> None:
    assert VerdictEffect.of(account(None), DISPUTE) is None
