"""The alert threshold as a number of alerts a day that people can look at."""

from dataclasses import replace
from typing import Final

import numpy as np

from stacks.compute.functions.detector.scoring import Rules
from tools.analyst.backtest.replay import MILLISECONDS_PER_DAY
from tools.analyst.tune.curves import log_odds_of
from tools.analyst.tune.examples import Floats, Table
from tools.analyst.tune.fitting import Fit, probabilities
from tools.terminal.numbers import within

_LEAST_THRESHOLD: Final = 0.001
_GREATEST_THRESHOLD: Final = 1.0
_DIGITS: Final = 6
"""Decimal places: with 4, a threshold near the least could stand for thousands of payments."""

_MOST_ALERTS: Final = 1_000_000
alerts_a_day = within(f"a number of alerts up to {_MOST_ALERTS:,}", 0, _MOST_ALERTS, above=True)
"""Reads a budget."""


def threshold_for(alerts: float, weights: Floats, scores: Floats) -> float:
    """Return the score from which on there are so many alerts among payments.

    Args:
        alerts: How many, over the time of the payments.
        weights: How many payments each score stands for.
        scores: Their probabilities of fraud.
    """
    order = np.argsort(-scores, kind="stable")
    place = int(np.searchsorted(np.cumsum(weights[order]), alerts))
    threshold = scores[order[min(place, len(order) - 1)]]
    return round(float(min(max(threshold, _LEAST_THRESHOLD), _GREATEST_THRESHOLD)), _DIGITS)


def days_of(table: Table) -> float:
    """Return over how many days examples go, at least one."""
    return max(1.0, float(np.ptp(table.timestamps)) / MILLISECONDS_PER_DAY)


def with_threshold(fitted: Fit, in_force: Rules, alerts_per_day: float | None = None) -> Rules:
    """Return fitted rules with the threshold that gives a number of alerts on the examples held out.

    Args:
        fitted: The fit.
        in_force: The rules before it.
        alerts_per_day: How many; None for as many as the rules in force make.
    """
    table = fitted.held_out
    if alerts_per_day is None:
        scores = probabilities(log_odds_of(in_force.base, in_force.scorecard, table))
        alerts = float(table.weights[scores >= in_force.alert_threshold].sum())
    else:
        alerts = alerts_per_day * days_of(table)
    threshold = threshold_for(alerts, table.weights, fitted.held_out_scores)
    return replace(fitted.rules, alert_threshold=threshold)
