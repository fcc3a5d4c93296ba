"""Percentiles, precision and recall against values known by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.local.report.statistics import Percentiles, Quality, percentile, percentiles, quality


def test_percentiles_of_one_to_a_hundred_are_themselves() -> None:
    assert percentiles([float(value) for value in range(100, 0, -1)]) == Percentiles(50.0, 95.0, 99.0)


@pytest.mark.parametrize(("share", "expected"), [(0.05, 15), (0.30, 20), (0.40, 20), (0.50, 35), (1.00, 50)])
def test_nearest_rank_of_the_textbook_example(share: float, expected: float) -> None:
    assert percentile([15, 20, 35, 40, 50], share) == expected


def test_nothing_measured_is_none_not_zero() -> None:
    assert percentiles([]) == Percentiles(None, None, None)


@given(st.lists(st.floats(min_value=0, max_value=1e9), min_size=1), st.floats(min_value=0.01, max_value=1))
def test_a_percentile_is_a_value_that_the_share_does_not_exceed(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9


def test_precision_and_recall_of_a_known_case() -> None:
    assert quality({"a", "b", "c", "d"}, {"a", "b", "x"}) == Quality(precision=0.5, recall=0.6667)


def test_quotients_without_meaning_are_none() -> None:
    assert quality(set(), {"a"}) == Quality(precision=None, recall=0.0)
    assert quality({"a"}, set()) == Quality(precision=0.0, recall=None)
