"""What verdicts change: idempotent, reversible, bounded, and learning how long places stay compromised."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    Effect,
    MerchantProfile,
    ProfileError,
    RiskPopulation,
    Transaction,
    Verdict,
    apply_verdict,
    own_suspicion_of,
)
from stacks.compute.functions.detector.scoring.lifetimes import RiskStatistics, contribution
from stacks.compute.functions.detector.scoring.risk import REMEMBERED, RiskHistory
from tests.unit.functions.builders import NOW, scored
from tests.unit.functions.histories import DAY, HOUR, account_of, assess, decide, habit, teach

FRAUD, GENUINE = Verdict.CONFIRMED_FRAUD, Verdict.LEGITIMATE
NONE_YET = RiskStatistics()


class World:
    """One merchant, one account, one population, and the verdicts given so far."""

    def __init__(self, account: AccountProfile | None = None) -> None:
        self.account = account or AccountProfile()
        self.merchant = MerchantProfile()
        self.population = RiskPopulation()
        self.given: dict[str, Verdict] = {}

    def judge(self, transaction: Transaction, verdict: Verdict, own: float | None = None) -> Effect:
        effect = apply_verdict(
            transaction,
            verdict,
            previous=self.given.get(transaction.transaction_id),
            own_suspicion=own,
            account=self.account,
            merchant=self.merchant,
            population=self.population,
        )
        self.given[transaction.transaction_id] = verdict
        return effect

    def state(self) -> str:
        parts = (self.account.to_state().hex(), self.merchant.to_state(), self.population.to_state())
        return json.dumps(parts, sort_keys=True)

    def risk(self, days: float = 1.0) -> float:
        return self.merchant.risk.estimate(NOW + int(days * DAY), self.population.merchants)


def payment(identity: str, day: float = 0.0, **changes: Any) -> Transaction:
    return scored(transaction_id=identity, timestamp=NOW + int(day * DAY), **changes)


def test_a_fraud_that_nothing_explains_puts_its_merchant_at_risk() -> None:
    world = World()
    assert world.judge(payment("a"), FRAUD) == Effect(account=True, merchant=True, population=True)
    assert world.risk() > 0.25
    decision = decide(payment("b", 1), AccountProfile(), world.merchant)
    assert decision.reasons[0].code == "merchant_risk"
    assert decision.reasons[0].baseline == "1 confirmed fraud, the latest 1 days before"


def test_a_fraud_that_its_own_amount_explains_does_not_taint_the_merchant() -> None:
    world = World()
    effect = world.judge(payment("a", amount=5000.0), FRAUD, own=0.97)
    assert (effect.merchant, world.risk()) == (False, 0.0)


def test_more_frauds_mean_more_risk_and_genuine_payments_take_it_away() -> None:
    world = World()
    risks = []
    for number in range(4):
        world.judge(payment(f"f{number}", number / 4, account_id=f"a{number}"), FRAUD)
        risks.append(world.risk(2))
    assert risks == sorted(risks)
    assert risks[-1] > 0.7
    for number in range(8):
        world.judge(payment(f"g{number}", 1 + number / 4), GENUINE)
        risks.append(world.risk(4))
    assert risks[3:] == sorted(risks[3:], reverse=True)
    assert risks[-1] == 0.0
    assert not world.merchant.risk


def test_several_frauds_of_one_account_are_its_own_trouble() -> None:
    world, once = World(), World()
    once.judge(payment("f0"), FRAUD)
    for number in range(4):
        world.judge(payment(f"f{number}", number / 4), FRAUD)
    assert world.risk() == pytest.approx(once.risk(), abs=0.01)


def test_a_genuine_payment_where_there_is_no_risk_changes_nothing() -> None:
    world = World()
    before = world.state()
    assert world.judge(payment("a"), GENUINE) == Effect()
    assert world.state() == before


def test_what_the_account_remembers_of_a_payment_explains_its_fraud() -> None:
    odd = payment("odd", amount=230.0)
    known = account_of(*habit())
    suspicion = decide(odd, known).own_suspicion
    assert 0.2 < suspicion < 0.5
    teach(known, odd)
    explained, unexplained = World(known), World()
    explained.judge(odd, FRAUD)
    unexplained.judge(odd, FRAUD)
    assert explained.risk() < unexplained.risk() / 3


def test_a_suspicious_payment_teaches_when_it_is_cleared_and_not_before() -> None:
    odd = payment("odd", amount=900.0, merchant_id="new")
    assert decide(odd, account_of(*habit())).suspicious
    world = World(account_of(*habit(), odd))
    held_back = world.account.mean
    assert held_back < 45
    assert not world.account.merchants.knows("new")
    assert world.judge(odd, GENUINE).account
    assert world.account.mean > held_back
    assert world.account.merchants.knows("new")


def test_a_confirmed_fraud_takes_out_what_it_had_taught() -> None:
    quiet = payment("quiet", amount=55.0, merchant_id="new")
    account = account_of(*habit(), quiet)
    assert not decide(quiet, account_of(*habit())).suspicious
    world, before = World(account), account.mean
    assert world.judge(quiet, FRAUD).account
    assert account.mean < before
    assert account.mean == pytest.approx(account_of(*habit()).mean, abs=0.4)
    assert not account.merchants.knows("new")


def test_a_device_that_a_fraud_was_the_first_to_use_stays_new() -> None:
    fraud = payment("fraud", 0.5, device_id="stolen")
    world = World(account_of(*habit(device_id="phone"), fraud))
    later = payment("later", 3, device_id="stolen")
    assert assess(later, world.account).quantities.new_device == 0.0
    world.judge(fraud, FRAUD)
    new = assess(later, world.account).quantities.new_device
    assert new is not None
    assert new > 1.0


verdicts = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from(Verdict), st.sampled_from([None, 0.0, 0.1, 0.5, 0.9])),
    max_size=24,
)


@given(verdicts)
def test_the_same_verdict_again_changes_nothing(
    given_verdicts: list[tuple[int, Verdict, float | None]],
) -> None:
    world = World(account_of(*[payment(f"p{number}", number / 8) for number in range(8)]))
    for number, verdict, own in given_verdicts:
        world.judge(payment(f"p{number}", number / 8), verdict, own)
        before = world.state()
        assert world.judge(payment(f"p{number}", number / 8), verdict, own) == Effect()
        assert world.state() == before


@given(st.lists(st.booleans(), min_size=1, max_size=7), st.integers(0, 6), st.sampled_from([0.0, 0.1, 0.5]))
def test_a_changed_verdict_takes_the_first_ones_effect_away(
    others: list[bool], place: int, own: float
) -> None:
    """A fraud that turns out legitimate leaves what a legitimate verdict would have left at once."""
    first = payment("first", -1)
    wrong, right = World(), World()
    for world in (wrong, right):
        world.judge(first, FRAUD, 0.0)
    doubtful = payment("doubtful", place + 0.5)
    wrong.judge(doubtful, FRAUD, own)
    right.judge(doubtful, GENUINE)
    wrong.judge(doubtful, GENUINE)
    for number, fraud in enumerate(others):
        for world in (wrong, right):
            world.judge(payment(f"o{number}", 8 + number), FRAUD if fraud else GENUINE, 0.1)
    assert wrong.merchant.to_state() == right.merchant.to_state()
    assert json.dumps(wrong.population.to_state()) == json.dumps(right.population.to_state())


@given(st.permutations(list(range(6))), st.lists(st.booleans(), min_size=6, max_size=6))
@settings(max_examples=50)
def test_frauds_may_be_confirmed_in_any_order(order: list[int], explained: list[bool]) -> None:
    ordered, shuffled = World(), World()
    for number in range(6):
        ordered.judge(payment(f"f{number}", number, account_id=f"a{number}"), FRAUD, 0.5 * explained[number])
    for number in order:
        shuffled.judge(payment(f"f{number}", number, account_id=f"a{number}"), FRAUD, 0.5 * explained[number])
    assert ordered.merchant.to_state() == shuffled.merchant.to_state()
    assert ordered.risk(7) == pytest.approx(shuffled.risk(7))


def test_the_population_learns_how_long_merchants_stay_compromised() -> None:
    statistics = RiskStatistics()
    for episode in range(40):
        history = RiskHistory()
        for day in range(14):
            fraud = day <= 9
            record = history.record_fraud if fraud else None
            key = episode * 100 + day
            timestamp = NOW + day * DAY
            added = record(timestamp, key, 0.0, day) if record else history.record_genuine(timestamp, key)
            assert added is not None
            statistics.add(added)
    assert statistics.compromise_probability() > 0.9
    assert statistics.purity() > 0.9
    alive = [statistics.cumulative_hazard(day) for day in (8, 9, 10, 12)]
    assert alive[0] < 0.15
    assert alive[3] - alive[1] > 1.5
    fresh = RiskHistory()
    fresh.record_fraud(NOW, 1, 0.0, 1)
    risks = [fresh.estimate(NOW + day * DAY, statistics) for day in (1, 7, 12)]
    assert risks[0] > 0.8
    assert risks[1] > 0.75
    assert risks[2] < 0.2


def test_one_off_frauds_teach_that_one_fraud_means_little() -> None:
    statistics = RiskStatistics()
    for place in range(50):
        history = RiskHistory()
        for number in range(3):
            added = (
                history.record_fraud(NOW, place, 0.0, place)
                if not number
                else history.record_genuine(NOW + number * DAY, place)
            )
            assert added is not None
            statistics.add(added)
    fresh = RiskHistory()
    fresh.record_fraud(NOW, 1, 0.0, 1)
    assert fresh.estimate(NOW + DAY, statistics) < 0.1


def test_a_history_is_bounded_and_survives_storage() -> None:
    history = RiskHistory()
    for number in range(500):
        history.record_fraud(NOW + number * HOUR, (1 << 48) - number, 0.123, number)
    assert len(history.verdicts) == REMEMBERED
    assert history.verdicts[0].timestamp == NOW
    stored = RiskHistory.from_state(json.loads(json.dumps(history.to_state())))
    assert stored.verdicts == history.verdicts
    assert len(history.to_state()) <= 640
    assert stored.estimate(NOW + 600 * HOUR, NONE_YET) == history.estimate(NOW + 600 * HOUR, NONE_YET)


def test_the_population_of_risk_is_bounded_and_adds_up() -> None:
    shards = [RiskPopulation(), RiskPopulation()]
    for place, shard in enumerate(shards):
        history = RiskHistory()
        for number in range(30):
            added = history.record_fraud(NOW + number * 9 * DAY, place, 0.0, number)
            assert added is not None
            shard.merchants.add(added)
    total = RiskPopulation.combined(
        RiskPopulation.from_state(json.loads(json.dumps(each.to_state()))) for each in shards
    )
    assert total.merchants.episodes == sum(each.merchants.episodes for each in shards) > 0
    assert len(json.dumps(total.to_state())) < 4000
    assert RiskPopulation.from_state(None).merchants.episodes == 0


@pytest.mark.parametrize("state", [7, {"merchants": {"version": 9}}, {"merchants": {"version": 1}}])
def test_a_population_that_cannot_be_read_is_refused(state: Any) -> None:
    with pytest.raises(ProfileError):
        RiskPopulation.from_state(state)


def test_no_verdict_adds_nothing() -> None:
    assert contribution([]).to_state() == RiskStatistics().to_state()
    assert own_suspicion_of(-2.0, [("merchant_risk", 9.0), ("denied", 20.0), ("hour_pace", 2.0)]) == 0.5
