"""Curves for many values at once: their points, their sum, and as few values as will do."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from stacks.compute.functions.detector.scoring import NAMES, OF_ANY_FORM, Curve, Mode
from tools.analyst.tune.examples import Floats, Singles, Table

DIGITS: Final = 4
"""Decimal places in a rules file."""

_NOT_SEEN: Final = 0.02
"""Log-odds; a value of a curve that changes its points by less is left out."""

_MOST_VALUES: Final = 64


def counts(curve: Curve | None) -> bool:
    """Tell whether a quantity may have points: one that people shadow or switch off has none."""
    return curve is None or curve.mode is Mode.ALERT


def points_of(curve: Curve, values: Floats | Singles) -> Floats:
    """Return the points of many values; an unknown value has none."""
    points = np.interp(values, curve.at, curve.points)
    return np.where(np.isnan(values), 0.0, points)


def log_odds_of(base: float, scorecard: Mapping[str, Curve], table: Table) -> Floats:
    """Return what a scorecard makes of examples."""
    total = np.full(len(table.frauds), base)
    for place, name in enumerate(NAMES):
        curve = scorecard.get(name)
        if curve is not None and curve.mode is Mode.ALERT:
            total += points_of(curve, table.quantities[:, place])
    return total


def summed(
    name: str, scale: float, prior: Curve | None, at: list[float], points: list[float]
) -> Curve | None:
    """Return a curve of the prior's, scaled, and of further points; None where it says nothing.

    Args:
        name: The quantity.
        scale: What the prior's points are multiplied by.
        prior: The curve that was in force, None where the quantity had none.
        at: Values of the further points, rising.
        points: The further points.
    """
    if prior is None and not at:
        return None
    values = np.unique([*at, *(prior.at if prior else ())])
    total = np.zeros(len(values))
    if prior is not None:
        total += scale * np.interp(values, prior.at, prior.points)
    if at:
        total += np.interp(values, at, points)
    if name not in OF_ANY_FORM:
        total = np.maximum.accumulate(total)
    values, total = _simplified(values, total)
    if not np.any(np.round(total, DIGITS)):
        return None
    return Curve(Mode.ALERT, _rounded(values), _rounded(total))


def _rounded(numbers: Floats) -> tuple[float, ...]:
    return tuple(round(float(each), DIGITS) for each in numbers)


def _simplified(values: Floats, points: Floats) -> tuple[Floats, Floats]:
    """Leave out values, the least missed first, while nobody would see it."""
    while len(values) > 2:
        share = (values[1:-1] - values[:-2]) / (values[2:] - values[:-2])
        missed = np.abs(points[:-2] + (points[2:] - points[:-2]) * share - points[1:-1])
        least = int(np.argmin(missed))
        if missed[least] > _NOT_SEEN and len(values) <= _MOST_VALUES:
            break
        values, points = np.delete(values, least + 1), np.delete(points, least + 1)
    return values, points
