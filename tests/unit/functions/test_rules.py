"""Each quantity and each rule of the scoring core, by example."""

from dataclasses import replace

import pytest

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
    new_places,
)
from stacks.compute.functions.detector.scoring.reasons import Decision
from stacks.compute.functions.detector.scoring.sharing import Kind
from tests.unit.functions.builders import NOW, scored
from tests.unit.functions.histories import (
    DAY,
    MINUTE,
    RULES,
    UNKNOWN,
    account_of,
    all_counted,
    codes,
    counted,
    decide,
    habit,
)
from tests.unit.functions.measuring import HOME, at, measured, reason_of


def test_what_is_usual_is_no_alert_and_needs_no_reason() -> None:
    decision = decide(scored(), account_of(*habit()))
    assert (decision.suspicious, decision.reasons, decision.shadow) == (False, (), ())
    assert decision.score < 0.02
    assert decision.rules_version == RULES.version


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
    assert restless < 0.2
    assert settled > 0.7


def test_a_first_use_needs_history_of_that_field() -> None:
    unlabelled, one = habit(), scored(transaction_id="one", timestamp=NOW - 5, country="DE")
    assert measured(scored(country="FR"), account_of(*unlabelled, one), "new_country") is None


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
