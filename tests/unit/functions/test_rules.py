"""Each rule of the scoring core, by example."""

from dataclasses import replace
from typing import Any

import pytest

from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    MerchantProfile,
    Transaction,
    score,
)
from stacks.compute.functions.detector.scoring.geography import kilometres_between
from tests.unit.functions.builders import NOW, scored
from tests.unit.functions.histories import DAY, HOUR, MINUTE, NOBODY, RULES, account_of, codes, decide, habit

BERLIN, PARIS = (52.52, 13.405), (48.8566, 2.3522)


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
