"""The tuning as a page: is it better, are its probabilities true, what became of each quantity's points."""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final

import numpy as np

from stacks.compute.functions.detector.scoring import NAMES, Curve, Rules
from tools.analyst.backtest.parts import document, number, percent, table, tiles_of
from tools.analyst.backtest.plots import Line, between, lines, shares
from tools.analyst.tune.curves import points_of
from tools.analyst.tune.drift import SHIFTED, Drift
from tools.analyst.tune.examples import Singles, Table
from tools.analyst.tune.trial import Judgement, Trial

_DRIFTS: Final = 8
_SHOWN: Final = (0.5, 99.5)
"""Percentiles of a quantity's values between which its points are drawn."""


def page(title: str, rules: Rules, trial: Trial) -> str:
    """Return the page.

    Args:
        title: What was learnt from.
        rules: Those in force.
        trial: The tuning.
    """
    begin, end = (
        f"{datetime.fromtimestamp(each / 1000, UTC):%Y-%m-%d}" for each in (trial.split, trial.ends)
    )
    outcome = (
        "The tuned rules rank these payments better than the rules in force."
        if trial.better
        else "The tuned rules are worse than the rules in force on these payments: no rules file was written."
    )
    body = [
        f"<h1>Tuning on {escape(title)}</h1>",
        f'<p class="note">Judged on {begin} to {end}, by rules that knew no later verdict. {outcome}</p>',
        _tiles(trial),
        _comparison(trial),
        '<div class="plots">',
        _precision(trial),
        _calibration(trial.tuned),
        "</div>",
        "<h2>Alerts a day</h2>",
        _budgets(trial.tuned),
        "<h2>Drift</h2>",
        (
            f'<p class="note">Population stability index of each judged week against the time before. From '
            f"{SHIFTED:g} on, it is not what its points were learnt from. The {_DRIFTS} that moved most."
            "</p>"
        ),
        _drifts(trial.drifts),
        "<h2>Points of each quantity</h2>",
        (
            '<p class="note">Those that tell frauds apart most come first. Solid: tuned. Dashed: in force. '
            "Points are log-odds; with the base they sum to those of the probability.</p>"
        ),
        f'<div class="plots">{"".join(_curves(rules, trial))}</div>',
        '<p class="note">Figures on synthetic data are no performance in the field.</p>',
    ]
    return document("Tuning", body)


def _tiles(trial: Trial) -> str:
    return tiles_of(
        [
            ("frauds learnt from", f"{trial.examples.fraud_count:,}"),
            ("average precision, tuned", number(trial.tuned.average_precision)),
            ("in force", number(trial.in_force.average_precision)),
            ("alert threshold", number(trial.rules.alert_threshold)),
            ("alerts a day", number(trial.tuned.alerts_per_day, 1)),
            ("of alerts, fraud", percent(trial.tuned.precision)),
        ]
    )


def _comparison(trial: Trial) -> str:
    rows = [
        (
            name,
            number(each.average_precision),
            number(each.auc),
            number(each.alerts_per_day, 1),
            percent(each.precision),
            percent(each.recall),
            f"{each.amount_found:,.0f}",
        )
        for name, each in (("in force", trial.in_force), ("tuned", trial.tuned))
    ]
    header = (
        "rules", "average precision", "AUC", "alerts a day", "of alerts, fraud", "frauds found",
        "amount of these frauds",
    )  # fmt: skip
    return table(header, rows)


def _precision(trial: Trial) -> str:
    drawn = [Line("tuned", trial.tuned.curve, "first"), Line("in force", trial.in_force.curve, "second")]
    return lines("Precision over recall", shares("share of frauds found"), shares("precision"), drawn)


def _calibration(tuned: Judgement) -> str:
    rows = [
        (f"{place * 10} to {(place + 1) * 10} %", f"{each.claimed:.2%}", f"{each.actual:.2%}")
        for place, each in enumerate(tuned.deciles)
    ]
    tenths = table(("scores", "claimed", "actual"), rows)
    title = "Claimed and actual fraud, by tenth of the scores"
    return f"<figure><figcaption>{title}</figcaption>{tenths}</figure>"


def _budgets(tuned: Judgement) -> str:
    rows = [
        (f"{each.alerts_per_day:,.0f}", number(each.threshold), percent(each.precision), percent(each.recall))
        for each in tuned.budgets
    ]
    return table(("ALERTS_PER_DAY", "threshold", "of alerts, fraud", "frauds found"), rows)


def _drifts(drifts: Sequence[Drift]) -> str:
    shown = drifts[:_DRIFTS]
    weeks = max((len(each.weeks) for each in shown), default=0)
    rows = [(each.quantity.replace("_", " "), *(number(week, 2) for week in each.weeks)) for each in shown]
    return table(("quantity", *(f"week {week + 1}" for week in range(weeks))), rows)


def _curves(rules: Rules, trial: Trial) -> list[str]:
    """Return a plot for each quantity with points, by how far it sets frauds apart from other payments."""
    drawn = []
    for place, name in enumerate(NAMES):
        before, after = rules.scorecard.get(name), trial.rules.scorecard.get(name)
        values = trial.examples.quantities[:, place]
        known = values[~np.isnan(values)]
        if (before or after) and len(known):
            drawn.append(
                (-_told_apart(after, values, trial.examples), name, _plot(name, known, before, after))
            )
    return [plot for _, _, plot in sorted(drawn)]


def _told_apart(curve: Curve | None, values: Singles, table: Table) -> float:
    if curve is None:
        return 0.0
    points, frauds = points_of(curve, values), table.frauds == 1
    return float(points[frauds].mean() - np.average(points[~frauds], weights=table.weights[~frauds]))


def _plot(name: str, known: Singles, before: Curve | None, after: Curve | None) -> str:
    least, greatest = map(float, np.percentile(known, _SHOWN))
    corners = [value for curve in (before, after) if curve for value in curve.at]
    greatest = max(greatest, least + 0.1, *corners)
    across = between(name.replace("_", " "), least, greatest)
    drawn = [
        Line(label, _corners(curve, across.minimum, across.maximum), colour)
        for label, curve, colour in (("tuned", after, "first"), ("in force", before, "second"))
    ]
    heights = [points for line in drawn for _, points in line.points]
    return lines(
        name.replace("_", " "), across, between("points", min(0.0, *heights), max(0.1, *heights)), drawn
    )


def _corners(curve: Curve | None, least: float, greatest: float) -> list[tuple[float, float]]:
    """Return a curve's points between two values; no curve has none."""
    if curve is None:
        return [(least, 0.0), (greatest, 0.0)]
    inner = [(at, points) for at, points in zip(curve.at, curve.points, strict=True) if least < at < greatest]
    return [(least, curve.points_at(least)), *inner, (greatest, curve.points_at(greatest))]
