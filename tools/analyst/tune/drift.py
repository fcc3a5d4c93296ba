"""Whether the quantities still are what the points were learnt from: the population stability index by week.

For shares of bins p and q of two samples it is the sum of (p - q) ln(p / q). By the usual rule of thumb
(Siddiqi, Credit Risk Scorecards, 2006) less than 0.1 is no shift; from 0.25 on the points want learning anew.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, Self

import numpy as np

from stacks.compute.functions.detector.scoring import NAMES
from tools.analyst.backtest.replay import MILLISECONDS_PER_DAY
from tools.analyst.tune.examples import Floats, Singles, Table

SHIFTED: Final = 0.25
"""From this index on a shift is usually called major."""

_BINS: Final = 10
_LEAST_SHARE: Final = 1e-4
"""An empty bin counts as this share: its logarithm must be finite."""

WEEK: Final = 7 * MILLISECONDS_PER_DAY


class Bins(NamedTuple):
    """How a quantity was distributed.

    Attributes:
        edges: Between the bins, rising.
        shares: Of each bin, and of unknown values at the end.
    """

    edges: Floats
    shares: Floats

    @classmethod
    def of(cls, values: Singles) -> Self:
        """Return tenths of the known values, and the share of the unknown ones."""
        known = values[~np.isnan(values)].astype(np.float64)
        edges = (
            np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(known) else np.empty(0)
        )
        return cls(edges, _shares(values, edges))

    def stability_index(self, values: Singles) -> float:
        """Return the population stability index of values against these."""
        found = _shares(values, self.edges)
        return float(((found - self.shares) * np.log(found / self.shares)).sum())

    def plain(self) -> dict[str, list[float]]:
        """Return them as JSON holds them."""
        return {"edges": self.edges.tolist(), "shares": self.shares.tolist()}

    @classmethod
    def read(cls, plain: Any) -> Self:
        """Read what `plain` gave.

        Raises:
            KeyError, TypeError, ValueError: It is not that.
        """
        found = cls(np.array(plain["edges"], np.float64), np.array(plain["shares"], np.float64))
        if len(found.shares) != len(found.edges) + 2 or not (found.shares > 0).all():
            raise ValueError("bins and their shares do not fit")
        return found


class Drift(NamedTuple):
    """How far a quantity has moved, by week.

    Attributes:
        quantity: Its name.
        weeks: The index of each week.
    """

    quantity: str
    weeks: tuple[float, ...]

    @property
    def shifted(self) -> bool:
        """Whether the last week is not what the points were learnt from."""
        return self.weeks[-1] >= SHIFTED


def drifts(table: Table, split: int) -> list[Drift]:
    """Return the drift of each quantity after a time against what came before it, the furthest first.

    Args:
        table: Examples of both times.
        split: Epoch milliseconds.
    """
    before = table.timestamps < split
    weeks = (table.timestamps - split) // WEEK
    # A last week that has just begun would be chance.
    whole = range(max(1, int((table.timestamps.max() - split) // WEEK)))
    chosen = [~before & (weeks == week) for week in whole]
    found = []
    for name, values in zip(NAMES, table.quantities.T, strict=True):
        bins = Bins.of(values[before])
        found.append(Drift(name, tuple(bins.stability_index(values[week]) for week in chosen if week.any())))
    return furthest_first(found)


def furthest_first(found: Sequence[Drift]) -> list[Drift]:
    """Return drifts in order of their furthest week."""
    return sorted(found, key=lambda each: -max(each.weeks, default=0.0))


def _shares(values: Singles, edges: Floats | Singles) -> Floats:
    known = values[~np.isnan(values)]
    counts = np.bincount(np.searchsorted(edges, known, "left"), minlength=len(edges) + 1)
    shares = np.append(counts, len(values) - len(known)) / max(len(values), 1)
    return np.maximum(shares, _LEAST_SHARE)
