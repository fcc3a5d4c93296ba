"""The scoring core: what must hold for every stream of transactions."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    Controls,
    MerchantProfile,
    Mode,
    PaymentControls,
    ProfileError,
    Scorer,
    Standing,
    Transaction,
    combine,
)
from stacks.compute.functions.detector.scoring.rules import REMEMBERED_TRANSACTIONS
from tests.unit.functions.builders import NOW, SCHEMA, scored, valid_bodies
from tests.unit.functions.histories import (
    DAY,
    HOUR,
    RULES,
    UNKNOWN,
    account_of,
    decide,
    habit,
    teach,
)

CATEGORIES = [f"{n:02d}" + "c" * 62 for n in range(40)]

WITHOUT_PATTERNS = Scorer(
    replace(
        RULES,
        rules=replace(
            RULES.rules,
            card_testing=replace(RULES.rules.card_testing, mode=Mode.OFF),
            structuring=replace(RULES.rules.structuring, mode=Mode.OFF),
        ),
    )
)
"""The rules without the two for which a smaller amount is the worse one: small tests, just under a limit."""


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    placed = draw(st.booleans())
    return Transaction(
        transaction_id=draw(st.text("abcdef0123456789", min_size=1, max_size=8)),
        timestamp=NOW + draw(st.integers(0, 3 * DAY)),
        account_id="account-1",
        merchant_id=draw(st.sampled_from(["merchant-1", "merchant-2", "merchant-3"])),
        amount=draw(st.floats(0.0001, 1e15)),
        currency=draw(st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF", "XOF"])),
        merchant_category=draw(st.none() | st.sampled_from(CATEGORIES)),
        country=draw(st.none() | st.sampled_from(SCHEMA["properties"]["country"]["enum"])),
        device_id=draw(st.none() | st.sampled_from([f"device-{n}" for n in range(12)])),
        latitude=draw(st.floats(-90, 90)) if placed else None,
        longitude=draw(st.floats(-180, 180)) if placed else None,
        card_present=draw(st.none() | st.booleans()),
    )


streams = st.lists(transactions(), max_size=60)
controls = st.builds(
    Controls,
    standing=st.none() | st.sampled_from(Standing),
    standing_until=st.sampled_from([0, NOW, NOW + 5 * DAY]),
    snoozed_until=st.sampled_from([0, NOW, NOW + 5 * DAY]),
)


@given(streams, transactions(), st.builds(PaymentControls, controls, controls))
def test_the_reasons_reproduce_the_score(
    stream: list[Transaction], last: Transaction, given_controls: PaymentControls
) -> None:
    decision = decide(last, account_of(*stream), controls=given_controls)
    assert 0.0 <= decision.score <= 1.0
    assert combine(reason.contribution for reason in decision.reasons) == decision.score
    reached = decision.score >= RULES.alert_threshold
    assert decision.suspicious is (reached and decision.suppressed is None)
    assert all(0.0 < reason.contribution <= 1.0 for reason in decision.reasons)
    assert [r.contribution for r in decision.reasons] == sorted(
        (r.contribution for r in decision.reasons), reverse=True
    )
    for reason in decision.reasons:
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
    greater = last._replace(amount=last.amount * factor)
    scores = [
        WITHOUT_PATTERNS.score(each, account, MerchantProfile(), UNKNOWN).score for each in (last, greater)
    ]
    assert scores[0] <= scores[1]


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
        st.lists(transactions(), max_size=REMEMBERED_TRANSACTIONS, unique_by=lambda t: t.transaction_id)
    )
    # Equal amounts: only the cap on an amount depends on what was usual when it came.
    stream = [each._replace(amount=10.0, currency="USD") for each in stream]
    ordered, other = account_of(*stream), account_of(*data.draw(st.permutations(stream)))
    for name in ("count", "first_at", "last_at", "hours"):
        assert getattr(ordered, name) == getattr(other, name)
    assert [each[:3] for each in ordered.recent] == [each[:3] for each in other.recent]
    assert ordered.countries is None or ordered.countries.count == getattr(other.countries, "count", None)


@given(streams, streams)
def test_what_came_once_never_counts_again(stream: list[Transaction], more: list[Transaction]) -> None:
    account = account_of(*stream, *more)
    learnt = account.count
    for transaction in (*more, *stream):
        teach(account, transaction)
    # What was too late to be learnt at first may not be learnt later either.
    assert account.count == learnt


@given(streams, transactions())
def test_a_profile_survives_storage_exactly(stream: list[Transaction], last: Transaction) -> None:
    account = account_of(*stream)
    stored = AccountProfile.from_state(json.loads(json.dumps(account.to_state())))
    assert stored.to_state() == account.to_state()
    assert decide(last, stored) == decide(last, account)


def full_account(transactions: int = 500) -> AccountProfile:
    account = AccountProfile()
    countries = SCHEMA["properties"]["country"]["enum"]
    for number in range(transactions):
        transaction = scored(
            transaction_id=f"{number}" + "x" * 60,
            timestamp=NOW + number * 40 * DAY,
            merchant_id=f"merchant-{number}",
            amount=123456789012345.67 / (number + 1),
            currency=SCHEMA["properties"]["currency"]["enum"][number % 165],
            merchant_category=f"{number:03d}" + "c" * 61,
            country=countries[number % len(countries)],
            device_id=f"device-{number}",
            latitude=-89.123456789012345 + number / 997,
            longitude=-179.123456789012345 + number / 991,
        )
        assert teach(account, transaction)
        account.risk.record_fraud(transaction.timestamp, number, 0.1, number)
    return account


def test_a_profile_stays_within_four_kilobytes_and_stops_growing() -> None:
    size, later = (
        len(json.dumps(full_account(number).to_state(), separators=(",", ":"))) for number in (400, 800)
    )
    assert 2000 < size < 4000
    assert later < 4000
    assert abs(later - size) < 100


def test_one_fraud_does_not_become_usual() -> None:
    account = account_of(*habit())
    fraud = scored(transaction_id="fraud", amount=100_000.0)
    assert decide(fraud, account).suspicious
    teach(account, fraud)
    assert decide(fraud._replace(transaction_id="again", timestamp=NOW + HOUR), account).suspicious
    assert account.amounts["USD"].mean < 45


def test_too_late_an_arrival_is_not_learnt() -> None:
    account = account_of(*habit(count=REMEMBERED_TRANSACTIONS + 1, every=HOUR))
    before = account.to_state()
    late = scored(transaction_id="late", timestamp=NOW - 40 * DAY)
    assert not teach(account, late)
    assert account.to_state() == before


OLD: dict[str, Any] = {
    "version": 1,
    "count": 30,
    "first_at": NOW - 29 * DAY,
    "last_at": NOW,
    "amounts": {"USD": [30, 40.0, 60.0, NOW]},
    "categories": [30, {"grocery": (NOW // DAY)}],
    "countries": [30, {"DE": (NOW // DAY)}],
    "position": [NOW, 52.5, 13.4],
    "recent": [DAY, "AAAAAAAA", 0, "NXDwZcVm"],
}


def test_a_profile_of_the_first_version_is_taken_over() -> None:
    account = AccountProfile.from_state(OLD)
    assert (account.count, account.amounts["USD"].mean, len(account.recent)) == (30, 40.0, 2)
    assert decide(scored(timestamp=NOW + DAY, amount=400.0, country="FR"), account).suspicious
    assert AccountProfile.from_state(account.to_state()).to_state() == account.to_state()


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"version": 3},
        {"version": 1},
        {**OLD, "recent": [1]},
        {**AccountProfile().to_state(), "recent": "AAAA"},
        {**AccountProfile().to_state(), "amounts": 7},
        {**AccountProfile().to_state(), "risk": 7},
        {**AccountProfile().to_state(), "countries": [1]},
        {key: value for key, value in AccountProfile().to_state().items() if key != "count"},
    ],
)
def test_a_profile_that_cannot_be_read_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(ProfileError):
        AccountProfile.from_state(state)
