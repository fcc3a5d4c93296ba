"""``python -m tools.analyst.challenger DATA``: judge a labelled file by the challenger.

Prints average precision, AUC and the alerts; `--scores FILE` writes every score, `--label-delay-days N` lets
a label be known so long after its payment.
"""

import argparse
import sys
from array import array
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tools.analyst.backtest.metrics import Ranking
from tools.analyst.challenger import load_rules
from tools.analyst.challenger.history import History
from tools.analyst.challenger.replay import Replay
from tools.files.errors import SourceError
from tools.files.outputs import check_files, written


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 2 where the data are not usable."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.analyst.challenger",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--scores", type=Path)
    parser.add_argument("--label-delay-days", type=float)
    given = parser.parse_args(arguments)
    try:
        if given.scores is not None:
            check_files([("--scores", given.scores)], [("DATA", given.data)])
        return _judge(given.data, given.scores, given.label_delay_days)
    except SourceError as error:
        print(f"challenger: {error}", file=sys.stderr)
        return 2


def _judge(data: Path, scores_file: Path | None, label_delay_days: float | None) -> int:
    history, replay = History(data), Replay(load_rules(), label_delay_days)
    scores, labels, rows, alerts, frauds_found = array("d"), bytearray(), 0, 0, 0
    with ExitStack() as opened:
        write_line = opened.enter_context(written(scores_file)).write if scores_file is not None else None
        if write_line is not None:
            write_line("transaction_id,score,decision\n")
        for row, assessment in replay.assessments(history.labelled()):
            decision = assessment.decision
            rows += 1
            alerts += decision.suspicious
            if row.is_fraud is not None:
                scores.append(decision.score)
                labels.append(row.is_fraud)
                frauds_found += decision.suspicious and row.is_fraud
            if write_line is not None:
                outcome = "alert" if decision.suspicious else decision.suppressed or "pass"
                write_line(f"{row.transaction.transaction_id},{decision.score:.9f},{outcome}\n")
        if history.nothing_read:
            raise SourceError(history.nothing_read)
    ranking = Ranking(scores, labels)
    print(f"{data.name}: {rows:,} transactions, rules {replay.rules.version}")
    print(f"  average precision {ranking.average_precision()}, AUC {ranking.area()}")
    print(f"  {alerts:,} alerts, {frauds_found:,} of them frauds; {replay.duplicates:,} duplicates")
    print(f"  {replay.first_uses_written / max(rows, 1):.3f} writes of first uses a payment")
    return 0


if __name__ == "__main__":
    sys.exit(main())
