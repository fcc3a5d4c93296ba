"""A scorecard fitted to examples: the one in force, recalibrated, and what the verdicts add to it.

The way from the rules in force to the deployment's own verdicts has two steps, and how far each goes is a
matter of how many verdicts there are:

1. Its log-odds are scaled and shifted to be a probability here. Few verdicts leave the scale at 1.
2. Boosted stumps add points to each quantity, as many as still help on the latest quarter of the examples,
   which the fit does not see.
"""

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from stacks.compute.functions.detector.scoring import NAMES, Curve, Rules
from tools.analyst.tune.curves import DIGITS, counts, log_odds_of, summed
from tools.analyst.tune.examples import Floats, Table
from tools.analyst.tune.stumps import MOST_ROUNDS, Steps, boosted

FEWEST_FRAUDS: Final = 50
"""Below so many confirmed frauds a table of points for 40 quantities is a table of chances."""

_HELD_OUT: Final = 0.25
_SCALE_DEVIATION: Final = 0.5
"""How far from 1 the scale of the rules in force may be expected, before any verdict is seen."""

_LEAST_SCALE: Final = 0.25
"""Least share of the points in force that is kept: verdicts say nothing about kinds of fraud not yet seen."""

_GREATEST_SCALE: Final = 3.0
_NEWTON_STEPS: Final = 50


class TooFewVerdictsError(Exception):
    """There are too few verdicts to learn from; the text says how many are needed."""


class Fit(NamedTuple):
    """What a fit gives.

    Attributes:
        rules: The rules in force with the scorecard that was fitted; its alert threshold is still theirs.
        scale: What the points in force were multiplied by.
        rounds: Stumps added; 0 where they only made it worse.
        held_out: The latest examples, which rules fitted to the ones before them were judged on.
        held_out_scores: Probabilities of fraud that these rules give them.
    """

    rules: Rules
    scale: float
    rounds: int
    held_out: Table
    held_out_scores: Floats


def fit(table: Table, rules: Rules) -> Fit:
    """Fit a scorecard.

    Args:
        table: Examples whose verdicts are known.
        rules: Those in force.

    Raises:
        TooFewVerdictsError: There are fewer than `FEWEST_FRAUDS` frauds, or none to hold out.
    """
    table = table.where(np.argsort(table.timestamps, kind="stable"))
    if table.fraud_count < FEWEST_FRAUDS:
        raise TooFewVerdictsError(
            f"{table.fraud_count} confirmed frauds whose verdict is known by then; {FEWEST_FRAUDS} are needed"
        )
    latest = np.arange(len(table.frauds)) >= (1 - _HELD_OUT) * len(table.frauds)
    earlier, held_out = table.where(~latest), table.where(latest)
    if not held_out.fraud_count or not earlier.fraud_count:
        raise TooFewVerdictsError("all confirmed frauds are of one time; wait for verdicts of another")
    trial, rounds, _ = _fitted(earlier, rules, held_out=held_out, rounds=MOST_ROUNDS)
    scores = probabilities(log_odds_of(trial.base, trial.scorecard, held_out))
    tuned, _, scale = _fitted(table, rules, held_out=None, rounds=rounds)
    return Fit(tuned, scale, rounds, held_out, scores)


def probabilities(log_odds: Floats) -> Floats:
    """Return the probabilities of log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -30, 30))))


def _fitted(table: Table, rules: Rules, *, held_out: Table | None, rounds: int) -> tuple[Rules, int, float]:
    """Return rules, how many stumps they have, and the scale of those in force."""
    in_force = log_odds_of(0.0, rules.scorecard, table)
    base, scale = _calibrated(in_force, rules.base, table)
    steps: dict[str, Steps] = {}
    if rounds:
        later = None
        if held_out is not None:
            later = (held_out, base + scale * log_odds_of(0.0, rules.scorecard, held_out))
        stumps = boosted(_countable(table, rules), base + scale * in_force, later, rounds)
        steps = stumps.steps
        # What is unknown has no points: everybody gets those of unknown values, others the difference.
        base, rounds = base + stumps.constant + sum(each.unknown for each in steps.values()), stumps.rounds
    scorecard: dict[str, Curve] = {}
    for place, name in enumerate(NAMES):
        before = rules.scorecard.get(name)
        if not counts(before):
            scorecard[name] = rules.scorecard[name]
            continue
        at, points = steps[name].as_lines(table.quantities[:, place]) if name in steps else ([], [])
        unknown = steps[name].unknown if name in steps else 0.0
        curve = summed(name, scale, before, at, [each - unknown for each in points])
        if curve is not None:
            scorecard[name] = curve
    return replace(rules, base=round(base, DIGITS), scorecard=scorecard), rounds, scale


def _countable(table: Table, rules: Rules) -> Table:
    """Hide the quantities that people shadow or switch off."""
    hidden = [not counts(rules.scorecard.get(name)) for name in NAMES]
    return table._replace(quantities=np.where(hidden, np.float32(0), table.quantities))


def _calibrated(points: Floats, base: float, table: Table) -> tuple[float, float]:
    """Return the base and the scale of points that make them probabilities of these examples.

    Logistic regression (Platt, 1999) by Newton's method, with a normal prior on the scale around 1.
    """
    shift, scale = base, 1.0
    for _ in range(_NEWTON_STEPS):
        expected = probabilities(shift + scale * points)
        missed = table.weights * (expected - table.frauds)
        spread = table.weights * np.maximum(expected * (1 - expected), 1e-9)
        gradient = np.array([missed.sum(), missed @ points + (scale - 1) / _SCALE_DEVIATION**2])
        across = spread @ points
        curvature = np.array([[spread.sum(), across], [across, spread @ points**2 + 1 / _SCALE_DEVIATION**2]])
        step = np.linalg.solve(curvature, gradient)
        # A bounded step: far from the solution the curve of the loss is not the one that it has there.
        step *= min(1.0, 1.0 / max(abs(step[0]), 4 * abs(step[1]), 1e-12))
        shift, scale = shift - step[0], min(max(scale - step[1], _LEAST_SCALE), _GREATEST_SCALE)
        if np.abs(step).max() < 1e-6:
            break
    return float(shift), float(scale)
