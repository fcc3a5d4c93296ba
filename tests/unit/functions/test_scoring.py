"""The scoring core: each rule by example, and what must hold for every stream of transactions."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    Decision,
    MerchantProfile,
    ProfileError,
    Transaction,
    combine,
    load_rules,
    score,
    update,
)
from stacks.compute.functions.detector.scoring.geography import kilometres_between
from stacks.compute.functions.detector.scoring.profile import RECENT_TRANSACTIONS
from tests.unit.functions.builders import NOW, SCHEMA, scored

RULES = load_rules()
NOBODY = MerchantProfile()
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
BERLIN, PARIS = (52.52, 13.405), (48.8566, 2.3522)


def account_of(*transactions: Transaction) -> AccountProfile:
    account = AccountProfile()
    for transaction in transactions:
        update(account, transaction, RULES)
    return account


def habit(count: int = 30, every: int = DAY, **changes: Any) -> list[Transaction]:
    """Regular purchases of about 40, the last one `every` before `NOW`."""
    return [
        scored(
            transaction_id=f"habit-{number}",
            timestamp=NOW - (count - number) * every,
            amount=38.0 + number % 5,
            **changes,
        )
        for number in range(count)
    ]


def decide(transaction: Transaction, account: AccountProfile, merchant: MerchantProfile = NOBODY) -> Decision:
    return score(transaction, account, merchant, RULES)


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


# --- the rules, one by one


def test_what_is_usual_scores_nothing() -> None:
    decision = decide(scored(), account_of(*habit()))
    assert (decision.score, decision.suspicious, decision.reasons) == (0.0, False, ())
    assert decision.rules_version == RULES.version


def test_an_amount_over_the_limit_needs_no_history() -> None:
    decision = decide(scored(amount=500.0), AccountProfile())
    [reason] = decision.reasons
    limit = RULES.amount_limit.limits["USD"]
    assert (reason.code, reason.observed, reason.threshold) == ("amount_limit", 500.0, limit)
    assert (reason.baseline, reason.unit) == ("no history", "USD")
    assert decision.suspicious
    assert codes(decide(scored(amount=219.99), AccountProfile())) == []


def test_a_currency_without_a_limit_has_none() -> None:
    assert codes(decide(scored(amount=1e9, currency="XOF"), AccountProfile())) == []
    strict = replace(RULES, amount_limit=replace(RULES.amount_limit, other_currencies=100.0))
    decision = score(scored(amount=101.0, currency="XOF"), AccountProfile(), NOBODY, strict)
    assert codes(decision) == ["amount_limit"]


def test_an_amount_far_above_the_accounts_own() -> None:
    decision = decide(scored(amount=200.0), account_of(*habit()))
    [reason] = decision.reasons
    assert reason.code == "amount_deviation"
    assert reason.baseline == pytest.approx(40.0, abs=0.5)
    assert isinstance(reason.threshold, float)
    assert 40.0 < reason.threshold < 200.0
    assert decision.suspicious


def test_a_young_account_has_no_usual_amount() -> None:
    few = habit(count=RULES.amount_deviation.minimum_history - 1)
    assert codes(decide(scored(amount=200.0), account_of(*few))) == []


def test_amounts_are_compared_within_their_currency() -> None:
    assert codes(decide(scored(amount=6000.0, currency="JPY"), account_of(*habit()))) == []


def test_many_transactions_in_minutes() -> None:
    burst = [scored(transaction_id=f"b{n}", timestamp=NOW - n * MINUTE) for n in range(1, 7)]
    decision = decide(scored(), account_of(*habit(), *burst))
    [reason] = decision.reasons
    assert (reason.code, reason.observed) == ("velocity", 7.0)
    assert (reason.threshold, reason.unit) == (6.0, "transactions in 10 minutes")
    assert isinstance(reason.baseline, float)
    assert reason.baseline < 1
    assert decision.suspicious


def test_a_busy_account_is_measured_by_its_own_pace() -> None:
    busy = [scored(transaction_id=f"b{n}", timestamp=NOW - n * 2 * MINUTE) for n in range(3000, 0, -1)]
    livelier = [scored(transaction_id=f"l{n}", timestamp=NOW - n * 1000) for n in range(5, 0, -1)]
    account = account_of(*busy, *livelier)
    assert account.count_within(NOW, 10 * MINUTE) > RULES.velocity.windows[0].transactions
    assert codes(decide(scored(), account)) == []


def test_the_first_use_of_category_and_country() -> None:
    known = habit(merchant_category="grocery", country="DE")
    decision = decide(scored(merchant_category="jewellery", country="FR"), account_of(*known))
    assert {reason.code: (reason.observed, reason.baseline) for reason in decision.reasons} == {
        "new_country": ("FR", "DE"),
        "new_merchant_category": ("jewellery", "grocery"),
    }
    assert not decision.suspicious, "a first use alone is no fraud"
    assert codes(decide(scored(merchant_category="grocery", country="DE"), account_of(*known))) == []


def test_a_first_use_needs_history_of_that_field() -> None:
    unlabelled, one = habit(), scored(transaction_id="one", timestamp=NOW - 5, country="DE")
    assert codes(decide(scored(country="FR"), account_of(*unlabelled, one))) == []


def test_travel_that_nobody_can_make() -> None:
    at_home = scored(transaction_id="h", timestamp=NOW - HOUR // 2, latitude=BERLIN[0], longitude=BERLIN[1])
    decision = decide(scored(latitude=PARIS[0], longitude=PARIS[1]), account_of(at_home))
    [reason] = decision.reasons
    assert reason.code == "improbable_travel"
    assert reason.observed == pytest.approx(1755, abs=10)
    assert reason.baseline == "877 km apart within 30 minutes"
    assert decision.suspicious
    later = scored(timestamp=NOW + 2 * HOUR, latitude=PARIS[0], longitude=PARIS[1])
    assert codes(decide(later, account_of(at_home))) == []
    near = scored(latitude=BERLIN[0] + 0.5, longitude=BERLIN[1])
    assert codes(decide(near, account_of(at_home))) == []


def test_travel_back_in_time_is_measured_alike() -> None:
    at_home = scored(transaction_id="h", timestamp=NOW, latitude=BERLIN[0], longitude=BERLIN[1])
    late = scored(timestamp=NOW - HOUR // 2, latitude=PARIS[0], longitude=PARIS[1])
    assert codes(decide(late, account_of(at_home))) == ["improbable_travel"]
    in_time = scored(timestamp=NOW - 2 * HOUR, latitude=PARIS[0], longitude=PARIS[1])
    assert codes(decide(in_time, account_of(at_home))) == []
    same_moment = scored(timestamp=NOW, latitude=PARIS[0], longitude=PARIS[1])
    assert codes(decide(same_moment, account_of(at_home))) == ["improbable_travel"]


@pytest.mark.parametrize(
    ("place", "other", "kilometres"),
    [
        (BERLIN, PARIS, 877.5),
        (BERLIN, BERLIN, 0.0),
        ((0, 0), (0, 180), 20015.1),
        ((90, 0), (-90, 77), 20015.1),
    ],
)
def test_distances_on_the_globe(
    place: tuple[float, float], other: tuple[float, float], kilometres: float
) -> None:
    assert kilometres_between(*place, *other) == pytest.approx(kilometres, abs=0.5)


def test_a_watched_merchant_until_the_watch_ends() -> None:
    watched = MerchantProfile(watched_until=NOW + 1)
    decision = decide(scored(), AccountProfile(), watched)
    assert codes(decision) == ["watched_merchant"]
    assert decision.suspicious
    assert codes(decide(scored(timestamp=NOW + 1), AccountProfile(), watched)) == []


@pytest.mark.parametrize(
    ("rule", "transaction"),
    [
        ("amount_limit", scored(amount=500.0)),
        ("amount_deviation", scored(amount=150.0)),
        ("new_country", scored(country="FR")),
        ("new_merchant_category", scored(merchant_category="jewellery")),
        ("improbable_travel", scored(timestamp=NOW - DAY + 1, latitude=PARIS[0], longitude=PARIS[1])),
        ("velocity", scored()),
        ("watched_merchant", scored()),
    ],
)
def test_a_weight_of_zero_switches_a_rule_off(rule: str, transaction: Transaction) -> None:
    burst = (
        [scored(transaction_id=f"b{n}", timestamp=NOW - n) for n in range(1, 7)] if rule == "velocity" else []
    )
    home: dict[str, Any] = {
        "country": "DE",
        "merchant_category": "grocery",
        "latitude": BERLIN[0],
        "longitude": BERLIN[1],
    }
    account = account_of(*habit(**home), *burst)
    merchant = MerchantProfile(watched_until=NOW + DAY if rule == "watched_merchant" else 0)
    assert rule in codes(score(transaction, account, merchant, RULES))
    without = replace(RULES, **{rule: replace(getattr(RULES, rule), weight=0.0)})
    assert rule not in codes(score(transaction, account, merchant, without))


# --- what holds for every stream

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
