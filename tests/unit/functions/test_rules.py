"""Each rule of the scoring core, by example."""

from dataclasses import replace
from typing import Any

import pytest

from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    Controls,
    Mode,
    PaymentControls,
    Scorer,
    Standing,
    Transaction,
)
from stacks.compute.functions.detector.scoring.geography import kilometres_between
from stacks.compute.functions.detector.scoring.profile import MerchantProfile
from tests.unit.functions.builders import NOW, scored
from tests.unit.functions.histories import (
    DAY,
    HOUR,
    MINUTE,
    RULES,
    UNKNOWN,
    account_of,
    codes,
    decide,
    habit,
)

BERLIN, PARIS = (52.52, 13.405), (48.8566, 2.3522)


def at(hours: float, identity: str = "one", **changes: Any) -> Transaction:
    """A transaction so many hours after `NOW`."""
    return scored(transaction_id=identity, timestamp=NOW + int(hours * HOUR), **changes)


def test_what_is_usual_scores_nothing() -> None:
    decision = decide(scored(), account_of(*habit()))
    assert (decision.score, decision.suspicious, decision.reasons) == (0.0, False, ())
    assert decision.rules_version == RULES.version


def test_an_amount_beyond_all_measure_needs_no_history() -> None:
    decision = decide(scored(amount=5000.0), AccountProfile())
    [reason] = decision.reasons
    limit = RULES.rules.extreme_amount.limits_until_known["USD"]
    assert (reason.code, reason.observed, reason.threshold) == ("extreme_amount", 5000.0, limit)
    assert (reason.baseline, reason.unit) == ("no history", "USD")
    assert decision.suspicious
    assert codes(decide(scored(amount=219.99), AccountProfile())) == []


def test_a_configured_limit() -> None:
    limited = replace(RULES.rules.amount_limit, limits={"USD": 100.0})
    scorer = Scorer(replace(RULES, rules=replace(RULES.rules, amount_limit=limited)))
    for amount, expected in ((101.0, ["amount_limit"]), (99.0, [])):
        decision = scorer.score(scored(amount=amount), AccountProfile(), MerchantProfile(), UNKNOWN)
        assert codes(decision) == expected
    other = scored(amount=1e9, currency="XOF")
    assert codes(scorer.score(other, AccountProfile(), MerchantProfile(), UNKNOWN)) == []


def test_an_amount_far_above_the_accounts_own() -> None:
    decision = decide(scored(amount=200.0), account_of(*habit()))
    [reason] = decision.reasons
    assert reason.code == "amount_deviation"
    assert reason.baseline == pytest.approx(40.0, abs=0.5)
    assert isinstance(reason.threshold, float)
    assert 40.0 < reason.threshold < 200.0
    assert decision.suspicious


def test_a_suspicious_payment_makes_the_next_one_more_suspicious() -> None:
    calm, alarmed = account_of(*habit()), account_of(*habit(), at(0, "fraud", amount=400.0))
    after, much_later = at(5, "next", amount=90.0), at(24 * 60, "next", amount=90.0)
    assert decide(after, alarmed).score > 1.5 * decide(after, calm).score > 0
    assert decide(much_later, alarmed).score < decide(after, alarmed).score


def test_a_young_account_has_no_usual_amount() -> None:
    few = habit(count=RULES.rules.amount_deviation.minimum_history - 1)
    assert codes(decide(scored(amount=200.0), account_of(*few))) == []


def test_amounts_are_compared_within_their_currency() -> None:
    assert codes(decide(scored(amount=6000.0, currency="JPY"), account_of(*habit()))) == []


def test_amounts_are_compared_within_their_merchant_category() -> None:
    groceries = habit(merchant_category="grocery")
    rents = [
        at(-24 * 30 * n + 2, f"rent-{n}", amount=900.0, merchant_category="rent") for n in range(12, 0, -1)
    ]
    account = account_of(*sorted([*groceries, *rents], key=lambda each: each.timestamp))
    assert not decide(at(1, amount=900.0, merchant_category="rent"), account).suspicious
    food = decide(at(1, amount=900.0, merchant_category="grocery"), account)
    assert food.suspicious
    assert codes(food)[0] == "category_amount_deviation"


def test_many_transactions_in_minutes() -> None:
    burst = [at(-n / 60, f"b{n}") for n in range(6, 0, -1)]
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
    assert decide(scored(), account_of(*busy, *livelier)).score < 0.2


def test_small_payments_and_then_a_large_one() -> None:
    tests = [at(n / 20, f"t{n}", amount=1.0 + n / 10) for n in range(4)]
    last_test = decide(tests[3], account_of(*habit(), *tests[:3]))
    assert last_test.reasons[0].code == "card_testing"
    assert last_test.reasons[0].observed == 4.0
    large = decide(at(0.3, "large", amount=90.0), account_of(*habit(), *tests))
    assert "card_testing" in codes(large)
    assert large.suspicious
    assert "card_testing" not in codes(decide(at(0.3, "usual", amount=40.0), account_of(*habit(), *tests)))
    assert "card_testing" not in codes(decide(at(5, "later", amount=90.0), account_of(*habit(), *tests)))


def test_payments_just_under_a_configured_limit() -> None:
    watched = replace(RULES.rules.structuring, limits={"USD": (10_000.0,)})
    scorer = Scorer(replace(RULES, rules=replace(RULES.rules, structuring=watched)))
    usual = [each._replace(amount=1000.0 + 300 * (n % 20)) for n, each in enumerate(habit(40))]
    account = account_of(*usual, *[at(n, f"s{n}", amount=9500.0 + n) for n in range(3)])
    under = scorer.score(at(4, amount=9700.0), account, MerchantProfile(), UNKNOWN)
    assert {reason.code: reason.observed for reason in under.reasons}["structuring"] == 4.0
    over = scorer.score(at(4, amount=10_100.0), account, MerchantProfile(), UNKNOWN)
    assert "structuring" not in codes(over)
    assert "structuring" not in codes(
        scorer.score(at(4, amount=9700.0), account_of(*usual), MerchantProfile(), UNKNOWN)
    )


def test_the_first_use_of_category_and_country() -> None:
    known = habit(merchant_category="grocery", country="DE")
    decision = decide(scored(merchant_category="jewellery", country="FR"), account_of(*known))
    assert {reason.code: (reason.observed, reason.baseline) for reason in decision.reasons} == {
        "new_country": ("FR", "DE"),
        "new_merchant_category": ("jewellery", "grocery"),
    }
    assert not decision.suspicious, "a first use alone is no fraud"
    assert codes(decide(scored(merchant_category="grocery", country="DE"), account_of(*known))) == []


def test_a_device_is_new_for_a_day() -> None:
    account = account_of(*habit(device_id="phone"), at(0, device_id="stolen"))
    assert codes(decide(at(1, "two", device_id="stolen"), account)) == ["new_device"]
    assert codes(decide(at(25, "two", device_id="stolen"), account)) == []
    assert codes(decide(at(1, "two", device_id="phone"), account)) == []


def test_an_account_used_to_new_things_does_nothing_new() -> None:
    wanderer = [each._replace(merchant_id=f"m-{n}") for n, each in enumerate(habit())]
    assert codes(decide(scored(merchant_id="m-new"), account_of(*wanderer))) == []
    assert codes(decide(scored(merchant_id="m-new"), account_of(*habit()))) == ["new_merchant"]


def test_a_first_use_needs_history_of_that_field() -> None:
    unlabelled, one = habit(), scored(transaction_id="one", timestamp=NOW - 5, country="DE")
    assert codes(decide(scored(country="FR"), account_of(*unlabelled, one))) == []


def test_an_hour_at_which_the_account_never_pays() -> None:
    decision = decide(at(12), account_of(*habit(count=60)))
    assert codes(decision) == ["unusual_hour"]
    assert not decision.suspicious


def test_a_dormant_account_awakened() -> None:
    account = account_of(*habit())
    rested = decide(at(24 * 60), account)
    assert codes(rested) == ["dormant_account"]
    assert rested.reasons[0].observed == pytest.approx(61.0, abs=0.1)
    awake = account_of(*habit(), at(24 * 60))
    assert codes(decide(at(24 * 60 + 1, "two"), awake)) == ["dormant_account"]
    assert codes(decide(at(24 * 63, "two"), awake)) == []
    assert codes(decide(at(24 * 5), account)) == []


def test_travel_that_nobody_can_make() -> None:
    at_home = at(-0.5, "h", latitude=BERLIN[0], longitude=BERLIN[1])
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
    absent = scored(latitude=PARIS[0], longitude=PARIS[1], card_present=False)
    assert codes(decide(absent, account_of(at_home))) == []


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


def listed(
    account: Standing | None = None, merchant: Standing | None = None, *, until: int = 0, snoozed: int = 0
) -> PaymentControls:
    return PaymentControls(Controls(account, until, snoozed), Controls(merchant, until))


def test_the_watch_list_adds_to_the_score_until_it_ends() -> None:
    watched = listed(merchant=Standing.WATCH, until=NOW + 1)
    decision = decide(scored(), AccountProfile(), controls=watched)
    assert codes(decision) == ["watched_merchant"]
    assert decision.suspicious
    assert codes(decide(scored(timestamp=NOW + 1), AccountProfile(), controls=watched)) == []


def test_the_lists_and_snooze_decide_in_this_order() -> None:
    fraud, account = scored(amount=5000.0), AccountProfile()
    assert decide(fraud, account).suspicious
    for controls, suppressed in (
        (listed(account=Standing.ALLOW), "allow"),
        (listed(merchant=Standing.ALLOW), "allow"),
        (listed(snoozed=NOW + 1), "snooze"),
        (listed(snoozed=NOW), None),
        (listed(account=Standing.ALLOW, until=NOW), None),
        (listed(account=Standing.ALLOW, merchant=Standing.DENY), None),
        (listed(account=Standing.DENY, snoozed=NOW + 1), None),
    ):
        decision = decide(fraud, account, controls=controls)
        assert (decision.suppressed, decision.suspicious) == (suppressed, suppressed is None)
        assert decision.score >= decide(fraud, account).score
    assert decide(scored(), account, controls=listed(account=Standing.DENY)).score == 1.0


HOME: dict[str, Any] = {
    "country": "DE",
    "merchant_category": "grocery",
    "device_id": "phone",
    "latitude": BERLIN[0],
    "longitude": BERLIN[1],
}
HIT: dict[str, Transaction] = {
    "extreme_amount": scored(amount=5000.0),
    "amount_deviation": scored(amount=150.0),
    "new_country": scored(country="FR"),
    "new_merchant_category": scored(merchant_category="jewellery"),
    "new_device": scored(device_id="stolen"),
    "new_merchant": scored(merchant_id="other"),
    "improbable_travel": scored(timestamp=NOW - DAY + 1, latitude=PARIS[0], longitude=PARIS[1]),
    "unusual_hour": at(12),
    "dormant_account": at(24 * 60),
    "velocity": scored(),
}


@pytest.mark.parametrize("code", HIT)
def test_a_rule_in_shadow_counts_for_nothing_and_one_that_is_off_is_not_sought(code: str) -> None:
    burst = [at(-n / 60, f"b{n}", **HOME) for n in range(6, 0, -1)] if code == "velocity" else []
    account, merchant = account_of(*habit(count=60, **HOME), *burst), MerchantProfile()

    def decided(mode: Mode) -> Any:
        rule = replace(getattr(RULES.rules, code), mode=mode)
        scorer = Scorer(replace(RULES, rules=replace(RULES.rules, **{code: rule})))
        return scorer.score(HIT[code], account, merchant, UNKNOWN)

    alert, shadow, off = decided(Mode.ALERT), decided(Mode.SHADOW), decided(Mode.OFF)
    assert code in codes(alert)
    assert code not in codes(shadow)
    assert [reason.code for reason in shadow.shadow] == [code]
    assert shadow.score == off.score < alert.score
    assert (code in codes(off), off.shadow) == (False, ())
