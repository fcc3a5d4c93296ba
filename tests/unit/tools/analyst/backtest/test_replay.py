"""The replay: labels come when they may and not earlier, and the order of arrival matters little."""

from collections import defaultdict
from collections.abc import Iterable
from random import Random
from typing import Any

import pytest

from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    FirstUses,
    MerchantProfile,
    Place,
    Population,
    Scorer,
    Transaction,
    load_rules,
    new_places,
)
from stacks.compute.functions.detector.scoring.lifetimes import RiskStatistics
from tests.unit.tools.analyst.backtest.streams import DAY, START
from tools.analyst.backtest.replay import Replay
from tools.analyst.backtest.source import Row

RULES = load_rules()


def row(identity: str, day: float, *, fraud: bool | None = False, **changes: Any) -> Row:
    values: dict[str, Any] = {
        "account_id": "a",
        "merchant_id": "m",
        "amount": 40.0,
        "currency": "EUR",
        **changes,
    }
    timestamp = START + int(day * DAY)
    return Row(Transaction(transaction_id=identity, timestamp=timestamp, **values), fraud, "")


def scores(rows: Iterable[Row], delay: float | None) -> dict[str, float]:
    return {
        each.transaction.transaction_id: assessment.decision.score
        for each, assessment in Replay(RULES, delay).assessments(rows)
    }


def test_a_label_counts_from_its_day_on_and_not_before() -> None:
    stream = [
        row("fraud", 0, fraud=True, account_id="b"),
        row("before", 6.99, account_id="c"),
        row("after", 7.01, account_id="d"),
        row("elsewhere", 7.02, account_id="e", merchant_id="other"),
    ]
    with_labels, without = scores(stream, 7.0), scores(stream, None)
    assert with_labels["before"] == without["before"] == without["after"] < 0.002
    assert with_labels["after"] > 0.1
    assert with_labels["elsewhere"] == without["elsewhere"] < 0.002


def test_a_changed_future_changes_no_score_before_it() -> None:
    random = Random(1)  # noqa: S311 - reproducible
    stream = [
        row(
            f"t{n}",
            n / 24,
            fraud=random.random() < 0.1,
            amount=random.uniform(1, 90),
            merchant_id=f"m{n % 5}",
        )
        for n in range(400)
    ]
    other = stream[:300] + [
        each._replace(is_fraud=not each.is_fraud, transaction=each.transaction._replace(amount=999.0))
        for each in stream[300:]
    ]
    before, after = scores(stream, 1.0), scores(other, 1.0)
    assert len(before) == 400
    assert [before[f"t{n}"] for n in range(300)] == [after[f"t{n}"] for n in range(300)]


def test_the_replay_scores_as_the_scorer_does() -> None:
    """Through stored profiles, as the function has them: the replay keeps its own in memory."""
    random = Random(2)  # noqa: S311 - reproducible
    scorer = Scorer(RULES)
    stream = [row(f"t{n}", n / 3, amount=random.lognormvariate(3, 1), fraud=None) for n in range(60)]
    stream.append(row("odd", 20.1, amount=9_000.0, fraud=None))
    account, expected = AccountProfile(), {}
    counters: dict[Place, FirstUses] = defaultdict(FirstUses)
    population = Population()
    for each in stream:
        view = population.view(RULES.assumed_spread, RiskStatistics(), RiskStatistics())
        assessment = scorer.assess(
            each.transaction,
            account,
            MerchantProfile(),
            view,
            sharing={place: counters[place] for place in new_places(each.transaction, account)},
        )
        for place in new_places(each.transaction, account):
            counters[place].learn(each.transaction.transaction_id, each.transaction.timestamp, place.kind)
        if sample := scorer.sample(each.transaction, account, assessment, view):
            population.learn(sample)
        scorer.update(account, each.transaction, assessment)
        account = AccountProfile.from_state(account.to_state())
        expected[each.transaction.transaction_id] = assessment.decision.score
    found = scores(stream, None)
    assert found.keys() == expected.keys()
    # A stored profile's counters have 24 bits.
    assert found == pytest.approx(expected, rel=0.01)
    assert max(expected.values()) > 0.1


def test_duplicates_are_scored_once_and_counted() -> None:
    stream = [row(f"t{n}", n) for n in range(30)]
    replay = Replay(RULES, None)
    decided = list(replay.assessments([*stream[:20], *stream[10:20], *stream[20:]]))
    assert (len(decided), replay.duplicates) == (30, 10)


def test_rows_out_of_order_change_little() -> None:
    random = Random(3)  # noqa: S311 - reproducible
    stream = [
        row(
            f"t{n}", n / 400, amount=random.gauss(40, 8), account_id=f"a{n % 9}", fraud=random.random() < 0.02
        )
        for n in range(4000)
    ]
    shuffled = sorted(stream, key=lambda each: each.transaction.timestamp + random.randrange(300_000))
    doubled = [each for each in shuffled for _ in range(1 + (random.random() < 0.05))]
    ordered, other = scores(stream, 1.0), scores(doubled, 1.0)
    assert ordered.keys() == other.keys()
    assert sum(abs(ordered[key] - other[key]) > 0.01 for key in ordered) < 40


@pytest.mark.parametrize("delay", [None, 3.0])
def test_unlabelled_rows_are_no_verdicts(delay: float | None) -> None:
    stream = [row("a", 0, fraud=None), row("b", 4, fraud=None)]
    assert max(scores(stream, delay).values()) < 0.002
