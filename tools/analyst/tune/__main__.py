"""``python -m tools.analyst.tune DATA``: learn the scorecard's points from labelled history.

DATA is a file as `make backtest` takes it, with `is_fraud`. What is learnt is tried on the last quarter of
its time first; where the rules in force rank that better, no rules are written. Else OUT is a rules file to
publish: `make rules ENV=... FILE=... BY=name`.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stacks.compute.functions.detector.scoring import RULES_PATH, Rules, RulesError, load_rules, parse_rules
from tools.analyst.backtest.progress import Progress
from tools.analyst.backtest.source import Row, Source, SourceError
from tools.analyst.days import delay
from tools.analyst.tune.budget import alerts_a_day
from tools.analyst.tune.fitting import TooFewVerdictsError
from tools.analyst.tune.page import page
from tools.analyst.tune.rules_text import text_of
from tools.analyst.tune.trial import Judgement, NothingToJudgeError, Trial, tried
from tools.files.errors import OutputError
from tools.files.outputs import check_files, make_folder, write
from tools.terminal.ending import ended
from tools.terminal.parser import Parser

_JSON, _PAGE, _TRAINING = "tune.json", "tune.html", "training.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Tune; 1 where the rules in force are better, 2 where data, rules or outputs are not usable."""
    given = _parser().parse_args(arguments)
    return ended(
        "tune",
        lambda: _tune(given),
        on_interrupt="nothing has been written; the same command starts anew",
        draws=True,
    )


def _tune(given: argparse.Namespace) -> int:
    reports = [given.report / name for name in (_JSON, _PAGE, _TRAINING)]
    try:
        make_folder("REPORT", given.report)
        check_files(
            [("OUT", given.out), *(("the report", path) for path in reports)],
            [("DATA", given.data), ("RULES", given.rules)],
        )
        rules = load_rules(given.rules)
        trial = tried(lambda: _rows(given.data), rules, given.label_delay_days, given.alerts_per_day)
        write(reports[0], json.dumps(_figures(trial, rules), indent=1) + "\n")
        write(reports[1], page(given.data.name, rules, trial))
        write(reports[2], json.dumps({"quantities": trial.training}) + "\n")
        print("\n".join(_summary(trial)))
        print(f"report: {reports[1]}, {reports[0]}")
        return _written(given, trial)
    except (SourceError, OutputError, RulesError, TooFewVerdictsError, NothingToJudgeError) as error:
        print(f"tune: {error}", file=sys.stderr)
        return 2


def _written(given: argparse.Namespace, trial: Trial) -> int:
    if not trial.better:
        print(
            "tune: no rules were written: those in force rank the judged payments better",
            file=sys.stderr,
        )
        return 1
    text = text_of(trial.rules, f"tuned-{datetime.fromtimestamp(trial.ends / 1000, UTC):%Y-%m-%d}")
    version = parse_rules(text.encode()).version
    write(given.out, text)
    print(f"rules: {given.out}, version {version}")
    print(f"try them: make backtest DATA={given.data} RULES={given.out}")
    print(f"publish them: make rules ENV=dev FILE={given.out} BY=your-name")
    return 0


def _rows(path: Path) -> Iterator[Row]:
    """Read a file from its start, and show how far one is."""
    source = Source(path)
    with ExitStack() as opened:
        progress = opened.enter_context(Progress(source))
        for number, row in enumerate(source):
            yield row
            if not number & 0x3FFF:
                progress.show(number)
    if source.nothing_read:
        raise SourceError(source.nothing_read)


def _summary(trial: Trial) -> list[str]:
    begin = f"{datetime.fromtimestamp(trial.split / 1000, UTC):%Y-%m-%d}"
    return [
        f"judged from {begin} on, by verdicts known before then:",
        f"  {'':<10}{'average precision':>18}{'AUC':>8}{'alerts a day':>14}{'precision':>11}{'recall':>8}",
        _line("in force", trial.in_force),
        _line("tuned", trial.tuned),
        (
            f"  learnt from {trial.examples.fraud_count:,} frauds: points in force times "
            f"{trial.fit.scale:.2f}, {trial.fit.rounds} steps of points added, "
            f"{len(trial.rules.scorecard)} quantities"
        ),
        f"  alert threshold {trial.rules.alert_threshold:g}; other budgets (ALERTS_PER_DAY):",
        *(
            f"  {each.alerts_per_day:>6,.0f} alerts a day: threshold {each.threshold:.3g}, "
            f"precision {each.precision:.1%}, recall {each.recall:.1%}"
            for each in trial.tuned.budgets
        ),
    ]


def _line(name: str, each: Judgement) -> str:
    precision = "-" if each.precision is None else f"{each.precision:.1%}"
    return (
        f"  {name:<10}{each.average_precision:>18.3f}{each.auc:>8.3f}{each.alerts_per_day:>14.1f}"
        f"{precision:>11}{each.recall:>8.1%}"
    )


def _figures(trial: Trial, rules: Rules) -> dict[str, Any]:
    judged = {
        name: {
            **each._asdict(),
            "deciles": [decile._asdict() for decile in each.deciles],
            "budgets": [budget._asdict() for budget in each.budgets],
        }
        for name, each in (("in_force", trial.in_force), ("tuned", trial.tuned))
    }
    return {
        "rules_in_force": rules.version,
        "judged_from": trial.split,
        "judged_until": trial.ends,
        **judged,
        "better": trial.better,
        "drift": {each.quantity: each.weeks for each in trial.drifts},
        "frauds_learnt_from": trial.examples.fraud_count,
        "scale_of_points_in_force": trial.fit.scale,
        "steps_added": trial.fit.rounds,
        "alert_threshold": trial.rules.alert_threshold,
    }


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.tune",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", type=Path)
    parser.add_argument(
        "--label-delay-days",
        type=delay,
        default=7.0,
        help="labels are known so long after the payment (%(default)g)",
    )
    parser.add_argument(
        "--alerts-per-day",
        type=alerts_a_day,
        help="choose the threshold for so many; by default as many as now",
    )
    parser.add_argument(
        "--rules", type=Path, default=RULES_PATH, help="those in force, by default the shipped ones"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("build", "tune", "rules.json"), help="the rules file (%(default)s)"
    )
    parser.add_argument(
        "--report", type=Path, default=Path("build", "tune"), help="folder for the report (%(default)s)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
