"""Boosted stumps: trees of one split, so that their sum is a table of points for each quantity.

LightGBM fits them, starting from the log-odds that the rules in force give: with few verdicts little is added
to those, with many they are outvoted. For a quantity that means the more risk, the greater it is, the points
may only rise.
"""

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from stacks.compute.functions.detector.scoring import NAMES, OF_ANY_FORM
from tools.analyst.tune.curves import DIGITS
from tools.analyst.tune.examples import Floats, Singles, Table

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_ROUNDS: Final = 800
_PATIENCE: Final = 60
"""Rounds without a better held-out loss after which the fit ends."""

_SETTINGS: Final[dict[str, Any]] = {
    "objective": "binary",
    "boost_from_average": False,
    "max_depth": 1,
    "num_leaves": 2,
    "learning_rate": 0.1,
    # A step must rest on so many payments, and shrinks by what one more of no news would make of it.
    "min_data_in_leaf": 20,
    "lambda_l2": 1.0,
    "max_bin": 127,
    # The same rules on every machine; more threads win little, and wait for each other where it is busy.
    "num_threads": 1,
    "deterministic": True,
    "force_col_wise": True,
    "seed": 1,
    "verbose": -1,
}


class Steps(NamedTuple):
    """Points of one quantity that change at thresholds; a value at a threshold is below it.

    Attributes:
        thresholds: Rising.
        points: One more than thresholds.
        unknown: Points where the quantity is unknown.
    """

    thresholds: list[float]
    points: list[float]
    unknown: float

    def as_lines(self, values: Singles) -> tuple[list[float], list[float]]:
        """Return values and points of straight lines: level where payments lie, steep between the steps."""
        known = np.sort(values[~np.isnan(values)])
        ends = [0, *np.searchsorted(known, self.thresholds, "right"), len(known)]
        at: list[float] = []
        points: list[float] = []
        for first, end, height in zip(ends, ends[1:], self.points, strict=False):
            # The outermost values are left to the slope: no step stands between two payments alike.
            for share in (0.02, 0.98) if end > first else ():
                value = round(float(known[first + int((end - 1 - first) * share)]), DIGITS)
                if not at or value > at[-1]:
                    at.append(value)
                    points.append(height)
        return at, points


class Stumps(NamedTuple):
    """A fitted sum of stumps.

    Attributes:
        constant: Points of every payment.
        steps: Those of each quantity.
        rounds: How many stumps there are.
    """

    constant: float
    steps: dict[str, Steps]
    rounds: int


def boosted(table: Table, start: Floats, held_out: tuple[Table, Floats] | None, rounds: int) -> Stumps:
    """Fit stumps.

    Args:
        table: What to fit to.
        start: Log-odds of its examples to start from.
        held_out: Later examples and their log-odds to start from: where their loss grows, the fit ends.
        rounds: How many stumps at most.
    """
    import lightgbm  # noqa: PLC0415 - only who tunes waits for it

    settings = _SETTINGS | {
        "monotone_constraints": [0 if name in OF_ANY_FORM else 1 for name in NAMES],
        "metric": "binary_logloss",
    }
    data = lightgbm.Dataset(table.quantities, table.frauds, weight=table.weights, init_score=start)
    judged: list[lightgbm.Dataset] = []
    callbacks: list[Callable[..., Any]] = []
    if held_out is not None:
        later, its_start = held_out
        judged.append(data.create_valid(later.quantities, later.frauds, later.weights, init_score=its_start))
        callbacks.append(lightgbm.early_stopping(_PATIENCE, verbose=False))
    model = lightgbm.train(settings, data, rounds, valid_sets=judged, callbacks=callbacks)
    used = model.best_iteration if held_out is not None else rounds
    return _summed(model.dump_model(num_iteration=used)["tree_info"], used)


def _summed(trees: list[dict[str, Any]], rounds: int) -> Stumps:
    """Return the sum of trees, as LightGBM dumps them."""
    constant = 0.0
    rises: dict[str, dict[float, float]] = defaultdict(lambda: defaultdict(float))
    lowest: dict[str, float] = defaultdict(float)
    unknown: dict[str, float] = defaultdict(float)
    for tree in trees:
        split = tree["tree_structure"]
        if "split_feature" not in split:
            constant += split["leaf_value"]
            continue
        name, threshold = NAMES[split["split_feature"]], round(split["threshold"], DIGITS)
        below, above = split["left_child"]["leaf_value"], split["right_child"]["leaf_value"]
        rises[name][threshold] += above - below
        lowest[name] += below
        # Where no value was unknown in the fit, one that comes later is taken as 0.
        falls_below = split["default_left"] if split["missing_type"] == "NaN" else threshold >= 0
        unknown[name] += below if falls_below else above
    steps = {}
    for name, rise in rises.items():
        thresholds = sorted(rise)
        heights = np.cumsum([lowest[name], *(rise[each] for each in thresholds)])
        steps[name] = Steps(thresholds, list(map(float, heights)), unknown[name])
    return Stumps(constant, steps, rounds)
