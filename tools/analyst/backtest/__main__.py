"""``python -m tools.analyst.backtest DATA``: replay labelled history through the detector's scorer, report.

DATA is a .csv, .csv.xz or .csv.gz file. Its columns are the API's fields; a missing currency is USD,
`is_fraud` and `scenario` are optional. The rows are taken in the file's order; one that is stamped more than
a day ahead of those around it is refused, because it would release the labels of others.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stacks.compute.functions.detector.scoring import (
    NAMES,
    RULES_PATH,
    Decision,
    Rules,
    RulesError,
    load_rules,
)
from tools.analyst.backtest.figures import figures_of
from tools.analyst.backtest.page import page
from tools.analyst.backtest.progress import Progress
from tools.analyst.backtest.replay import Replay
from tools.analyst.backtest.source import Source, SourceError
from tools.analyst.backtest.summary import comparison, summary
from tools.analyst.backtest.tally import Tally
from tools.analyst.days import delay_or_none, period
from tools.analyst.times import told
from tools.files.errors import OutputError
from tools.files.outputs import check_files, make_folder, write, written
from tools.terminal.ending import ended
from tools.terminal.parser import Parser

if TYPE_CHECKING:
    from tools.analyst.tune.walk import Retuning

_JSON, _PAGE = "backtest.json", "backtest.html"
SCORE_COLUMNS = ("transaction_id", "score", "decision", "reasons")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the backtest; 2 where data, rules or outputs are not usable, or nothing could be judged."""
    given = _parser().parse_args(arguments)
    return ended(
        "backtest",
        lambda: _backtest(given),
        on_interrupt="nothing has been written; the same command starts anew",
        draws=True,
    )


def _backtest(given: argparse.Namespace) -> int:
    reports = [given.report / name for name in (_JSON, _PAGE)]
    try:
        _check_outputs(given, reports)
        rules = _rules("RULES", given.rules)
        against = _rules("AGAINST", given.against) if given.against else None
        runs = [_run(given, rules, given.scores)]
        print(summary(runs[0]))
        if against is not None:
            runs.append(_run(given, against, None))
            print(summary(runs[1]))
            print(comparison(*runs))
        document: dict[str, Any] = runs[0] if len(runs) == 1 else {**runs[0], "against": runs[1]}
        write(reports[0], json.dumps(document, indent=1) + "\n")
        write(reports[1], page(runs))
    except (SourceError, OutputError, RulesError) as error:
        print(f"backtest: {error}", file=sys.stderr)
        return 2
    print(f"report: {reports[1]}, {reports[0]}")
    return 0


def _rules(name: str, path: Path) -> Rules:
    try:
        return load_rules(path)
    except RulesError as error:
        # A file that cannot be opened is named by its error already.
        of_file = f"{name}: " if str(error).startswith(f"{path}: ") else f"{name}: {path}: "
        raise RulesError(f"{of_file}{error}") from None


def _check_outputs(given: argparse.Namespace, reports: Sequence[Path]) -> None:
    make_folder("REPORT", given.report)
    outputs = [("the report", path) for path in reports]
    if given.scores is not None:
        outputs.append(("SCORES", given.scores))
    inputs = [("DATA", given.data), ("RULES", given.rules)]
    if given.against is not None:
        inputs.append(("AGAINST", given.against))
    check_files(outputs, inputs)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.backtest",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", type=Path)
    parser.add_argument(
        "--label-delay-days", type=delay_or_none, help="labels are known so long after the payment"
    )
    parser.add_argument(
        "--tune-every-days",
        type=period,
        help="learn the scorecard anew so often, from the labels known by then",
    )
    parser.add_argument("--scores", type=Path, help="where to write every score")
    parser.add_argument(
        "--rules", type=Path, default=RULES_PATH, help="rules file, by default the shipped one"
    )
    parser.add_argument("--against", type=Path, help="a second rules file to compare with")
    parser.add_argument(
        "--report", type=Path, default=Path("build", "backtest"), help="folder for the report (%(default)s)"
    )
    return parser


def _run(given: argparse.Namespace, rules: Rules, scores: Path | None) -> dict[str, Any]:
    source, tally = Source(given.data), Tally(rules.alert_threshold)
    replay = Replay(rules, given.label_delay_days, NAMES if given.tune_every_days else ())
    retuning = _retuning(given, replay)
    decided = (retuning or replay).assessments(source)
    started = time.perf_counter()
    with ExitStack() as opened:
        progress = opened.enter_context(Progress(source))
        write_line = None
        if scores is not None:
            write_line = opened.enter_context(written(scores)).write
            write_line(",".join(SCORE_COLUMNS) + "\n")
        add = tally.add
        for number, (row, assessment) in enumerate(decided):
            decision = assessment.decision
            add(row, decision)
            if write_line is not None:
                write_line(f"{row[0][0]},{_told(decision)}\n")
            if not number & 0x3FFF:
                progress.show(number)
        if source.nothing_read:
            raise SourceError(source.nothing_read)
    figures = figures_of(source, replay, tally, time.perf_counter() - started)
    if retuning is not None:
        figures["run"]["rules_version"] = rules.version
        figures["run"]["tuned"] = [{"at": told(at), "outcome": outcome} for at, outcome in retuning.fits]
    return figures


def _retuning(given: argparse.Namespace, replay: Replay) -> "Retuning | None":
    if not given.tune_every_days:
        return None
    if given.label_delay_days is None:
        raise SourceError("TUNE_EVERY_DAYS learns from labels: say when one is known, LABEL_DELAY_DAYS=7")
    # NumPy and LightGBM take a second to import, which the other backtests do not need.
    from tools.analyst.tune.walk import Retuning  # noqa: PLC0415

    return Retuning(replay, given.tune_every_days)


def _told(decision: Decision) -> str:
    """Return score, decision and reasons as the file of scores has them; none of them needs quotes.

    The reasons begin with the base: the points after the colons sum to the score's log-odds.
    """
    verdict = "alert" if decision.suspicious else decision.suppressed or "pass"
    reasons = ""
    if decision.reasons:
        told = (f"{reason.code}:{reason.points:.4f}" for reason in decision.reasons)
        reasons = ";".join((f"base:{decision.base:.4f}", *told))
    return f"{decision.score:.9f},{verdict},{reasons}"


if __name__ == "__main__":
    sys.exit(main())
