"""``python -m tools.analyst.backtest.handbook DATA SCORES``: judge scores by the Fraud Detection Handbook.

The protocol is that of "Reproducible Machine Learning for Credit Card Fraud Detection - Practical Handbook"
(Le Borgne et al., 2022), chapters 3 and 5, for its simulated transactions: the mean of four test weeks, which
leave out every card that was known to be compromised by then. SCORES is what
`python -m tools.analyst.backtest` wrote.
"""

import argparse
import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Final, NamedTuple

from tools.analyst.backtest.metrics import Ranking, card_precision
from tools.analyst.backtest.replay import MILLISECONDS_PER_DAY
from tools.analyst.backtest.source import Source, SourceError

FIRST_TRAINING_DAYS: Final = (115, 122, 129, 136)
_WEEK: Final = 7
_COMPROMISED_TERMINAL: Final = "2"


class Scored(NamedTuple):
    """One transaction of the test weeks."""

    score: float
    is_fraud: int
    account: str
    scenario: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 2 where a file is not usable."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.analyst.backtest.handbook",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("scores", type=Path)
    given = parser.parse_args(arguments)
    try:
        print(json.dumps(figures(given.data, given.scores), indent=1))
    except (SourceError, OSError, ValueError) as error:
        print(f"backtest.handbook: {error}", file=sys.stderr)
        return 2
    return 0


def figures(data: Path, scores: Path) -> dict[str, float]:
    """Return the means over the four test weeks.

    Raises:
        SourceError: The data cannot be read.
        ValueError: A transaction has no score, or a test week holds no fraud.
    """
    days, frauds = _by_day(data, _scores(scores))
    weeks = [_week(days, frauds, first) for first in FIRST_TRAINING_DAYS]
    names = ("auc", "average_precision", "card_precision_100", "average_precision_without_scenario_2")
    return {name: round(mean(week[place] for week in weeks), 4) for place, name in enumerate(names)}


def _scores(path: Path) -> dict[str, float]:
    with path.open(encoding="utf-8", newline="") as text:
        return {row["transaction_id"]: float(row["score"]) for row in csv.DictReader(text)}


def _by_day(
    data: Path, scores: Mapping[str, float]
) -> tuple[Mapping[int, list[Scored]], Mapping[int, set[str]]]:
    """Return the transactions and the accounts with fraud, by day since the first."""
    days: dict[int, list[Scored]] = defaultdict(list)
    frauds: dict[int, set[str]] = defaultdict(set)
    first = None
    for transaction, is_fraud, scenario in Source(data):
        day = transaction.timestamp // MILLISECONDS_PER_DAY
        first = day if first is None else first
        if transaction.transaction_id not in scores:
            raise ValueError(f"transaction {transaction.transaction_id} has no score")
        score = scores[transaction.transaction_id]
        days[day - first].append(Scored(score, int(bool(is_fraud)), transaction.account_id, scenario))
        if is_fraud:
            frauds[day - first].add(transaction.account_id)
    return days, frauds


def _week(
    days: Mapping[int, Sequence[Scored]], frauds: Mapping[int, set[str]], first: int
) -> tuple[float, float, float, float]:
    tested = list(_tested_days(days, frauds, first))
    every = [each for day in tested for each in day]
    without = [each for each in every if each.scenario != _COMPROMISED_TERMINAL]
    ranking, plain = _ranking(every), _ranking(without)
    found = (
        ranking.area(),
        ranking.average_precision(),
        card_precision([(each[0], each[1], each[2]) for each in day] for day in tested),
        plain.average_precision(),
    )
    if None in found:
        raise ValueError(f"the test week from day {first + 2 * _WEEK} on does not hold frauds and others")
    return found  # type: ignore[return-value]


def _tested_days(
    days: Mapping[int, Sequence[Scored]], frauds: Mapping[int, set[str]], first: int
) -> Iterator[list[Scored]]:
    """Yield the test week's days without the accounts that are known to be compromised by then."""
    known = set().union(*(frauds[day] for day in range(first, first + _WEEK)))
    for day in range(_WEEK):
        # A label is known after a week: on a test day, those up to eight days before it.
        known |= frauds[first + _WEEK + day - 1]
        yield [each for each in days[first + 2 * _WEEK + day] if each.account not in known]


def _ranking(scored: Sequence[Scored]) -> Ranking:
    return Ranking([each.score for each in scored], [each.is_fraud for each in scored])


if __name__ == "__main__":
    sys.exit(main())
