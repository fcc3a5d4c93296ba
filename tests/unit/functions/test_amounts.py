"""Amounts: far above the account, its category, its currency; small before large, just under a limit."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import AccountProfile, MerchantProfile, Scorer, Transaction
from stacks.compute.functions.detector.scoring.reasons import Decision
from tests.unit.functions.builders import scored
from tests.unit.functions.histories import RULES, UNKNOWN, account_of, codes, decide, habit, population
from tests.unit.functions.measuring import at, measured, reason_of


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
