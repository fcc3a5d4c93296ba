"""`make backtest TUNE_EVERY_DAYS=`: rules learnt during the replay know only what was known then."""

from pathlib import Path

import pytest

from stacks.compute.functions.detector.scoring import NAMES, load_rules
from tests.unit.tools.analyst.backtest.streams import write
from tests.unit.tools.analyst.tune.histories import DAY, HEADER, START, rows
from tools.analyst.backtest.__main__ import main
from tools.analyst.backtest.replay import Replay
from tools.analyst.backtest.source import Source
from tools.analyst.tune.walk import Retuning


def scores(
    path: Path, lines: list[str], every: float, delay: float = 3
) -> tuple[dict[str, float], list[str]]:
    data = write(path / "history.csv", lines, HEADER)
    retuning = Retuning(Replay(load_rules(), delay, NAMES), every)
    decided = {
        row.transaction.transaction_id: assessment.decision.score
        for row, assessment in retuning.assessments(Source(data))
    }
    return decided, [outcome for _, outcome in retuning.fits]


def test_it_learns_on_the_way(tmp_path: Path) -> None:
    lines = rows()
    decided, fits = scores(tmp_path, lines, 25)
    assert len(fits) == 2
    assert "frauds known" in fits[0]
    frauds = [line.split(",")[0] for line in lines if line.endswith(",1")]
    before = [decided[each] for each in frauds if int(each[1:].split("-")[0]) < 24]
    after = [decided[each] for each in frauds if int(each[1:].split("-")[0]) > 26]
    assert sum(after) / len(after) > 10 * sum(before) / len(before)


def test_no_score_knows_a_label_that_was_given_later(tmp_path: Path) -> None:
    lines = rows()
    flipped = [
        line[:-1] + ("0" if line[-1] == "1" else "1") if int(line.split(",")[1]) >= START + 40 * DAY else line
        for line in lines
    ]
    known, _ = scores(tmp_path, lines, 10)
    unknown, _ = scores(tmp_path, flipped, 10)
    until = START + 43 * DAY
    early = [line.split(",")[0] for line in lines if int(line.split(",")[1]) < until]
    late = [line.split(",")[0] for line in lines if int(line.split(",")[1]) >= until]
    assert early
    assert [known[each] for each in early] == [unknown[each] for each in early]
    assert [known[each] for each in late] != [unknown[each] for each in late]


def test_too_few_verdicts_leave_the_rules_in_force(tmp_path: Path) -> None:
    _, fits = scores(tmp_path, rows(days=12), 5)
    assert fits
    assert all("are needed" in each for each in fits)


def test_the_command_says_when_it_tuned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write(tmp_path / "history.csv", rows(days=30), HEADER)
    with pytest.raises(SystemExit):
        main([str(data), "--tune-every-days", "0", "--report", str(tmp_path)])
    assert "TUNE_EVERY_DAYS: '0' is not a number of days greater than 0" in capsys.readouterr().err
    arguments = [str(data), "--tune-every-days", "25", "--report", str(tmp_path)]
    assert main(arguments) == 2
    assert "TUNE_EVERY_DAYS learns from labels" in capsys.readouterr().err
    assert main([*arguments, "--label-delay-days", "2"]) == 0
    assert "tuned 2023-12-10" in capsys.readouterr().out
