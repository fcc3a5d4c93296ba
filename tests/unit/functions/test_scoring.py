"""The scoring core: what must hold for every stream of transactions."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    MerchantProfile,
    ProfileError,
    Transaction,
    combine,
    update,
)
from stacks.compute.functions.detector.scoring.profile import RECENT_TRANSACTIONS
from tests.unit.functions.builders import NOW, SCHEMA, scored
from tests.unit.functions.histories import DAY, HOUR, RULES, account_of, decide, habit

CATEGORIES = [f"{n:02d}" + "c" * 62 for n in range(40)]


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    placed = draw(st.booleans())
    return Transaction(
        transaction_id=draw(st.text("abcdef0123456789", min_size=1, max_size=8)),
        timestamp=NOW + draw(st.integers(0, 3 * DAY)),
        account_id="account-1",
        merchant_id="merchant-1",
        amount=draw(st.floats(0.0001, 1e15)),
        currency=draw(st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF", "XOF"])),
        merchant_category=draw(st.none() | st.sampled_from(CATEGORIES)),
        country=draw(st.none() | st.sampled_from(SCHEMA["properties"]["country"]["enum"])),
        latitude=draw(st.floats(-90, 90)) if placed else None,
        longitude=draw(st.floats(-180, 180)) if placed else None,
        card_present=draw(st.none() | st.booleans()),
    )


streams = st.lists(transactions(), max_size=60)


@given(streams, transactions(), st.integers(0, NOW + 5 * DAY))
def test_the_reasons_reproduce_the_score(stream: list[Transaction], last: Transaction, watched: int) -> None:
    decision = decide(last, account_of(*stream), MerchantProfile(watched_until=watched))
    assert 0.0 <= decision.score <= 1.0
    assert combine(reason.contribution for reason in decision.reasons) == decision.score
    assert decision.suspicious is (decision.score >= RULES.alert_threshold)
    assert all(0.0 < reason.contribution <= 1.0 for reason in decision.reasons)
    assert [r.contribution for r in decision.reasons] == sorted(
        (r.contribution for r in decision.reasons), reverse=True
    )
    for reason in decision.reasons:
        assert all(value != "" for value in (reason.observed, reason.baseline, reason.threshold, reason.unit))


@given(streams, transactions(), st.floats(1.0, 1000.0))
def test_a_greater_amount_never_scores_less(
    stream: list[Transaction], last: Transaction, factor: float
) -> None:
    account = account_of(*stream)
    greater = last._replace(amount=last.amount * factor)
    assert decide(greater, account).score >= decide(last, account).score


@given(streams)
def test_duplicates_teach_nothing(stream: list[Transaction]) -> None:
    once, twice = AccountProfile(), AccountProfile()
    for transaction in stream:
        update(once, transaction, RULES)
        update(twice, transaction, RULES)
        state = twice.to_state()
        assert not update(twice, transaction, RULES)
        assert twice.to_state() == state
    assert once.to_state() == twice.to_state()


@given(st.data())
@settings(max_examples=50)
def test_the_order_of_arrival_does_not_matter(data: st.DataObject) -> None:
    stream = data.draw(
        st.lists(transactions(), max_size=RECENT_TRANSACTIONS, unique_by=lambda t: t.transaction_id)
    )
    # Equal amounts: only the cap on an amount depends on what was usual when it came.
    category = st.sampled_from(CATEGORIES[:3])
    stream = [t._replace(amount=10.0, currency="USD", merchant_category=data.draw(category)) for t in stream]
    shuffled = data.draw(st.permutations(stream))
    ordered, other = account_of(*stream), account_of(*shuffled)
    assert ordered.to_state() == other.to_state()


@given(streams, streams)
def test_what_came_once_never_counts_again(stream: list[Transaction], more: list[Transaction]) -> None:
    account = account_of(*stream, *more)
    learnt = account.count
    for transaction in (*more, *stream):
        update(account, transaction, RULES)
    # What was too late to be learnt at first may not be learnt later either.
    assert account.count == learnt


@given(streams)
def test_a_profile_survives_storage_exactly(stream: list[Transaction]) -> None:
    account = account_of(*stream)
    stored = json.loads(json.dumps(account.to_state()))
    assert AccountProfile.from_state(stored) == account


def test_a_profile_stays_within_four_kilobytes() -> None:
    account = AccountProfile()
    countries = SCHEMA["properties"]["country"]["enum"]
    for number in range(500):
        transaction = scored(
            transaction_id=f"{number}" + "x" * 60,
            timestamp=NOW + number * 40 * DAY,
            amount=123456789012345.67 / (number + 1),
            currency=SCHEMA["properties"]["currency"]["enum"][number % 165],
            merchant_category=f"{number:03d}" + "c" * 61,
            country=countries[number % len(countries)],
            latitude=-89.123456789012345 + number / 997,
            longitude=-179.123456789012345 + number / 991,
        )
        assert update(account, transaction, RULES)
    size = len(json.dumps(account.to_state(), separators=(",", ":")))
    assert 2000 < size < 4000


def test_one_fraud_does_not_become_usual() -> None:
    account = account_of(*habit())
    fraud = scored(transaction_id="fraud", amount=100_000.0)
    assert decide(fraud, account).suspicious
    update(account, fraud, RULES)
    assert decide(fraud._replace(transaction_id="again", timestamp=NOW + HOUR), account).suspicious
    assert account.amounts["USD"].mean < 45


def test_too_late_an_arrival_is_not_learnt() -> None:
    account = account_of(*habit(count=RECENT_TRANSACTIONS + 1, every=HOUR))
    before = account.to_state()
    late = scored(transaction_id="late", timestamp=NOW - 40 * DAY)
    assert not update(account, late, RULES)
    assert account.to_state() == before


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"version": 2},
        {**AccountProfile().to_state(), "recent": [1]},
        {**AccountProfile().to_state(), "amounts": 7},
        {key: value for key, value in AccountProfile().to_state().items() if key != "count"},
    ],
)
def test_a_profile_that_cannot_be_read_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(ProfileError):
        AccountProfile.from_state(state)
