"""Whether the quantities still are what the points were learnt from: the population stability index by week.

For shares of bins p and q of two samples it is the sum of (p - q) ln(p / q). By the usual rule of thumb
(Siddiqi, Credit Risk Scorecards, 2006) less than 0.1 is no shift; from 0.25 on the points want learning anew.
"""

from typing import Final, NamedTuple

import numpy as np

from stacks.compute.functions.detector.scoring import NAMES
from tools.analyst.backtest.replay import MILLISECONDS_PER_DAY
from tools.analyst.tune.examples import Floats, Singles, Table

SHIFTED: Final = 0.25
_BINS: Final = 10
_LEAST_SHARE: Final = 1e-4
"""An empty bin counts as this share: its logarithm must be finite."""

_WEEK: Final = 7 * MILLISECONDS_PER_DAY


class Drift(NamedTuple):
    """How far a quantity has moved, by week of the judged part.

    Attributes:
        quantity: Its name.
        weeks: The index of each week.
    """

    quantity: str
    weeks: tuple[float, ...]


def drifts(table: Table, split: int) -> list[Drift]:
    """Return the drift of each quantity after a time against what came before it, the furthest first.

    Args:
        table: Examples of both times.
        split: Epoch milliseconds.
    """
    before = table.timestamps < split
    weeks = (table.timestamps - split) // _WEEK
    # A last week that has just begun would be chance.
    whole = range(max(1, int((table.timestamps.max() - split) // _WEEK)))
    chosen = [~before & (weeks == week) for week in whole]
    found = [
        Drift(name, tuple(stability_index(values[before], values[week]) for week in chosen if week.any()))
        for name, values in zip(NAMES, table.quantities.T, strict=True)
    ]
    return sorted(found, key=lambda each: -max(each.weeks, default=0.0))


def stability_index(reference: Singles, values: Singles) -> float:
    """Return the index of values against a reference; unknown values are a bin of their own."""
    known = reference[~np.isnan(reference)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(known) else np.empty(0)
    expected, found = _shares(reference, edges), _shares(values, edges)
    return float(((found - expected) * np.log(found / expected)).sum())


def _shares(values: Singles, edges: Floats | Singles) -> Floats:
    known = values[~np.isnan(values)]
    counts = np.bincount(np.searchsorted(edges, known, "left"), minlength=len(edges) + 1)
    shares = np.append(counts, len(values) - len(known)) / max(len(values), 1)
    return np.maximum(shares, _LEAST_SHARE)
