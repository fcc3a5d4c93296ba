"""`make worlds`: how well rules do without labels in each generated world, beside the amount and other rules.

No data set shows what points are worth elsewhere: what gains in one world and loses in another has learnt the
world. Exit code 0: shown. 1: refused.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from stacks.compute.functions.detector.scoring import RULES_PATH, Rules, RulesError, Transaction, load_rules
from tools.analyst.backtest.metrics import Ranking
from tools.analyst.backtest.replay import MILLISECONDS_PER_DAY, Replay
from tools.analyst.backtest.source import Row
from tools.analyst.worlds import WORLDS, Labelled
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser

_ACCOUNTS: Final = 400
_DAYS: Final = 75
_SEED: Final = 11
FIRST_DAYS: Final = 14
"""A world is judged from this day on, when accounts have a history."""


class Judged(NamedTuple):
    """What rules are worth in a world.

    Attributes:
        average_precision: Of the ranking by score.
        area: Under its ROC curve.
        alerts: Share of the payments that are alerts.
        precision: Share of the alerts that are fraud; None without alerts.
    """

    average_precision: float
    area: float
    alerts: float
    precision: float | None


def judged(payments: Sequence[Labelled], rules: Rules) -> Judged:
    """Replay a world's payments by rules, without labels."""
    scores, labels, alerts = [], [], []
    since = payments[0].payment.timestamp + FIRST_DAYS * MILLISECONDS_PER_DAY
    for row, assessment in Replay(rules, None).assessments(rows_of(payments)):
        if row.transaction.timestamp >= since:
            scores.append(assessment.decision.score)
            labels.append(int(bool(row.is_fraud)))
            if assessment.decision.suspicious:
                alerts.append(labels[-1])
    ranking = Ranking(scores, labels)
    return Judged(
        ranking.average_precision() or 0.0,
        ranking.area() or 0.0,
        len(alerts) / len(scores),
        sum(alerts) / len(alerts) if alerts else None,
    )


def by_amount(payments: Sequence[Labelled]) -> float:
    """Return the average precision of the ranking by value alone."""
    since = payments[0].payment.timestamp + FIRST_DAYS * MILLISECONDS_PER_DAY
    later = [row for row in rows_of(payments) if row.transaction.timestamp >= since]
    ranking = Ranking([row.transaction.value for row in later], [int(bool(row.is_fraud)) for row in later])
    return ranking.average_precision() or 0.0


def rows_of(payments: Sequence[Labelled]) -> Iterator[Row]:
    """Yield payments as the replay reads them."""
    for payment, is_fraud, kind in payments:
        yield Row(Transaction(**payment._asdict()), is_fraud, kind)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    given = _parser().parse_args(arguments)
    try:
        rules = {str(path): load_rules(path) for path in filter(None, (given.rules, given.against))}
    except (OSError, RulesError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    names = [each.version for each in rules.values()]
    print(f"{'':<16}{'payments':>9}{'fraud':>8}{'amount':>8}", *(f"{name:>36}" for name in names))
    print(f"{'':<33}{'AP':>8}", *(f"{'AP':>9}{'AUC':>8}{'alerts':>9}{'precision':>10}" for _ in names))
    reached: dict[str, list[Judged]] = {name: [] for name in rules}
    for world, generate in WORLDS.items():
        payments = generate(given.seed, given.accounts, given.days)
        share = sum(each.is_fraud for each in payments) / len(payments)
        for name, each in rules.items():
            reached[name].append(judged(payments, each))
        figures = (_told(found[-1]) for found in reached.values())
        print(f"{world:<16}{len(payments):>9,}{share:>8.2%}{by_amount(payments):>8.3f}", *figures, flush=True)
    print(*_means(reached), sep="\n")
    return 0


def _told(found: Judged) -> str:
    precision = "-" if found.precision is None else f"{found.precision:.0%}"
    return f"{found.average_precision:>9.3f}{found.area:>8.3f}{found.alerts:>9.2%}{precision:>10}"


def _means(reached: Mapping[str, Sequence[Judged]]) -> Iterator[str]:
    for name, found in reached.items():
        precision = sum(each.average_precision for each in found) / len(found)
        area = sum(each.area for each in found) / len(found)
        yield f"mean of all worlds: average precision {precision:.3f}, AUC {area:.3f}: {name}"


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.worlds.judge",
        description="Show how well rules do without labels in each generated world.",
    )
    parser.add_argument(
        "--rules", type=Path, default=RULES_PATH, metavar="FILE", help="by default those shipped"
    )
    parser.add_argument("--against", type=Path, metavar="FILE", help="other rules to show beside them")
    parser.add_argument("--seed", type=int, default=_SEED, help="of the worlds (%(default)s)")
    parser.add_argument("--accounts", type=int, default=_ACCOUNTS, help="of each (%(default)s)")
    parser.add_argument("--days", type=int, default=_DAYS, help="of each (%(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(ended("worlds", main, on_interrupt=NOTHING_CHANGED))
