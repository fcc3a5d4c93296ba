"""The metrics against values known from elsewhere, and against their definitions."""

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.analyst.backtest.metrics import Ranking, card_precision

# The example of scikit-learn's documentation for both metrics.
SCORES, LABELS = [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]


def test_a_published_example() -> None:
    ranking = Ranking(SCORES, LABELS)
    assert ranking.area() == pytest.approx(0.75)
    assert ranking.average_precision() == pytest.approx(0.8333333)


def test_the_ends_of_the_scale() -> None:
    perfect, inverted = Ranking([0.9, 0.8, 0.0], [1, 1, 0]), Ranking([0.0, 0.0, 0.7], [1, 1, 0])
    assert (perfect.area(), perfect.average_precision()) == (1.0, 1.0)
    assert inverted.area() == 0.0
    constant = Ranking([0.5] * 10, [1] * 2 + [0] * 8)
    assert constant.area() == 0.5
    assert constant.average_precision() == pytest.approx(0.2)


def test_without_frauds_or_without_others_there_is_no_figure() -> None:
    assert Ranking([0.5, 0.1], [0, 0]).average_precision() is None
    assert Ranking([0.5, 0.1], [0, 0]).area() is None
    assert Ranking([0.5, 0.1], [1, 1]).area() is None
    assert Ranking([], []).average_precision() is None


def by_definition(scores: Sequence[float], labels: Sequence[int]) -> tuple[float, float]:
    """Return the ROC area as a share of pairs, and average precision as a sum over thresholds."""
    frauds = [s for s, label in zip(scores, labels, strict=True) if label]
    others = [s for s, label in zip(scores, labels, strict=True) if not label]
    pairs = [(fraud > other) + (fraud == other) / 2 for fraud, other in product(frauds, others)]
    precision = 0.0
    for threshold in sorted(set(frauds), reverse=True):
        flagged = [label for s, label in zip(scores, labels, strict=True) if s >= threshold]
        precision += frauds.count(threshold) / len(frauds) * sum(flagged) / len(flagged)
    return sum(pairs) / len(pairs), precision


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.9, 1.0]), st.integers(0, 1)), min_size=2, max_size=40
    ).filter(lambda pairs: 0 < sum(label for _, label in pairs) < len(pairs))
)
def test_the_definitions(pairs: list[tuple[float, int]]) -> None:
    scores, labels = [score for score, _ in pairs], [label for _, label in pairs]
    ranking, (area, precision) = Ranking(scores, labels), by_definition(scores, labels)
    assert ranking.area() == pytest.approx(area)
    assert ranking.average_precision() == pytest.approx(precision)


def test_what_alerts_at_a_rate_hold() -> None:
    ranking = Ranking([1 - n / 1000 for n in range(1000)], [n in {0, 1, 7, 500} for n in range(1000)])
    step = ranking.at_rate(0.005)
    assert (step.frauds, step.genuine) == (2, 3)
    assert step.threshold == pytest.approx(0.996)
    assert ranking.at_rate(0.01).frauds == 3
    assert ranking.at_false_positives(0.01).frauds == 3
    assert ranking.at_rate(1.0).frauds == 4


def test_of_equal_scores_all_or_none_are_alerts() -> None:
    ranking = Ranking([0.9] * 3 + [0.0] * 97, [1, 0, 0] + [0] * 97)
    assert ranking.at_rate(0.02).frauds == 0
    assert ranking.at_rate(0.03).frauds == 1


def test_accounts_found_are_not_found_again() -> None:
    monday = [(0.9, 1, "a"), (0.2, 0, "a"), (0.8, 0, "b"), (0.1, 1, "c")]
    tuesday = [(0.9, 1, "a"), (0.8, 0, "b"), (0.7, 1, "c")]
    assert card_precision([monday, tuesday], accounts=2) == pytest.approx((1 / 2 + 1 / 2) / 2)
    assert card_precision([], accounts=2) is None
