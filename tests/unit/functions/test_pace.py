"""When and where an account pays: pace, hours, rests, travel."""

from typing import Any

import pytest

from stacks.compute.functions.detector.scoring import AccountProfile, MerchantProfile, Scorer
from stacks.compute.functions.detector.scoring.geography import kilometres_between
from stacks.compute.functions.detector.scoring.tail import COUNTED_DECADES
from tests.unit.functions.builders import NOW, scored
from tests.unit.functions.histories import HOUR, MINUTE, RULES, UNKNOWN, account_of, decide, habit, population
from tests.unit.functions.measuring import BERLIN, PARIS, at, measured, reason_of


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
    assert fast > 2.0
    later = scored(timestamp=NOW + 2 * HOUR, **there, card_present=True)
    slow = measured(later, account, "travel")
    assert slow is not None
    assert slow < 1.9
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
