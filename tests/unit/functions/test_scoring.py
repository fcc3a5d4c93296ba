"""The scoring core: what must hold for every stream of transactions."""

from dataclasses import replace
from math import isclose, log
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import (
    NAMES,
    AccountProfile,
    MerchantProfile,
    Mode,
    PaymentControls,
    Scorer,
    Transaction,
    new_places,
    probability_of,
)
from stacks.compute.functions.detector.scoring.account import REMEMBERED_PAYMENTS
from stacks.compute.functions.detector.scoring.hard_rules import HARD_RULES
from stacks.compute.functions.detector.scoring.quantities import RAW
from tests.unit.functions.builders import NOW, scored, valid_bodies
from tests.unit.functions.histories import (
    DAY,
    HOUR,
    NOBODY,
    RULES,
    UNKNOWN,
    account_of,
    assess,
    counted,
    decide,
    habit,
    reasons_of_everything,
    teach,
)
from tests.unit.functions.scored_streams import controls, streams, transactions

SMALLER_IS_WORSE = ("small_payments", "under_limit", "amount_limit")
WITHOUT_PATTERNS = Scorer(
    replace(
        RULES,
        scorecard={
            name: curve._replace(mode=Mode.OFF) if name in SMALLER_IS_WORSE else curve
            for name, curve in RULES.scorecard.items()
        },
    )
)
"""The rules without those for which a smaller amount is the worse one: small tests, just under a limit."""


@given(streams, transactions(), st.builds(PaymentControls, controls, controls), st.booleans())
def test_base_and_points_sum_to_the_log_odds_of_the_score(
    stream: list[Transaction], last: Transaction, given_controls: PaymentControls, shared: bool
) -> None:
    account = account_of(*stream)
    sharing = {place: counted(place) for place in new_places(last, account)} if shared else {}
    decision = decide(last, account, controls=given_controls, sharing=sharing)
    assert 0.0 < decision.score < 1.0
    reached = decision.score >= RULES.alert_threshold
    assert decision.suspicious is (reached and decision.suppressed is None)
    assert decision.reasons or not reached
    assert [each.points for each in decision.reasons] == sorted(
        (each.points for each in decision.reasons), reverse=True
    )
    if decision.reasons:
        total = decision.base + sum(reason.points for reason in decision.reasons)
        assert decision.score == probability_of(total)
        if total < 20:
            assert isclose(log(decision.score / (1 - decision.score)), total, rel_tol=1e-6)
    for reason in decision.reasons:
        assert reason.points == round(reason.points, 4) != 0.0
        assert all(value != "" for value in (reason.observed, reason.baseline, reason.threshold, reason.unit))


@given(streams, transactions(), st.sets(st.sampled_from(NAMES)))
def test_what_is_measured_for_others_changes_no_decision(
    stream: list[Transaction], last: Transaction, names: set[str]
) -> None:
    account = account_of(*stream)
    silent, telling = Scorer(RULES), Scorer(RULES, measured=names)
    alone, beside = (each.assess(last, account, NOBODY, UNKNOWN) for each in (silent, telling))
    assert beside.decision == alone.decision
    for name in NAMES:
        assert hasattr(beside.quantities, name) is (name in names)
        assert not hasattr(alone.quantities, name)


def test_a_quantity_that_was_not_measured_is_no_unknown_one() -> None:
    scorer = Scorer(RULES, measured={"new_device"})
    quantities = scorer.assess(scored(), AccountProfile(), NOBODY, UNKNOWN).quantities
    assert quantities.new_device is None
    with pytest.raises(AttributeError, match="account_age was not measured"):
        _ = quantities.account_age


@given(streams)
def test_the_sum_of_the_hours_is_kept(stream: list[Transaction]) -> None:
    account = account_of(*habit(150, HOUR), *stream)
    restored = AccountProfile.from_state(account.to_state())
    assert account.hours_sum == sum(account.hours)
    assert restored.hours_sum == sum(restored.hours)


def test_every_quantity_and_rule_can_be_explained() -> None:
    reasons = reasons_of_everything()
    assert {reason.code for reason in reasons} == {*NAMES, *HARD_RULES}
    for reason in reasons:
        assert all(value != "" for value in (reason.observed, reason.baseline, reason.threshold, reason.unit))


@given(valid_bodies(), valid_bodies())
def test_whatever_the_schema_allows_is_scored(first: dict[str, Any], second: dict[str, Any]) -> None:
    seen = [
        Transaction(**{name: _plain(value) for name, value in body.items() if name in Transaction._fields})
        for body in (first, second)
    ]
    assert 0.0 <= decide(seen[1], account_of(seen[0])).score <= 1.0


def _plain(value: Any) -> Any:
    return float(value) if hasattr(value, "as_tuple") else value


@given(streams, transactions(), st.floats(1.0, 1000.0))
def test_a_greater_amount_never_scores_less(
    stream: list[Transaction], last: Transaction, factor: float
) -> None:
    account = account_of(*stream)
    # What was paid before at a merchant excuses the same amount there, and no lesser one.
    account.payees.clear()
    greater = last._replace(amount=last.amount * factor)
    scores = [
        WITHOUT_PATTERNS.assess(each, account, MerchantProfile(), UNKNOWN).decision.score
        for each in (last, greater)
    ]
    # Points have four decimals: the logarithm of the greater amount may be rounded the other way, once.
    assert scores[0] <= scores[1] + 0.0001 / 4


@given(streams)
def test_duplicates_teach_nothing(stream: list[Transaction]) -> None:
    once, twice = AccountProfile(), AccountProfile()
    for transaction in stream:
        teach(once, transaction)
        teach(twice, transaction)
        state = twice.to_state()
        assert not teach(twice, transaction)
        assert twice.to_state() == state
    assert once.to_state() == twice.to_state()


@given(st.data())
@settings(max_examples=50)
def test_the_order_of_arrival_matters_little(data: st.DataObject) -> None:
    stream = data.draw(
        st.lists(transactions(), max_size=REMEMBERED_PAYMENTS, unique_by=lambda t: t.transaction_id)
    )
    # Equal amounts: only the cap on an amount depends on what was usual when it came.
    stream = [each._replace(amount=10.0, currency="USD") for each in stream]
    ordered, other = account_of(*stream), account_of(*data.draw(st.permutations(stream)))
    for name in ("count", "first_at", "last_at"):
        assert getattr(ordered, name) == getattr(other, name)
    assert [each[:3] for each in ordered.recent] == [each[:3] for each in other.recent]


@given(streams, streams)
def test_what_came_once_never_counts_again(stream: list[Transaction], more: list[Transaction]) -> None:
    account = account_of(*stream, *more)
    learnt = account.count
    for transaction in (*more, *stream):
        teach(account, transaction)
    # What was too late to be learnt at first may not be learnt later either.
    assert account.count == learnt


def test_one_fraud_does_not_become_usual() -> None:
    account = account_of(*habit())
    fraud = scored(transaction_id="fraud", amount=100_000.0)
    assert decide(fraud, account).suspicious
    teach(account, fraud)
    assert decide(fraud._replace(transaction_id="again", timestamp=NOW + HOUR), account).suspicious
    assert account.mean < 45


def test_twenty_frauds_do_not_either() -> None:
    account = account_of(*habit(60))
    before = account.mean
    for number in range(20):
        fraud = scored(transaction_id=f"f{number}", timestamp=NOW + number * DAY, amount=50_000.0)
        assert decide(fraud, account).suspicious
        teach(account, fraud)
    assert account.mean < 2 * before


def test_too_late_an_arrival_is_not_learnt() -> None:
    account = account_of(*habit(count=REMEMBERED_PAYMENTS + 1, every=HOUR))
    before = account.to_state()
    late = scored(transaction_id="late", timestamp=NOW - 40 * DAY)
    assert not teach(account, late)
    assert account.to_state() == before


def test_who_pays_in_runs_is_used_to_it_and_no_run_gets_used_to_itself() -> None:
    """Twenty payments within twenty minutes, every week; the other account pays once a day."""
    even, in_runs = account_of(*habit(28)), AccountProfile()
    runs = [
        [
            scored(transaction_id=f"run{week}-{each}", timestamp=NOW + week * 7 * DAY + each * 60_000)
            for each in range(20)
        ]
        for week in range(5)
    ]
    paces = [max(_paces(in_runs, run)) for run in runs]
    assert paces[0] > 4
    assert paces[-1] < 0.2 * paces[0], paces
    first = _paces(even, _run("first", NOW + DAY))
    assert first == sorted(first), "a run is no slower to itself the longer it is"


def test_what_an_outage_delayed_is_no_run() -> None:
    """Payments of ten days arrive after the latest one, at once: each counts at its own time."""
    stream = habit(30)
    late, in_time = stream[15:25], account_of(*stream[:15], *stream[25:])
    paces = _paces(in_time, late)
    assert len(paces) == 10
    assert max(paces) < 0.5, paces
    assert in_time.hour_count == pytest.approx(account_of(*stream).hour_count, rel=0.01)


def _run(name: str, timestamp: int) -> list[Transaction]:
    """Twenty payments within twenty minutes."""
    return [
        scored(transaction_id=f"{name}-{each}", timestamp=timestamp + each * 60_000) for each in range(20)
    ]


def _paces(account: AccountProfile, run: list[Transaction]) -> list[float]:
    """How fast each payment of a run was for its account, which learns it."""
    found = []
    for payment in run:
        pace = RAW["hour_pace"](assess(payment, account).evidence)
        found.append(0.0 if pace is None else pace)
        teach(account, payment)
    return found
