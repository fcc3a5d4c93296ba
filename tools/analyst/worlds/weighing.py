"""Search for points that lose in no generated world."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from stacks.compute.functions.detector.scoring import NAMES, OF_ANY_FORM, Curve, Mode, Rules
from tools.analyst.backtest.replay import MILLISECONDS_PER_DAY, Replay
from tools.analyst.tune.curves import points_of
from tools.analyst.tune.examples import Examples, Floats, Singles
from tools.analyst.worlds import WORLDS
from tools.analyst.worlds.judge import FIRST_DAYS, rows_of

ALONE: Final = 9.5
"""Maximum log-odds of one quantity that had fewer: with the shipped base of -9.5, even odds."""

_TOLERANCE: Final = 0.015
"""Share of its average precision that a world may lose: less than the difference between two seeds."""

_FLOOR: Final = 0.01
"""Added to an average precision before its logarithm: a world where little is found has little weight."""

_GAIN: Final = 0.004
"""Minimum gain of a change, in the sum of the logarithms: fewer decide nothing, and the search ends."""

_SWEEPS: Final = 3


class Measured(NamedTuple):
    """The payments of a world from `FIRST_DAYS` on.

    Attributes:
        world: Its name.
        quantities: A column for each of `NAMES`, NaN where unknown; shape (payments, quantities).
        frauds: 1 for a fraud, 0 for a genuine payment.
    """

    world: str
    quantities: Singles
    frauds: Floats

    def points(self, name: str, curve: Curve) -> Floats:
        """Return the points of every payment for a quantity."""
        return points_of(curve, self.quantities[:, NAMES.index(name)])

    def total(self, scorecard: Mapping[str, Curve]) -> Floats:
        """Return the sum of the points of every payment, of the curves that count."""
        counted = ((name, curve) for name, curve in scorecard.items() if curve.mode is Mode.ALERT)
        return np.asarray(np.sum([self.points(*each) for each in counted], axis=0))


def measured(world: str, seed: int, accounts: int, days: int, rules: Rules) -> Measured:
    """Replay a world under rules, without labels."""
    examples = Examples()
    for row, assessment in Replay(rules, None, NAMES).assessments(
        rows_of(WORLDS[world](seed, accounts, days))
    ):
        examples.add(row, assessment)
    table = examples.table()
    later = table.timestamps >= table.timestamps[0] + FIRST_DAYS * MILLISECONDS_PER_DAY
    return Measured(world, table.quantities[later], table.frauds[later])


def average_precision(scores: Floats, frauds: Floats) -> float:
    """Return the average precision that `Ranking` returns, on arrays: a search takes thousands of them."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.append(ranked[1:] != ranked[:-1], True)
    found = np.cumsum(frauds[order])[last]
    flagged = np.arange(1, len(scores) + 1)[last]
    steps = np.diff(found, prepend=0.0)
    return float((steps * found / flagged).sum() / max(1.0, frauds.sum()))


def precisions(tables: Sequence[Measured], totals: Sequence[Floats]) -> dict[str, float]:
    """Return the mean average precision of each world."""
    found: dict[str, list[float]] = {}
    for table, total in zip(tables, totals, strict=True):
        found.setdefault(table.world, []).append(average_precision(total, table.frauds))
    return {world: sum(each) / len(each) for world, each in found.items()}


class Search:
    """Points under trial, with what they are worth in each world.

    Args:
        tables: The worlds, each with one table per seed.
        scorecard: The points to begin with.
    """

    def __init__(self, tables: Sequence[Measured], scorecard: Mapping[str, Curve]) -> None:
        self.scorecard = {name: each for name, each in scorecard.items() if each.mode is Mode.ALERT}
        self._tables = tables
        self._totals = [table.total(self.scorecard) for table in tables]
        self._begin = precisions(tables, self._totals)
        self._limits = {name: max(ALONE, *each.points) for name, each in self.scorecard.items()}

    def run(self) -> Iterator[tuple[str, Curve]]:
        """Yield each change that is kept, until none gains."""
        worth = 0.0
        for _ in range(_SWEEPS):
            before = worth
            for name, curve in list(self.scorecard.items()):
                kept, worth = self._improved(name, curve, worth)
                if kept != curve:
                    self.scorecard[name] = kept
                    yield name, kept
            if worth == before:
                return

    def _improved(self, name: str, curve: Curve, worth: float) -> tuple[Curve, float]:
        """Return the best curve near one, or itself, and what the scorecard is worth with it."""
        kept = curve
        others = [
            total - table.points(name, curve) for table, total in zip(self._tables, self._totals, strict=True)
        ]
        for tried in self._candidates(name, curve):
            totals = [
                other + table.points(name, tried) for table, other in zip(self._tables, others, strict=True)
            ]
            gained = self._worth(totals)
            if gained > worth + _GAIN:
                kept, worth, self._totals = tried, gained, totals
        return kept, worth

    def _worth(self, totals: Sequence[Floats]) -> float:
        found = precisions(self._tables, totals)
        if any(found[world] < (1 - _TOLERANCE) * begin for world, begin in self._begin.items()):
            return float("-inf")
        return sum(float(np.log((found[world] + _FLOOR) / (self._begin[world] + _FLOOR))) for world in found)

    def _candidates(self, name: str, curve: Curve) -> Iterator[Curve]:
        """Yield curves near one: scaled, bent, or with another beginning."""
        for at, points in _near(curve):
            rounded = tuple(round(float(each), 2) for each in points)
            rises = name in OF_ANY_FORM or list(rounded) == sorted(rounded)
            if rises and max(rounded) <= self._limits[name]:
                yield Curve(curve.mode, tuple(round(float(each), 2) for each in at), rounded)


def _near(curve: Curve) -> Iterator[tuple[Sequence[float], Sequence[float]]]:
    _, at, points = curve
    for factor in (0.8, 1.2):
        yield at, [factor * each for each in points]
    if len(at) > 2:
        for place in range(1, len(at)):
            for factor in (0.85, 1.15):
                yield at, [*points[:place], factor * points[place], *points[place + 1 :]]
        return
    (first, last), (low, high) = at, points
    for share in (0.3, 0.7):
        yield (first, (first + last) / 2, last), (low, low + share * (high - low), high)
    for share in (-0.1, 0.1):
        yield (first + share * (last - first), last), points
