"""Each quantity and each rule of the scoring core, by example."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    Controls,
    FirstUses,
    MerchantProfile,
    Mode,
    PaymentControls,
    Place,
    Scorer,
    Standing,
    Transaction,
    new_places,
)
from stacks.compute.functions.detector.scoring.geography import kilometres_between
from stacks.compute.functions.detector.scoring.reasons import Decision, Reason
from stacks.compute.functions.detector.scoring.sharing import Kind
from stacks.compute.functions.detector.scoring.tail import COUNTED_DECADES
from tests.unit.functions.builders import NOW, scored
from tests.unit.functions.histories import (
    DAY,
    HOUR,
    MINUTE,
    RULES,
    UNKNOWN,
    account_of,
    all_counted,
    assess,
    codes,
    counted,
    decide,
    habit,
    population,
)

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


def test_what_is_usual_is_no_alert_and_needs_no_reason() -> None:
    decision = decide(scored(), account_of(*habit()))
    assert (decision.suspicious, decision.reasons, decision.shadow) == (False, (), ())
    assert decision.score < 0.02
    assert decision.rules_version == RULES.version


def test_an_enormous_first_payment_is_an_alert_where_its_category_is_known() -> None:
    view = population().view(RULES.assumed_spread, UNKNOWN.merchants, UNKNOWN.accounts)
    payment = scored(amount=50_000.0, merchant_category="grocery")
    decision = Scorer(RULES).assess(payment, AccountProfile(), MerchantProfile(), view).decision
    assert decision.suspicious
    reason = reason_of(decision, "amount_rarity")
    assert (reason.observed, reason.baseline, reason.unit) == (50_000.0, "no history", "USD")
    nothing_known = decide(payment, AccountProfile()).score
    assert nothing_known > 10 * decide(scored(), AccountProfile()).score


def test_a_configured_limit() -> None:
    limited = replace(RULES.rules.amount_limit, limits={"USD": 100.0})
    scorer = Scorer(replace(RULES, rules=replace(RULES.rules, amount_limit=limited)))

    def decided(transaction: Transaction) -> Decision:
        return scorer.assess(transaction, AccountProfile(), MerchantProfile(), UNKNOWN).decision

    over = decided(scored(amount=101.0))
    assert (over.suspicious, codes(over)[0]) == (True, "amount_limit")
    assert reason_of(over, "amount_limit").threshold == 100.0
    assert "amount_limit" not in codes(decided(scored(amount=99.0)))
    assert "amount_limit" not in codes(decided(scored(amount=1e9, currency="XOF")))


def test_an_amount_far_above_the_accounts_own() -> None:
    decision = decide(scored(amount=900.0), account_of(*habit()))
    reason = reason_of(decision, "amount_anomaly")
    assert reason.baseline == pytest.approx(40.0, abs=0.5)
    assert str(reason.threshold).startswith("1 payment in ")
    assert decision.suspicious


def test_rare_payments_make_the_next_one_more_suspicious() -> None:
    calm, alarmed = account_of(*habit()), account_of(*habit(), at(0, "fraud", amount=400.0))
    after, much_later = at(5, "next", amount=90.0), at(24 * 30, "next", amount=90.0)
    assert measured(after, calm, "recent_rarity") == pytest.approx(0.0, abs=0.3)
    alarm = measured(after, alarmed, "recent_rarity")
    assert alarm is not None
    assert alarm > 0.5
    assert decide(after, alarmed).score > 1.5 * decide(after, calm).score
    assert measured(much_later, alarmed, "recent_rarity") == pytest.approx(0.0, abs=0.01)


def test_nobody_knows_the_pace_of_a_new_account() -> None:
    new = account_of(*(at(n / 60, f"n-{n}", amount=40.0 + n) for n in range(30)))
    assert not decide(at(0.51, amount=45.0), new).suspicious
    known = account_of(*habit(), *(at(n / 60, f"n-{n}", amount=40.0 + n) for n in range(30)))
    slow, fast = (measured(at(0.51, amount=45.0), each, "hour_pace") for each in (new, known))
    assert slow is not None
    assert fast is not None
    assert slow <= COUNTED_DECADES < fast


def test_payments_that_are_rare_as_a_rule_make_the_next_one_less_suspicious_than_a_rare_one() -> None:
    large = [at(24 * day, f"large-{day}", amount=400.0) for day in range(40)]
    once, as_a_rule = account_of(*habit(), large[0]), account_of(*habit(), *large)
    after_one = measured(at(5, "next", amount=90.0), once, "recent_rarity")
    after_many = measured(at(24 * 39 + 5, "next", amount=90.0), as_a_rule, "recent_rarity")
    assert after_one is not None
    assert after_many is not None
    assert after_many < after_one / 2


def test_amounts_are_compared_across_currencies_by_their_value() -> None:
    account = account_of(*habit())
    assert not decide(scored(amount=6000.0, currency="JPY"), account).suspicious
    assert decide(scored(amount=25_000.0, currency="KWD"), account).suspicious
    yen, dollars = scored(amount=6000.0, currency="JPY"), scored(amount=39.0)
    assert measured(yen, account, "amount") == pytest.approx(measured(dollars, account, "amount"), abs=0.01)


def test_amounts_are_compared_within_their_merchant_category() -> None:
    groceries = habit(merchant_category="grocery")
    rents = [
        at(-24 * 30 * n + 2, f"rent-{n}", amount=900.0, merchant_category="rent") for n in range(12, 0, -1)
    ]
    account = account_of(*sorted([*groceries, *rents], key=lambda each: each.timestamp))
    rent = measured(at(1, amount=900.0, merchant_category="rent"), account, "amount_deviation")
    food = measured(at(1, amount=900.0, merchant_category="grocery"), account, "amount_deviation")
    assert rent is not None
    assert food is not None
    assert food > rent + 2


def test_a_category_is_compared_with_what_everybody_pays_in_it() -> None:
    view = population().view(RULES.assumed_spread, UNKNOWN.merchants, UNKNOWN.accounts)
    scorer = Scorer(RULES, measured={"category_amount"})

    def rarity(amount: float) -> float:
        payment = scored(amount=amount, merchant_category="grocery")
        found = scorer.assess(payment, AccountProfile(), MerchantProfile(), view).quantities.category_amount
        assert found is not None
        return found

    assert rarity(40.0) < 1 < rarity(70.0) < rarity(4000.0)


def test_many_payments_within_the_hour() -> None:
    burst = [at(-n / 60, f"b{n}") for n in range(6, 0, -1)]
    calm, busy = measured(scored(), account_of(*habit()), "hour_pace"), None
    busy = measured(scored(), account_of(*habit(), *burst), "hour_pace")
    assert calm is not None
    assert busy is not None
    assert busy > calm + 1
    reason = reason_of(decide(scored(amount=400.0), account_of(*habit(), *burst)), "hour_pace")
    assert (round(float(reason.observed)), reason.unit) == (7, "payments within an hour")
    assert isinstance(reason.baseline, float)
    assert reason.baseline < 1


def test_a_busy_account_is_measured_by_its_own_pace() -> None:
    busy = [scored(transaction_id=f"b{n}", timestamp=NOW - n * 2 * MINUTE) for n in range(3000, 0, -1)]
    livelier = [scored(transaction_id=f"l{n}", timestamp=NOW - n * 1000) for n in range(5, 0, -1)]
    assert not decide(scored(), account_of(*busy, *livelier)).suspicious


def test_spending_within_hours_and_days_counts_together() -> None:
    spree = [at(-n / 10, f"b{n}", amount=120.0) for n in range(8, 0, -1)]
    account, calm = account_of(*habit(60), *spree), account_of(*habit(60))
    for name in ("hour_spend_to_usual", "day_spend_to_usual", "week_spend_to_usual"):
        more, less = measured(scored(), account, name), measured(scored(), calm, name)
        assert more is not None
        assert less is not None
        assert more > less + 1


def test_small_payments_and_then_a_large_one() -> None:
    tests = [at(n / 20, f"t{n}", amount=1.0 + n / 10) for n in range(4)]
    tested = account_of(*habit(), *tests)
    assert measured(tests[3], account_of(*habit(), *tests[:3]), "small_payments") == pytest.approx(4, abs=0.5)
    assert measured(at(0.3, "large", amount=90.0), tested, "small_payments") == pytest.approx(6.5, abs=0.5)
    assert measured(at(0.3, "usual", amount=40.0), tested, "small_payments") is None
    assert measured(at(9, "later", amount=90.0), tested, "small_payments") is None


def test_payments_just_under_a_round_amount() -> None:
    usual = [each._replace(amount=1000.0 + 300 * (n % 5)) for n, each in enumerate(habit(40))]
    account = account_of(*usual, *[at(n, f"s{n}", amount=9500.0 + n) for n in range(3)])
    assert measured(at(4, amount=9700.0), account, "under_limit") == pytest.approx(4, abs=0.5)
    assert measured(at(4, amount=10_100.0), account, "under_limit") is None
    assert measured(at(4, amount=9700.0), account_of(*usual), "under_limit") == pytest.approx(1, abs=0.01)


def test_the_first_use_of_category_and_country() -> None:
    account = account_of(*habit(60, **HOME))
    first = scored(**{**HOME, "merchant_category": "jewellery", "country": "FR"})
    assert not decide(first, account).suspicious, "a first use alone is no fraud"
    decision = decide(first._replace(amount=200.0), account)
    country = reason_of(decision, "new_country")
    assert (country.observed, country.baseline) == ("FR", "1 known")
    assert reason_of(decision, "new_category").observed == "jewellery"
    assert measured(scored(**HOME), account, "new_country") == 0.0
    assert measured(scored(), account, "new_country") is None


def test_everything_new_at_once_and_three_times_the_usual_is_an_alert() -> None:
    away = {"country": "FR", "merchant_category": "jewellery", "device_id": "stolen", "channel": "web"}
    payment = scored(amount=120.0, merchant_id="other", ip_address="198.51.100.7", **away)
    assert decide(payment, account_of(*habit(60, **HOME))).suspicious


@pytest.mark.parametrize("kind", ["device", "address", "channel", "merchant", "currency"])
def test_a_value_is_new_for_a_day(kind: str) -> None:
    new = {
        "device": {"device_id": "stolen"},
        "address": {"ip_address": "198.51.100.7"},
        "channel": {"channel": "web"},
        "merchant": {"merchant_id": "other"},
        "currency": {"currency": "EUR"},
    }[kind]
    account = account_of(*habit(60, **HOME), at(0, **{**HOME, **new}))
    used, usual = {**HOME, **new}, dict(HOME)
    fresh = measured(at(1, "two", **used), account, f"new_{kind}")
    assert fresh is not None
    assert fresh > 0.5
    assert measured(at(25, "two", **used), account, f"new_{kind}") == 0.0
    assert measured(at(1, "two", **usual), account, f"new_{kind}") == 0.0


def test_an_address_is_known_by_its_network() -> None:
    homes = ("192.0.2.7", "2001:db8:1::7")
    account = account_of(*[each._replace(ip_address=homes[n % 2]) for n, each in enumerate(habit(60))])
    for address, known in (
        ("192.0.2.99", True), ("192.0.3.7", False), ("2001:db8:1:2::1", True), ("2001:db8:2::7", False)
    ):  # fmt: skip
        new = measured(scored(ip_address=address), account, "new_address")
        assert new is not None
        assert (new == 0.0) is known


def test_an_account_used_to_new_things_does_little_new() -> None:
    wanderer = account_of(*[each._replace(merchant_id=f"m-{n}") for n, each in enumerate(habit())])
    homebody = account_of(*habit())
    restless = measured(scored(merchant_id="m-new"), wanderer, "new_merchant")
    settled = measured(scored(merchant_id="m-new"), homebody, "new_merchant")
    assert restless is not None
    assert settled is not None
    assert restless < 0.1
    assert settled > 1.0


def test_a_first_use_needs_history_of_that_field() -> None:
    unlabelled, one = habit(), scored(transaction_id="one", timestamp=NOW - 5, country="DE")
    assert measured(scored(country="FR"), account_of(*unlabelled, one), "new_country") is None


def test_an_hour_at_which_the_account_never_pays() -> None:
    account = account_of(*habit(count=60))
    never, usual = measured(at(12), account, "own_hour"), measured(at(0), account, "own_hour")
    assert never is not None
    assert usual is not None
    assert usual < 0
    assert never > 0.3
    assert not decide(at(12), account).suspicious


def test_an_hour_at_which_hardly_anybody_pays() -> None:
    view = population().view(RULES.assumed_spread, UNKNOWN.merchants, UNKNOWN.accounts)
    scorer, night = Scorer(RULES, measured={"population_hour"}), at(12)
    by_day = NOW // HOUR % 24
    rare = scorer.assess(night, AccountProfile(), MerchantProfile(), view).quantities.population_hour
    common = scorer.assess(
        at(13 + (by_day - 12) % 24 - 12), AccountProfile(), MerchantProfile(), view
    ).quantities.population_hour
    assert rare is not None
    assert common is not None
    assert rare != common
    assert measured(night, AccountProfile(), "population_hour") is None


def test_an_account_that_pays_again_after_a_long_rest() -> None:
    account = account_of(*habit())
    rested = measured(at(24 * 60), account, "rest")
    assert rested is not None
    assert rested > 2
    awake = account_of(*habit(), at(24 * 60))
    assert measured(at(24 * 60 + 1, "two"), awake, "rest") is None
    assert measured(at(24 * 2), account, "rest") is None


def test_travel_that_nobody_can_make() -> None:
    at_home = at(-0.5, "h", latitude=BERLIN[0], longitude=BERLIN[1], card_present=True)
    account, there = account_of(at_home), {"latitude": PARIS[0], "longitude": PARIS[1]}
    fast = measured(scored(**there, card_present=True), account, "travel")
    assert fast is not None
    assert fast == pytest.approx(2.9, abs=0.1)
    later = scored(timestamp=NOW + 2 * HOUR, **there, card_present=True)
    slow = measured(later, account, "travel")
    assert slow is not None
    assert slow < 1.7
    near = scored(latitude=BERLIN[0] + 0.5, longitude=BERLIN[1], card_present=True)
    assert measured(near, account, "travel") == 0.0
    for present in (False, None):
        # Where nobody knows the card to be there, the position may be the merchant's.
        assert measured(scored(**there, card_present=present), account, "travel") is None
        told = account_of(at_home._replace(card_present=present))
        assert measured(scored(**there, card_present=True), told, "travel") is None


def test_travel_back_in_time_is_measured_alike() -> None:
    at_home = scored(
        transaction_id="h", timestamp=NOW, latitude=BERLIN[0], longitude=BERLIN[1], card_present=True
    )
    there: dict[str, Any] = {"latitude": PARIS[0], "longitude": PARIS[1], "card_present": True}
    account = account_of(at_home)
    before = measured(scored(timestamp=NOW - HOUR // 2, **there), account, "travel")
    after = measured(scored(timestamp=NOW + HOUR // 2, **there), account, "travel")
    assert before == after is not None
    at_once = measured(scored(timestamp=NOW, **there), account, "travel")
    assert at_once is not None
    assert after is not None
    assert at_once > after


def test_many_accounts_that_are_new_to_a_device_an_address_or_a_merchant() -> None:
    account = account_of(*habit(60, **HOME))
    ring = scored(
        merchant_id="other", device_id="stolen", ip_address="198.51.100.7", country="DE", channel="pos"
    )
    places = new_places(ring, account)
    assert places == (
        Place(Kind.MERCHANT, "other"), Place(Kind.DEVICE, "stolen"), Place(Kind.ADDRESS, "198.51.100.7"),
    )  # fmt: skip
    crowd = {place: counted(place, 30) for place in places}
    alone, among_many = decide(ring, account), decide(ring, account, sharing=crowd)
    assert among_many.suspicious
    assert not alone.suspicious
    found = {reason.code for reason in among_many.reasons} - {reason.code for reason in alone.reasons}
    assert {"merchant_first_uses", "device_accounts", "address_accounts"} <= found
    assert new_places(scored(**HOME), account) == ()


def test_a_few_more_new_customers_than_usual_are_chance_at_a_shop_that_has_always_had_some() -> None:
    account, payment = account_of(*habit()), scored(merchant_id="other")
    [shop] = new_places(payment, account)
    known = FirstUses()
    for number in range(20):
        known.learn(f"before-{number}", NOW - (200 - 10 * number) * DAY, shop.kind)
    for number in range(5):
        known.learn(f"today-{number}", NOW - MINUTE, shop.kind)
    assert measured(payment, account, "merchant_first_uses", sharing={shop: known}) == 0.0
    rare = measured(payment, account, "merchant_first_uses", sharing={shop: counted(shop, 9)})
    assert rare is not None
    assert rare > 1.0


@given(st.floats(1.01, 1.2), st.integers(1, 12))
def test_amounts_that_rise_payment_by_payment_are_no_move_to_another_level(step: float, hours: int) -> None:
    rising = account_of(*(at(hours * n, f"r-{n}", amount=40 * step**n) for n in range(20)))
    assert measured(at(hours * 20, amount=40 * step**20), rising, "steady_rise") == pytest.approx(1.0)
    assert measured(at(hours * 20, amount=40.0), rising, "steady_rise") == 0.0
    amounts = [*([40.0, 44.0, 37.0, 41.0] * 3), *([120.0, 132.0, 111.0, 123.0] * 2)]
    moved = account_of(*(at(hours * n, f"m-{n}", amount=amount) for n, amount in enumerate(amounts)))
    after = measured(at(hours * 20, amount=140.0), moved, "steady_rise")
    assert after is not None
    assert after < 0.5
    assert measured(at(hours * 5, amount=90.0), account_of(*habit(10)), "steady_rise") is None


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
    account = account_of(*habit())
    for payment in (scored(), scored(amount=120.0)):
        decision, plain = decide(payment, account, controls=watched), decide(payment, account)
        assert reason_of(decision, "watched_merchant").points == RULES.rules.watched_merchant.points
        assert decision.score > 5 * plain.score
    later = decide(scored(timestamp=NOW + 1), account, controls=watched)
    assert "watched_merchant" not in codes(later)


def test_the_lists_and_snooze_decide_in_this_order() -> None:
    fraud, account = scored(amount=5000.0), account_of(*habit())
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
    assert decide(scored(), account, controls=listed(account=Standing.DENY)).score > 0.999


@pytest.mark.parametrize("code", ["amount_anomaly", "new_device", "recent_rarity", "merchant_risk"])
def test_a_quantity_in_shadow_counts_for_nothing_and_one_that_is_off_is_not_sought(code: str) -> None:
    merchant = MerchantProfile()
    merchant.risk.record_fraud(NOW - DAY, 1, 0.0, 1)
    account = account_of(*habit(count=60, **HOME), at(-1, "fraud", amount=900.0, **HOME))
    payment = scored(amount=700.0, **{**HOME, "device_id": "stolen"})

    def decided(mode: Mode) -> Decision:
        alerting = {name: curve for name, curve in RULES.scorecard.items() if curve.mode is Mode.ALERT}
        curves = {**alerting, code: RULES.scorecard[code]._replace(mode=mode)}
        return Scorer(replace(RULES, scorecard=curves)).assess(payment, account, merchant, UNKNOWN).decision

    alert, shadow, off = decided(Mode.ALERT), decided(Mode.SHADOW), decided(Mode.OFF)
    assert code in codes(alert)
    assert code not in codes(shadow)
    assert [reason.code for reason in shadow.shadow] == [code]
    assert shadow.score == off.score < alert.score
    assert (code in codes(off), off.shadow) == (False, ())


@pytest.mark.parametrize("mode", Mode)
def test_a_rule_in_shadow_counts_for_nothing_either(mode: Mode) -> None:
    limited = replace(all_counted(USD=100.0).rules.amount_limit, mode=mode)
    rules = replace(RULES, rules=replace(RULES.rules, amount_limit=limited))
    decision = (
        Scorer(rules).assess(scored(amount=101.0), AccountProfile(), MerchantProfile(), UNKNOWN).decision
    )
    assert ("amount_limit" in codes(decision)) is (mode is Mode.ALERT)
    assert [reason.code for reason in decision.shadow] == ["amount_limit"] * (mode is Mode.SHADOW)
    assert decision.suspicious is (mode is Mode.ALERT)
