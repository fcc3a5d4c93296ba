"""``python -m tools.analyst.tune.references DATA``: other models on what the scorecard sees, beside it.

One replay under the shipped rules measures every payment. Every so many days each model is fitted anew to the
payments whose labels are known by then, and ranks those of the days that follow; all see the same quantities.
The figures are of the payments from a day on.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from stacks.compute.functions.detector.scoring import NAMES, load_rules
from tools.analyst.backtest.metrics import Ranking
from tools.analyst.backtest.replay import MILLISECONDS_PER_DAY, Replay
from tools.analyst.backtest.source import Source, SourceError
from tools.analyst.days import delay, period
from tools.analyst.tune.curves import log_odds_of
from tools.analyst.tune.examples import Examples, Floats, Table
from tools.analyst.tune.fitting import TooFewVerdictsError, fit, probabilities
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser

_RULES: Final = load_rules()
_AMOUNT: Final = NAMES.index("amount")
_RIDGE: Final = 1.0
_NEWTON_STEPS: Final = 25
_BOOSTING: Final[dict[str, Any]] = {
    "objective": "binary", "num_leaves": 31, "learning_rate": 0.05, "min_data_in_leaf": 50, "lambda_l2": 1.0,
    "deterministic": True, "force_col_wise": True, "num_threads": 1, "seed": 1, "verbose": -1,
}  # fmt: skip
_BOOSTING_ROUNDS: Final = 300

Scores = Callable[[Table], Floats]
"""A fitted model: examples to scores, the greater the more suspicious."""


def amount_alone(_: Table) -> Scores:
    """Rank by the amount; nothing is fitted."""
    return lambda table: table.quantities[:, _AMOUNT].astype(np.float64)


def prior(_: Table) -> Scores:
    """Rank by the shipped scorecard; nothing is fitted."""
    return lambda table: log_odds_of(_RULES.base, _RULES.scorecard, table)


def scorecard(known: Table) -> Scores:
    """Rank by the scorecard that `make tune` would publish."""
    rules = fit(known, _RULES).rules
    return lambda table: log_odds_of(rules.base, rules.scorecard, table)


def logistic(known: Table) -> Scores:
    """Rank by logistic regression on the standardized quantities, and on whether each is known."""
    centre = np.nanmean(known.quantities, axis=0)
    spread = np.maximum(np.nanstd(known.quantities, axis=0), 1e-6)

    def columns(table: Table) -> Floats:
        values = (table.quantities - centre) / spread
        unknown = np.isnan(values)
        ones = np.ones((len(values), 1))
        return np.hstack([ones, np.where(unknown, 0.0, values), unknown])

    given = columns(known)
    weights = np.zeros(given.shape[1])
    for _ in range(_NEWTON_STEPS):
        expected = probabilities(given @ weights)
        gradient = given.T @ (known.weights * (expected - known.frauds)) + _RIDGE * weights
        spreads = known.weights * np.maximum(expected * (1 - expected), 1e-6)
        curvature = (given * spreads[:, None]).T @ given + _RIDGE * np.eye(len(weights))
        step = np.linalg.solve(curvature, gradient)
        weights -= step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-5:
            break
    return lambda table: np.asarray(columns(table) @ weights)


def boosting(known: Table) -> Scores:
    """Rank by gradient boosting with interactions (LightGBM)."""
    import lightgbm  # noqa: PLC0415 - as in `stumps`

    data = lightgbm.Dataset(known.quantities, known.frauds, weight=known.weights)
    model = lightgbm.train(_BOOSTING, data, _BOOSTING_ROUNDS)
    return lambda table: np.asarray(model.predict(table.quantities, raw_score=True))


MODELS: Final[Mapping[str, Callable[[Table], Scores]]] = {
    "amount alone": amount_alone,
    "shipped scorecard": prior,
    "tuned scorecard": scorecard,
    "logistic regression": logistic,
    "gradient boosting": boosting,
}


def ranked(table: Table, delay_days: float, every_days: float) -> dict[str, Floats]:
    """Return each model's scores; NaN before its first fit.

    Args:
        table: Every labelled payment, in order of time.
        delay_days: After how many days a label is known.
        every_days: Days between two fits.
    """
    scores = {name: np.full(len(table.frauds), np.nan) for name in MODELS}
    begin, end = int(table.timestamps[0]), int(table.timestamps[-1])
    every = int(every_days * MILLISECONDS_PER_DAY)
    for now in range(begin + every, end + 1, every):
        known = table.where(table.timestamps <= now - int(delay_days * MILLISECONDS_PER_DAY))
        following = (table.timestamps >= now) & (table.timestamps < now + every)
        for name, fitted in MODELS.items():
            try:
                scores[name][following] = fitted(known)(table.where(following))
            except TooFewVerdictsError as error:
                print(f"  day {(now - begin) // MILLISECONDS_PER_DAY}: {error}", file=sys.stderr)
    return scores


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comparison; 2 where the data are not usable."""
    given = _parser().parse_args(arguments)
    return ended("references", lambda: _compared(given), on_interrupt=NOTHING_CHANGED)


def _compared(given: argparse.Namespace) -> int:
    source, examples = Source(given.data), Examples()
    try:
        for row, assessment in Replay(_RULES, given.label_delay_days, NAMES).assessments(source):
            examples.add(row, assessment)
    except SourceError as error:
        print(f"references: {error}", file=sys.stderr)
        return 2
    table = examples.table()
    table = table.where(np.argsort(table.timestamps, kind="stable"))
    scores = ranked(table, given.label_delay_days, given.every_days)
    since = table.timestamps >= table.timestamps[0] + int(given.from_day * MILLISECONDS_PER_DAY)
    judged = since & ~np.any([np.isnan(each) for each in scores.values()], axis=0)
    print(f"{'':<22}{'AUC':>8}{'average precision':>20}  ({int(table.frauds[judged].sum()):,} frauds)")
    for name, each in scores.items():
        # A ranking counts what has the score 0 as unscored.
        places = np.argsort(np.argsort(each[judged])) + 1
        ranking = Ranking(places.tolist(), table.frauds[judged].astype(int).tolist())
        print(f"{name:<22}{ranking.area() or 0:>8.3f}{ranking.average_precision() or 0:>20.3f}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.tune.references",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--label-delay-days", type=delay, default=7.0, help="(%(default)g)")
    parser.add_argument("--every-days", type=period, default=40.0, help="days between two fits (%(default)g)")
    parser.add_argument("--from-day", type=delay, default=120.0, help="first day that counts (%(default)g)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
