"""From stumps to curves: what LightGBM predicts is what the curves say, and what means risk only rises."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import NAMES, OF_ANY_FORM, Curve, Mode
from tools.analyst.tune.budget import threshold_for
from tools.analyst.tune.curves import points_of, summed
from tools.analyst.tune.drift import SHIFTED, Bins
from tools.analyst.tune.examples import Table
from tools.analyst.tune.stumps import Steps, boosted

numbers = st.floats(-8, 8).map(lambda value: round(value, 3))


@pytest.fixture(scope="module")
def table() -> Table:
    random = np.random.default_rng(5)
    quantities = random.normal(size=(4000, len(NAMES))).astype(np.float32)
    quantities[random.random(quantities.shape) < 0.1] = np.nan
    odds = np.nan_to_num(quantities[:, 0]) * np.nan_to_num(quantities[:, 0]) + np.nan_to_num(quantities[:, 5])
    frauds = (random.random(4000) < 1 / (1 + np.exp(3 - odds))).astype(float)
    return Table(quantities, frauds, np.ones(4000), np.arange(4000))


def test_the_steps_are_what_the_trees_say(table: Table) -> None:
    start = np.full(4000, -3.0)
    constant, steps, _ = boosted(table, start, None, 60)
    total = start + constant
    for place, name in enumerate(NAMES):
        if name in steps:
            values, each = table.quantities[:, place], steps[name]
            heights = np.array(each.points)[np.searchsorted(each.thresholds, values, "left")]
            total += np.where(np.isnan(values), each.unknown, heights)
    assert steps
    frauds = table.frauds == 1
    assert total[frauds].mean() > total[~frauds].mean() + 0.5
    # The fit's own probabilities add up to the number of frauds, as those of every such fit do.
    assert (1 / (1 + np.exp(-total))).sum() == pytest.approx(frauds.sum(), rel=0.1)


def test_what_means_risk_only_rises(table: Table) -> None:
    steps = boosted(table, np.full(4000, -3.0), None, 200).steps
    rising = [each.points for name, each in steps.items() if name not in OF_ANY_FORM]
    assert rising
    assert all(after >= before - 1e-12 for points in rising for before, after in pairwise(points))


@given(
    st.sampled_from([name for name in NAMES if name not in OF_ANY_FORM]),
    st.lists(st.tuples(numbers, numbers), max_size=90, unique_by=lambda pair: pair[0]),
    st.floats(0, 2),
)
def test_a_sum_of_curves_is_one_that_the_detector_takes(
    name: str, pairs: list[tuple[float, float]], scale: float
) -> None:
    prior = Curve(Mode.ALERT, (0.0, 2.0, 4.0), (0.0, 1.0, 3.0))
    ordered = sorted(pairs)
    curve = summed(name, scale, prior, [at for at, _ in ordered], [points for _, points in ordered])
    if curve is None:
        return
    assert 1 <= len(curve.at) == len(curve.points) <= 64
    assert all(before < after for before, after in pairwise(curve.at))
    assert all(before <= after for before, after in pairwise(curve.points))


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=40))
def test_many_values_get_the_points_that_one_gets(values: list[float]) -> None:
    curve = Curve(Mode.ALERT, (-1.0, 0.0, 3.0), (0.5, 0.0, 4.0))
    at_once = points_of(curve, np.array([*values, np.nan]))
    assert at_once[-1] == 0
    assert at_once[:-1] == pytest.approx([curve.points_at(value) for value in values])


def test_steps_stay_level_where_payments_lie() -> None:
    steps = Steps([1.5], [0.0, 2.0], 0.0)
    at, points = steps.as_lines(np.array([0, 0.5, 1, 2, 2.5, 3], np.float32))
    assert points == [0.0, 0.0, 2.0, 2.0][: len(points)] or points == [0.0, 2.0]
    curve = Curve(Mode.ALERT, tuple(at), tuple(points))
    assert (curve.points_at(0.0), curve.points_at(3.0)) == (0.0, 2.0)


@given(st.lists(st.floats(0.01, 0.99), min_size=5, max_size=60, unique=True), st.integers(1, 4))
def test_a_threshold_gives_the_alerts_asked_for(scores: list[float], alerts: int) -> None:
    count = len(scores)
    table = Table(
        np.zeros((count, len(NAMES)), np.float32), np.zeros(count), np.ones(count), np.arange(count)
    )
    threshold = threshold_for(alerts, table.weights, np.array(scores))
    assert sum(score >= threshold - 1e-4 for score in scores) >= alerts


@given(st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=80))
def test_what_has_not_moved_has_no_drift(values: list[float]) -> None:
    sample = np.array([*values, np.nan], np.float32)
    assert Bins.of(sample).stability_index(sample) == pytest.approx(0.0, abs=1e-9)


def test_drift_is_told_apart() -> None:
    random = np.random.default_rng(2)
    reference = random.normal(size=5000).astype(np.float32)
    like, moved = random.normal(size=800), random.normal(1.5, size=800)
    unknown = np.where(random.random(800) < 0.5, np.nan, like)
    assert Bins.of(reference).stability_index(like.astype(np.float32)) < 0.1
    assert Bins.of(reference).stability_index(moved.astype(np.float32)) > SHIFTED
    assert Bins.of(reference).stability_index(unknown.astype(np.float32)) > SHIFTED
