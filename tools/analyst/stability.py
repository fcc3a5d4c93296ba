"""`make stability`: whether payments still are what the points were learnt from, and scores what they claim.

`python -m tools.analyst.stability ENV --outputs FILE [--training FILE] [--publish]`. By week: the population
stability index of each quantity that the rules in force use, against the training's bins (`make tune` writes
them) or, without those, against the payments before; and the precision of alerts by score band. Exit code 0:
shown. 1: refused.
"""

import argparse
import json
import secrets
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from botocore.session import Session, get_session

from shared.runtime.counting import SHIFTED_QUANTITIES
from stacks.compute.functions.detector.scoring import Mode, Rules
from stacks.compute.functions.profiles.rules_item import RULES_KEY
from tools.analyst.backtest.replay import Replay
from tools.analyst.backtest.source import Row
from tools.analyst.publishing import in_force, parsed
from tools.analyst.records.payments import Payment, payments
from tools.analyst.records.place import Records
from tools.analyst.records.tables import Tables
from tools.analyst.tune.drift import SHIFTED, WEEK, Bins, Drift, furthest_first
from tools.analyst.tune.examples import Singles
from tools.deploy import outputs
from tools.deploy.metric_lines import DRIFT_STREAM, count
from tools.deploy.outputs import OperatorError
from tools.deploy.target import Target
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser

_MOST_WEEKS: Final = 4
_LEAST: Final = 200
"""Fewer payments on a side say nothing of ten bins."""

_BANDS: Final = (0.0, 0.3, 0.5, 0.7, 0.9, 1.0)
_VERDICT_DAYS: Final = 1.0


class Band(NamedTuple):
    """Decisions of a score band that have a verdict: what their scores claim, and what was fraud.

    Attributes:
        least: The lowest score.
        most: The score that the next band begins with.
        decided: How many have a verdict.
        claimed: Mean of their scores; None where there are none.
        actual: Share that was fraud, which is the precision of alerts of the band; None likewise.
        weeks: The same share of each week; None where nothing was decided.
    """

    least: float
    most: float
    decided: int
    claimed: float | None
    actual: float | None
    weeks: tuple[float | None, ...]


class Stability(NamedTuple):
    """How payments and scores have moved.

    Attributes:
        reference: What the weeks are compared with, in words.
        weeks: The first day of each, in epoch milliseconds, the earliest first.
        drifts: Of each quantity that the rules use, the furthest first.
        bands: Of recorded scores, from the lowest.
    """

    reference: str
    weeks: tuple[int, ...]
    drifts: list[Drift]
    bands: list[Band]


def stability(
    stored: Sequence[Payment], rules: Rules, training: Mapping[str, Bins] | None = None
) -> Stability:
    """Measure the last weeks.

    Args:
        stored: Payments, in the order in which they were received.
        rules: Those in force.
        training: How each quantity was distributed in the training; None for the payments before the weeks.

    Raises:
        OperatorError: There are too few payments.
    """
    names = [name for name, curve in rules.scorecard.items() if curve.mode is not Mode.OFF]
    times = np.array([each.transaction.timestamp for each in stored], np.int64)
    values = _measured(stored, rules, names)
    until = int(times.max()) + 1 if len(times) else 0
    count = min(_MOST_WEEKS, (until - int(times.min())) // WEEK // 2) if len(times) else 0
    begin = until - count * WEEK
    # The first week of a stream is that of accounts without a history.
    before = (times < begin) & (times >= times.min() + WEEK) if count else np.zeros(0, bool)
    weeks = [(times >= begin + week * WEEK) & (times < begin + (week + 1) * WEEK) for week in range(count)]
    if not count or (training is None and before.sum() < _LEAST) or min(map(np.sum, weeks)) < _LEAST:
        raise OperatorError(
            f"too few payments: drift is told of whole weeks of {_LEAST} payments or more, against as many "
            "before them"
        )
    found = []
    for place, name in enumerate(names):
        bins = training.get(name) if training is not None else Bins.of(values[before, place])
        if bins is not None:
            found.append(Drift(name, tuple(bins.stability_index(values[week, place]) for week in weeks)))
    return Stability(
        "the training" if training is not None else "the payments before",
        tuple(begin + week * WEEK for week in range(count)),
        furthest_first(found),
        [_band(stored, least, most, begin, count) for least, most in pairwise(_BANDS)],
    )


def _measured(stored: Sequence[Payment], rules: Rules, names: Sequence[str]) -> Singles:
    """Return each quantity of each payment, NaN where unknown; shape (payments, quantities)."""
    found = np.full((len(stored), len(names)), np.nan, np.float32)
    place = -1

    def rows() -> Iterator[Row]:
        nonlocal place
        for payment in stored:
            place += 1
            yield Row(payment.transaction, payment.is_fraud, "")

    for _, assessment in Replay(rules, _VERDICT_DAYS, names).assessments(rows()):
        known = [getattr(assessment.quantities, name) for name in names]
        found[place] = [np.nan if value is None else value for value in known]
    return found


def _band(stored: Sequence[Payment], least: float, most: float, begin: int, weeks: int) -> Band:
    decided = [
        each
        for each in stored
        if each.is_fraud is not None
        and each.score is not None
        and least <= each.score
        and (each.score < most or most == _BANDS[-1])
    ]
    by_week = [
        [each for each in decided if begin <= each.transaction.timestamp - week * WEEK < begin + WEEK]
        for week in range(weeks)
    ]
    return Band(
        least,
        most,
        len(decided),
        _mean([each.score or 0.0 for each in decided]),
        _precision(decided),
        tuple(map(_precision, by_week)),
    )


def _precision(decided: Sequence[Payment]) -> float | None:
    return _mean([float(bool(each.is_fraud)) for each in decided])


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        training = _training(options.training) if options.training else None
        exported, session = outputs.Outputs.named(options), get_session()
        tables = Tables(Records.of(exported), session)
        text, _ = in_force(tables.profile(RULES_KEY))
        found = stability(payments(tables), parsed(text), training)
        print("\n".join(_told(found)))
        if options.publish:
            _publish(Target.of(exported), session, found)
    except OperatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _training(path: Path) -> dict[str, Bins]:
    try:
        plain = json.loads(path.read_text("utf-8"))
        return {name: Bins.read(each) for name, each in plain["quantities"].items()}
    except OSError as error:
        raise OperatorError(f"{path}: {error.strerror}") from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise OperatorError(f"{path} is not the training.json that make tune writes") from None


def _publish(target: Target, session: Session, found: Stability) -> None:
    """Count what has shifted, with each figure of the last week beside it for CloudWatch Logs Insights."""
    shifted = [drift.quantity for drift in found.drifts if drift.shifted]
    count(
        *(target, session, f"{DRIFT_STREAM}{secrets.token_hex(8)}", {SHIFTED_QUANTITIES: len(shifted)}),
        job="drift-watch",
        stability_index={drift.quantity: round(drift.weeks[-1], 3) for drift in found.drifts},
        precision={f"{band.least:g}-{band.most:g}": band.weeks[-1] for band in found.bands},
    )
    print(f"{SHIFTED_QUANTITIES} of {target.environment}: {len(shifted)}")


def _told(found: Stability) -> Iterator[str]:
    days = "".join(f"{time.strftime('%m-%d', time.gmtime(week / 1000)):>8}" for week in found.weeks)
    yield f"population stability index by week, against {found.reference}; from {SHIFTED:g} on it has shifted"
    yield f"  {'week of':<24}{days}"
    for drift in found.drifts:
        mark = "  shifted" if drift.shifted else ""
        yield f"  {drift.quantity:<24}" + "".join(f"{week:>8.2f}" for week in drift.weeks) + mark
    yield "what was fraud of the decisions with a verdict, by score and week of the payment:"
    yield f"  {'score':<24}{days}{'all':>8}{'claimed':>9}{'decided':>9}"
    for band in found.bands:
        rates = "".join(f"{_share(each):>8}" for each in (*band.weeks, band.actual))
        yield f"  {f'{band.least:g} to {band.most:g}':<24}{rates}{_share(band.claimed):>9}{band.decided:>9,}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.stability",
        description="Show by week how far payments have moved from what the points were learnt from.",
        epilog="Credentials come from the environment as for the AWS CLI; `make rights` says what they need.",
    )
    outputs.add_arguments(parser)
    parser.add_argument("--training", type=Path, metavar="FILE", help="training.json, as make tune writes it")
    parser.add_argument("--publish", action="store_true", help=f"count {SHIFTED_QUANTITIES} in CloudWatch")
    return parser


if __name__ == "__main__":
    sys.exit(ended("stability", main, on_interrupt=NOTHING_CHANGED))
