"""How much of the generated stream the shipped scorer finds, on several seeds, with one verdict and without.

The stream goes through the same replay as `make backtest`; the only label that it is told is the verdict.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from stacks.compute.functions.detector.scoring import Assessment, Transaction, load_rules
from tools.analyst.backtest.replay import Replay
from tools.analyst.backtest.source import Row
from tools.local.report.statistics import quality
from tools.local.report.unfound import WHY
from tools.local.traffic.compromise import COMPROMISED_MERCHANT, TIME_TO_DISPUTE, Dispute, dispute_in
from tools.local.traffic.generator import DEFAULT_SEED, generate
from tools.local.traffic.transactions import LabelledTransaction
from tools.local.traffic.typologies import TYPOLOGIES

END = 1_796_040_000_000
SEEDS = (DEFAULT_SEED, *range(1, 9))
LEAST_RECALL, LEAST_PRECISION = 0.80, 0.85
LARGEST_SHARE_HARDLY_FOUND = 0.2


def scored(transaction: LabelledTransaction) -> Transaction:
    values: dict[str, Any] = {name: transaction.fields.get(name) for name in Transaction._fields}
    return Transaction(**{**values, "amount": float(transaction.fields["amount"]), **_degrees(values)})


def _degrees(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: float(values[name]) for name in ("latitude", "longitude") if isinstance(values[name], Decimal)
    }


@dataclass(frozen=True)
class Outcome:
    """A stream and what the scorer made of each transaction, by id."""

    stream: list[LabelledTransaction]
    dispute: Dispute
    assessments: dict[str, Assessment]

    @property
    def alerts(self) -> set[str]:
        return {each for each, found in self.assessments.items() if found.decision.suspicious}

    @property
    def next_frauds(self) -> list[LabelledTransaction]:
        """The frauds at the compromised merchant after the verdict."""
        later = self.stream[self.dispute.position :]
        return [each for each in later if each.scenario == COMPROMISED_MERCHANT]

    def ids(self, transactions: Iterable[LabelledTransaction]) -> set[str]:
        return {each.transaction_id for each in transactions}


def replayed(seed: int, *, judged: bool) -> Outcome:
    stream = generate(END, seed=seed)
    dispute = dispute_in(stream)
    assert dispute is not None
    disputed = dispute.transaction.transaction_id
    rows = [
        Row(scored(each), True if judged and each.transaction_id == disputed else None, each.scenario)
        for each in stream
    ]
    replay = Replay(load_rules(), TIME_TO_DISPUTE.days)
    assessments = {row.transaction.transaction_id: found for row, found in replay.assessments(rows)}
    assert assessments.keys() == {each.transaction_id for each in stream}
    return Outcome(stream, dispute, assessments)


@pytest.mark.parametrize("seed", SEEDS)
def test_most_frauds_are_found_and_most_alerts_are_frauds(seed: int) -> None:
    outcome = replayed(seed, judged=True)
    frauds = outcome.ids(each for each in outcome.stream if each.is_fraud)
    measured = quality(outcome.alerts, frauds)
    assert measured.recall is not None
    assert measured.precision is not None
    assert measured.recall >= LEAST_RECALL
    assert measured.precision >= LEAST_PRECISION


@pytest.mark.parametrize("seed", SEEDS)
def test_the_next_fraud_at_the_merchant_is_found_because_of_the_verdict(seed: int) -> None:
    with_it, without = replayed(seed, judged=True), replayed(seed, judged=False)
    following = with_it.next_frauds[0].transaction_id
    assert with_it.dispute.transaction.transaction_id not in with_it.alerts
    assert following in with_it.alerts
    assert following not in without.alerts
    reasons = with_it.assessments[following].decision.reasons
    assert max(reasons, key=lambda each: each.points).code == "merchant_risk"


@pytest.mark.parametrize("seed", SEEDS)
def test_what_can_hardly_be_found_is_a_small_share(seed: int) -> None:
    stream = generate(END, seed=seed)
    dispute = dispute_in(stream)
    assert dispute is not None
    first = [each for each in stream[: dispute.position] if each.scenario == COMPROMISED_MERCHANT]
    hard = [each for each in stream if each.scenario in {"low_and_slow", "card_testing"}]
    assert first
    assert hard
    frauds = sum(bool(each.is_fraud) for each in stream)
    assert len(first) + len(hard) <= LARGEST_SHARE_HARDLY_FOUND * frauds


def test_each_kind_has_a_reason_for_when_it_stays_unfound() -> None:
    assert WHY.keys() == {*TYPOLOGIES, COMPROMISED_MERCHANT}
