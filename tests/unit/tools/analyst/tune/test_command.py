"""`make tune`: what verdicts teach is found, tried out of time, written as a rules file, or refused."""

import csv
import json
from pathlib import Path

import pytest

from stacks.compute.functions.detector.scoring import RULES_PATH, load_rules
from tests.unit.tools.analyst.backtest.streams import write
from tests.unit.tools.analyst.tune.histories import HEADER, rows
from tools.analyst.backtest.__main__ import main as backtest
from tools.analyst.tune.__main__ import main


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a history, the rules that were tuned on it, and the report."""
    folder = tmp_path_factory.mktemp("tuned")
    data = write(folder / "history.csv.xz", rows(), HEADER)
    assert main([str(data), "--out", str(folder / "rules.json"), "--report", str(folder)]) == 0
    return folder


def test_what_only_verdicts_tell_is_learnt(tuned: Path) -> None:
    figures = json.loads((tuned / "tune.json").read_text())
    assert figures["better"] is True
    assert figures["in_force"]["average_precision"] < 0.2
    assert figures["tuned"]["average_precision"] > 0.6
    deciles = figures["tuned"]["deciles"]
    assert len(deciles) == 10
    assert max(abs(each["claimed"] - each["actual"]) for each in deciles) < 0.05


def test_the_rules_file_can_be_published_and_decides_alike(tuned: Path) -> None:
    rules = load_rules(tuned / "rules.json")
    shipped = load_rules(RULES_PATH)
    assert rules.rules == shipped.rules
    assert rules.version.startswith("tuned-2024-01-1")
    assert {"amount", "amount_multiple"} & rules.scorecard.keys()
    scores = tuned / "scores.csv"
    data = tuned / "history.csv.xz"
    options = ["--rules", str(tuned / "rules.json"), "--report", str(tuned), "--scores", str(scores)]
    assert backtest([str(data), *options]) == 0
    with scores.open() as file:
        by_id = {each["transaction_id"]: float(each["score"]) for each in csv.DictReader(file)}
    frauds = {line.split(",")[0] for line in rows() if line.endswith(",1")}
    assert frauds
    assert min(by_id[each] for each in frauds) > 0
    mean_of_frauds = sum(by_id[each] for each in frauds) / len(frauds)
    mean_of_others = sum(score for key, score in by_id.items() if key not in frauds) / (
        len(by_id) - len(frauds)
    )
    assert mean_of_frauds > 20 * mean_of_others


def test_the_same_history_gives_the_same_rules(tuned: Path, tmp_path: Path) -> None:
    again = tmp_path / "rules.json"
    assert main([str(tuned / "history.csv.xz"), "--out", str(again), "--report", str(tmp_path)]) == 0
    assert again.read_text() == (tuned / "rules.json").read_text()


def test_what_is_worse_out_of_time_is_not_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write(tmp_path / "turned.csv", rows(reversed_from=45), HEADER)
    out = tmp_path / "rules.json"
    assert main([str(data), "--out", str(out), "--report", str(tmp_path)]) == 1
    assert not out.exists()
    assert "no rules were written: those in force rank the judged payments better" in capsys.readouterr().err
    assert "no rules file was written" in (tmp_path / "tune.html").read_text()


def test_a_budget_is_kept_on_the_days_after(tmp_path: Path) -> None:
    data = write(tmp_path / "history.csv", rows(), HEADER)
    arguments = ["--alerts-per-day", "2", "--out", str(tmp_path / "r.json"), "--report", str(tmp_path)]
    assert main([str(data), *arguments]) == 0
    assert 1.2 < json.loads((tmp_path / "tune.json").read_text())["tuned"]["alerts_per_day"] < 3


@pytest.mark.parametrize(
    ("lines", "options", "said"),
    [
        (rows(share=0.005), [], "are needed"),
        ([line[:-1] for line in rows(days=20)], [], "no row has a label"),
        (rows(days=20), ["--label-delay-days", "none"], "LABEL_DELAY_DAYS: 'none' is not a number of days"),
        (rows(days=20), ["--alerts-per-day", "many"], "ALERTS_PER_DAY: 'many' is not a number of alerts"),
    ],
    ids=["few-frauds", "no-labels", "delay", "budget"],
)
def test_what_is_not_usable_is_said(
    tmp_path: Path, lines: list[str], options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write(tmp_path / "history.csv", lines, HEADER)
    arguments = [str(data), "--out", str(tmp_path / "r.json"), "--report", str(tmp_path), *options]
    try:
        code = main(arguments)
    except SystemExit as ended:
        code = int(ended.code or 0)
    assert code == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "r.json").exists()
