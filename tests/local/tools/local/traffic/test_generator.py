"""The generated stream: the same for the same seed, in time order, acceptable, frauds after a history."""

import json
import math
from collections import Counter
from decimal import Decimal
from importlib.resources import files
from statistics import median
from typing import Any

import fastjsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.local.traffic.compromise import COMPROMISED_MERCHANT, TIME_TO_DISPUTE, dispute_in
from tools.local.traffic.generator import FRAUD_SHARE, HISTORY_DAYS, generate
from tools.local.traffic.transactions import GENUINE, LabelledTransaction
from tools.local.traffic.typologies import TYPOLOGIES

END = 1_790_000_000_000
SEEDS = st.integers(min_value=0, max_value=2**32)
KILOMETRES_A_DEGREE = 111.0


@pytest.fixture(scope="module")
def accepts() -> Any:
    schema = (files("shared.runtime") / "schema" / "transaction.schema.json").read_text("utf-8")
    return fastjsonschema.compile(json.loads(schema))


@given(seed=SEEDS, count=st.integers(min_value=1, max_value=300))
@settings(max_examples=40, deadline=None)
def test_the_same_seed_gives_the_same_stream(seed: int, count: int) -> None:
    first, second = generate(END, count, seed), generate(END, count, seed)
    assert len(first) == count
    assert [each.body() for each in first] == [each.body() for each in second]


def test_another_seed_gives_another_stream() -> None:
    assert [each.body() for each in generate(END, 50, 1)] != [each.body() for each in generate(END, 50, 2)]


@given(seed=SEEDS, count=st.integers(min_value=1, max_value=300))
@settings(max_examples=40, deadline=None)
def test_it_runs_forward_in_time_and_names_each_transaction_once(seed: int, count: int) -> None:
    stream = generate(END, count, seed)
    times = [each.timestamp for each in stream]
    assert times == sorted(times)
    assert times[0] >= END - HISTORY_DAYS * 86_400_000
    assert times[-1] <= END
    assert len({each.transaction_id for each in stream}) == count


def test_the_schema_accepts_every_transaction(accepts: Any) -> None:
    stream = generate(END, 600)
    assert len(stream) == 600
    for transaction in stream:
        accepts(json.loads(transaction.body()))
        assert Decimal(str(transaction.fields["amount"])).as_tuple().exponent == -2


@given(seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_a_fraud_comes_after_enough_history_of_its_account(seed: int) -> None:
    stream = generate(END, 220, seed)
    genuine_so_far: Counter[object] = Counter()
    frauds = 0
    for transaction in stream:
        if transaction.is_fraud:
            frauds += 1
            assert genuine_so_far[transaction.fields["account_id"]] >= 10
        else:
            genuine_so_far[transaction.fields["account_id"]] += 1
    assert frauds == round(220 * FRAUD_SHARE)


def test_a_default_stream_holds_every_kind_of_fraud() -> None:
    scenarios = Counter(each.scenario for each in generate(END))
    assert set(scenarios) == {GENUINE, *TYPOLOGIES, COMPROMISED_MERCHANT}
    assert scenarios[GENUINE] > 0.9 * scenarios.total()


def frauds_of(
    scenario: str, seeds: range = range(6), count: int = 400
) -> list[tuple[LabelledTransaction, list[LabelledTransaction]]]:
    """Each fraud of a kind with its account's transactions before it."""
    found = []
    for seed in seeds:
        stream = generate(END, count, seed)
        for number, transaction in enumerate(stream):
            if transaction.scenario == scenario:
                account = transaction.fields["account_id"]
                found.append(
                    (transaction, [each for each in stream[:number] if each.fields["account_id"] == account])
                )
    assert found, f"no {scenario} in the streams"
    return found


def amount(transaction: LabelledTransaction) -> float:
    return float(Decimal(str(transaction.fields["amount"])))


def test_amounts_over_the_limit_are_far_above_everything_genuine() -> None:
    for fraud, earlier in frauds_of("amount_over_limit"):
        assert amount(fraud) >= 6000 > 2 * max(amount(each) for each in earlier if not each.is_fraud)


def test_unusual_amounts_are_a_multiple_of_what_the_account_pays() -> None:
    for fraud, earlier in frauds_of("unusual_amount"):
        genuine = [amount(each) for each in earlier if not each.is_fraud]
        assert amount(fraud) > 4 * median(genuine)


def test_a_card_is_tested_by_small_payments_within_minutes_before_large_ones() -> None:
    for fraud, earlier in frauds_of("card_testing"):
        tested = [each for each in earlier if each.scenario == "card_testing"]
        assert all(fraud.timestamp - each.timestamp < 45 * 60_000 for each in tested)
        if len(tested) < 4:
            assert amount(fraud) <= 4
            assert all(fraud.timestamp - each.timestamp < 5 * 60_000 for each in tested)
        else:
            assert amount(fraud) > 2 * max(map(amount, tested[:4]))
    assert max(len([e for e in earlier if e.is_fraud]) for _, earlier in frauds_of("card_testing")) >= 5


def test_new_categories_and_countries_are_new_to_the_account() -> None:
    for fraud, earlier in frauds_of("new_category_abroad"):
        genuine = [each for each in earlier if not each.is_fraud]
        assert fraud.fields["country"] not in {each.fields["country"] for each in genuine}


def test_improbable_travel_is_faster_than_any_aeroplane() -> None:
    for fraud, earlier in frauds_of("improbable_travel"):
        before = next(each for each in reversed(earlier) if "latitude" in each.fields)
        hours = (fraud.timestamp - before.timestamp) / 3_600_000
        north = float(fraud.fields["latitude"]) - float(before.fields["latitude"])
        east = float(fraud.fields["longitude"]) - float(before.fields["longitude"])
        assert math.hypot(north, east) * KILOMETRES_A_DEGREE / 3 > 1000 * hours


def test_a_compromised_merchant_shows_in_no_field() -> None:
    for fraud, earlier in frauds_of("compromised_merchant", count=600):
        genuine = [each for each in earlier if not each.is_fraud]
        assert fraud.fields["country"] in {each.fields["country"] for each in genuine}
        assert amount(fraud) < 3 * max(amount(each) for each in genuine)


@given(seed=SEEDS, count=st.integers(min_value=430, max_value=1200))
@settings(max_examples=15, deadline=None)
def test_a_dispute_is_of_the_first_fraud_at_its_merchant_and_others_come_before_and_after_it(
    seed: int, count: int
) -> None:
    stream = generate(END, count, seed)
    dispute = dispute_in(stream)
    assert dispute is not None
    frauds = [each for each in stream if each.scenario == COMPROMISED_MERCHANT]
    assert {each.fields["merchant_id"] for each in frauds} == {dispute.merchant_id}
    assert frauds[0] == dispute.transaction
    verdict_at = frauds[0].timestamp + TIME_TO_DISPUTE.days * 86_400_000
    before, after = stream[: dispute.position], stream[dispute.position :]
    assert before[-1].timestamp < verdict_at <= after[0].timestamp
    assert any(each.scenario == COMPROMISED_MERCHANT for each in after)


@given(seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_a_disputed_card_pays_no_more_after_the_verdict(seed: int) -> None:
    stream = generate(END, 500, seed)
    dispute = dispute_in(stream)
    assert dispute is not None
    account = dispute.transaction.fields["account_id"]
    after = stream[dispute.position :]
    assert after
    assert not [each for each in after if each.fields["account_id"] == account and not each.is_fraud]


def test_a_stream_with_few_frauds_has_no_dispute() -> None:
    assert dispute_in(generate(END, 66)) is None


def test_no_stream_without_a_transaction() -> None:
    with pytest.raises(ValueError, match="at least one"):
        generate(END, 0)
