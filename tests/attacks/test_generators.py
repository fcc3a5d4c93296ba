"""Every attack is what it says: the same for a seed, in order, payable, and judged by payments it holds."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any

import fastjsonschema
import pytest

from shared.runtime.money import fits_currency
from shared.runtime.schema import transaction_schema
from tests.attacks.catalogue import CASES
from tests.attacks.checks import CAUGHT, RANKED
from tests.attacks.judge import Outcome, arrivals, judge
from tests.attacks.stream import MILLISECONDS_PER_DAY, Attack, in_order, shuffled
from tools.analyst.worlds.payment import Payment

SEED = 1
CHECKED = 400
"""Of a longer stream so many payments are checked against the schema: its first, its last, and those due."""

FEW_SEEDS = range(4)
LARGE = 12_000
"""A stream of more payments is not made anew: that nothing but the seed decides is seen in the others."""

Streams = tuple[str, tuple[Attack, ...]]


@pytest.fixture(scope="module", params=CASES)
def streams(request: pytest.FixtureRequest) -> Streams:
    """An attack's name and its streams; the tests of one attack run together, so that few are kept."""
    return request.param, tuple(CASES[request.param].attacks(SEED))


@cache
def fits_schema() -> Callable[[dict[str, Any]], object]:
    check: Callable[[dict[str, Any]], object] = fastjsonschema.compile(transaction_schema())
    return check


def body(payment: Payment) -> dict[str, Any]:
    """What a payment service would post."""
    return {name: value for name, value in payment._asdict().items() if value is not None}


def due_in(attack: Attack) -> frozenset[str]:
    return frozenset().union(*attack.due.values())


def test_payments_are_in_order_of_time_and_no_two_have_one_id(streams: Streams) -> None:
    for attack in streams[1]:
        assert attack.payments == in_order(attack.payments)
        assert len({payment.transaction_id for payment in attack.payments}) == len(attack.payments)


def test_what_is_judged_is_in_the_stream_and_nobody_is_both_guilty_and_ordinary(streams: Streams) -> None:
    for attack in streams[1]:
        present = {payment.transaction_id for payment in attack.payments}
        due = due_in(attack)
        assert due | attack.ordinary | attack.late.keys() <= present
        assert not due & attack.ordinary
        assert attack.ordinary
        assert all(attack.due.values())
        assert all(group and group <= attack.ordinary for group in attack.groups.values())


def test_as_many_units_are_due_as_the_check_is_out_of(streams: Streams) -> None:
    name, attacks = streams
    for check in CASES[name].checks:
        if check.says in {CAUGHT, RANKED}:
            assert {len(attack.due) for attack in attacks} == {check.of}
        assert check.bound <= (check.of or check.bound)


def test_the_api_takes_every_payment(streams: Streams) -> None:
    fits = fits_schema()
    for attack in streams[1]:
        due = due_in(attack)
        some = [*attack.payments[:CHECKED], *attack.payments[-CHECKED:]]
        some += [payment for payment in attack.payments if payment.transaction_id in due][:CHECKED]
        for payment in some:
            fits(body(payment))
            assert fits_currency(Decimal(repr(payment.amount)), payment.currency), payment


def test_a_seed_gives_the_same_payments_and_another_gives_others(streams: Streams) -> None:
    name, attacks = streams
    if max(len(attack.payments) for attack in attacks) < LARGE:
        assert tuple(CASES[name].attacks(SEED)) == attacks
        assert tuple(CASES[name].attacks(SEED + 1)) != attacks


@pytest.mark.parametrize("name", ["wave-dense-200-20", "rise", "card-testing", "burst", "yen-arrives"])
def test_of_two_seeds_one_carries_none_of_the_optional_fields(name: str) -> None:
    both = [next(CASES[name].attacks(seed)).payments for seed in (SEED, SEED + 1)]
    bare = [{payment[6:] == (None,) * 8 for payment in payments} for payments in both]
    assert sorted(bare, key=str) == [{False}, {True}]


def payments(number: int) -> list[Payment]:
    return [
        Payment(f"p{place}", place * MILLISECONDS_PER_DAY // 50, f"a{place}", "m", 1.0, "USD")
        for place in range(number)
    ]


def deciding(scores: dict[str, float]) -> Callable[[Iterable[Payment]], Iterator[Outcome]]:
    """A detector with these scores, 0 for others, that alerts from 0.5 on."""

    def decide(stream: Iterable[Payment]) -> Iterator[Outcome]:
        for payment in stream:
            score = scores.get(payment.transaction_id, 0.0)
            yield Outcome(payment.transaction_id, score, score >= 0.5)

    return decide


def test_the_judge_counts_units_with_any_alert_and_false_alerts_by_day() -> None:
    stream = payments(100)
    due = {"a": frozenset({"p1", "p2"}), "b": frozenset({"p3"})}
    ordinary = frozenset(f"p{place}" for place in range(4, 100))
    attack = Attack(stream, due, ordinary, {"late": frozenset({"p98", "p99"})})

    result = judge(attack, deciding({"p2": 0.9, "p4": 0.5, "p98": 0.7, "p99": 0.6, "p3": 0.4}))

    assert (result.caught, result.of) == (1, 2)
    assert result.false_alerts_by_day == [1, 2]
    assert result.ordinary_by_day == [46, 50]
    assert (result.alerts, result.sizes) == ({"late": 2}, {"late": 2})


def test_ranks_are_among_all_and_of_equal_scores_none_is_best_where_not_all_have_room() -> None:
    stream = payments(100)
    due = {"a": frozenset({"p1", "p2"}), "b": frozenset({"p3"})}
    attack = Attack(stream, due, frozenset())

    assert judge(attack, deciding({"p1": 0.3, "p3": 0.2, "p9": 0.1})).ranked == 2
    assert judge(attack, deciding({"p1": 0.3, "p3": 0.1, "p8": 0.1, "p9": 0.1})).ranked == 1
    assert judge(attack, deciding({})).ranked == 0
    assert judge(attack, deciding({"p1": 0.3, "p3": 0.2})).ranked_share == pytest.approx(2 / 3)


def test_payments_arrive_late_by_their_own_delays_and_keep_their_times() -> None:
    attack = Attack(payments(400), {}, frozenset())
    late = shuffled(attack, 60)

    assert arrivals(attack) == attack.payments
    assert arrivals(late) != attack.payments
    assert in_order(arrivals(late)) == in_order(attack.payments)
    assert max(late.late.values()) < 3_600_000


@pytest.mark.parametrize("seed", FEW_SEEDS)
def test_the_six_fold_payment_is_six_times_the_mean_of_a_mature_account(seed: int) -> None:
    (attack,) = CASES["six-fold"].attacks(seed)
    for account, due in attack.due.items():
        own = [payment for payment in attack.payments if payment.account_id == account]
        before = [payment.amount for payment in own if payment.transaction_id not in due]
        (taken,) = (payment.amount for payment in own if payment.transaction_id in due)
        assert 40 <= len(before) <= 60
        assert taken == pytest.approx(6 * sum(before) / len(before), abs=0.01)
