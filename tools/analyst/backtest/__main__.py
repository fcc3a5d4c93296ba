"""``python -m tools.analyst.backtest DATA``: replay labelled history through the detector's scorer, report.

DATA is a .csv, .csv.xz or .csv.gz file. Its columns are the API's fields; a missing currency is USD,
`is_fraud` and `scenario` are optional. The rows are taken in the file's order.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from stacks.compute.functions.detector.scoring import RULES_PATH, Decision, Rules, RulesError, load_rules
from tools.analyst.backtest.figures import figures_of
from tools.analyst.backtest.page import page
from tools.analyst.backtest.progress import Progress
from tools.analyst.backtest.replay import Replay
from tools.analyst.backtest.source import Source, SourceError
from tools.analyst.backtest.summary import comparison, summary
from tools.analyst.backtest.tally import Tally

SCORE_COLUMNS = ("transaction_id", "score", "decision", "reasons")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the backtest; 2 where data or rules are not usable."""
    given = _parser().parse_args(arguments)
    try:
        rules = load_rules(given.rules)
        against = load_rules(given.against) if given.against else None
        runs = [_run(given, rules, given.scores)]
        print(summary(runs[0]))
        if against is not None:
            runs.append(_run(given, against, None))
            print(summary(runs[1]))
            print(comparison(*runs))
    except (SourceError, RulesError) as error:
        print(f"backtest: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0
    given.report.mkdir(parents=True, exist_ok=True)
    document: dict[str, Any] = runs[0] if len(runs) == 1 else {**runs[0], "against": runs[1]}
    given.report.joinpath("backtest.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    given.report.joinpath("backtest.html").write_text(page(runs), encoding="utf-8")
    print(f"report: {given.report / 'backtest.html'}, {given.report / 'backtest.json'}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.analyst.backtest",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--label-delay-days", type=_days, help="labels are known so long after the payment")
    parser.add_argument("--scores", type=Path, help="where to write every score")
    parser.add_argument(
        "--rules", type=Path, default=RULES_PATH, help="rules file, by default the shipped one"
    )
    parser.add_argument("--against", type=Path, help="a second rules file to compare with")
    parser.add_argument(
        "--report", type=Path, default=Path("build", "backtest"), help="folder for the report (%(default)s)"
    )
    return parser


def _days(text: str) -> float | None:
    if text.strip().lower() in {"", "none"}:
        return None
    days = float(text)
    if not 0 <= days <= 3650:
        raise argparse.ArgumentTypeError("must be from 0 to 3650")
    return days


def _run(given: argparse.Namespace, rules: Rules, scores: Path | None) -> dict[str, Any]:
    source, tally = Source(given.data), Tally(rules.alert_threshold)
    replay = Replay(rules, given.label_delay_days)
    started = time.perf_counter()
    with ExitStack() as opened:
        progress = opened.enter_context(Progress(source))
        write = None
        if scores is not None:
            text = opened.enter_context(scores.open("w", encoding="utf-8", newline=""))
            write = text.write
            write(",".join(SCORE_COLUMNS) + "\n")
        add = tally.add
        for number, (row, decision) in enumerate(replay.decisions(source)):
            add(row, decision)
            if write is not None:
                write(f"{row[0][0]},{_told(decision)}\n")
            if not number & 0x3FFF:
                progress.show(number)
    return figures_of(source, replay, tally, time.perf_counter() - started)


def _told(decision: Decision) -> str:
    """Return score, decision and reasons as the file of scores has them; none of them needs quotes."""
    if not decision.reasons:
        return "0,pass,"
    verdict = "alert" if decision.suspicious else decision.suppressed or "pass"
    reasons = ";".join(f"{reason.code}:{reason.contribution:.6f}" for reason in decision.reasons)
    return f"{decision.score:.9f},{verdict},{reasons}"


if __name__ == "__main__":
    sys.exit(main())
