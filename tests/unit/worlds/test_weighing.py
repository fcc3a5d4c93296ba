"""Points are kept if they gain in the worlds together and lose in none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import NAMES, Curve, Mode, load_rules
from tools.analyst.backtest.metrics import Ranking
from tools.analyst.worlds.weighing import ALONE, Measured, Search, average_precision, measured, precisions

PAYMENTS = 2_000
CARD = {name: Curve(Mode.ALERT, (0.0, 4.0), (0.0, 2.0)) for name in ("own_hour", "new_device")}


@given(st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=1, max_size=40))
def test_average_precision_is_that_of_the_backtest(payments: list[tuple[int, bool]]) -> None:
    scores = [float(score) for score, _ in payments]
    labels = [int(fraud) for _, fraud in payments]
    found = average_precision(np.array(scores), np.array(labels, float))
    assert found == pytest.approx(Ranking(scores, labels).average_precision() or 0.0)


def world(name: str, **means: float) -> Measured:
    """A world where one payment in fifty is a fraud, whose quantities have these means; others' mean is 1."""
    random = np.random.default_rng(1)
    frauds = (np.arange(PAYMENTS) % 50 == 0).astype(float)
    quantities = np.full((PAYMENTS, len(NAMES)), np.nan, np.float32)
    for quantity, mean in means.items():
        centre = np.where(frauds == 1, mean, 1.0)
        quantities[:, NAMES.index(quantity)] = random.normal(centre, 1.0)
    return Measured(name, quantities, frauds)


def test_what_tells_frauds_in_every_world_gets_more_points() -> None:
    worlds = [world(name, own_hour=1.0, new_device=3.0) for name in ("a", "b")]
    search = Search(worlds, CARD)
    before = precisions(worlds, [each.total(CARD) for each in worlds])
    kept = [name for name, _ in search.run()]
    after = precisions(worlds, [each.total(search.scorecard) for each in worlds])
    assert kept
    assert search.scorecard["new_device"].points[-1] > 2.0
    assert search.scorecard["own_hour"].points[-1] < 2.0
    assert all(after[name] > before[name] for name in ("a", "b"))
    assert max(max(each.points) for each in search.scorecard.values()) <= ALONE


def test_what_gains_in_one_world_and_loses_in_another_is_not_kept() -> None:
    worlds = [world(name, own_hour=1.0, new_device=3.0) for name in ("a", "b", "c")]
    worlds.append(world("loses", own_hour=3.0, new_device=-1.0))
    search = Search(worlds, CARD)
    before = precisions(worlds, [each.total(CARD) for each in worlds])
    for _ in search.run():
        pass
    after = precisions(worlds, [each.total(search.scorecard) for each in worlds])
    assert {name for name in after if after[name] < 0.985 * before[name]} == set()


def test_a_world_is_measured_once_accounts_have_a_history() -> None:
    table = measured("takeover", 1, 60, 40, load_rules())
    assert len(table.frauds) == len(table.quantities) > 100
    assert table.quantities.shape[1] == len(NAMES)
    assert not np.isnan(table.quantities[:, NAMES.index("amount")]).any()
