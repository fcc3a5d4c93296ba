"""The command: scores, report and comparison from a file, and errors that say what to do."""

import csv
import json
import re
from pathlib import Path

import pytest

from stacks.compute.functions.detector.scoring import RULES_PATH, combine, load_rules
from tests.unit.tools.analyst.backtest.streams import rows, write
from tools.analyst.backtest.__main__ import main


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write(tmp_path / "data.csv.gz", [*rows(), "bad row"])


def test_scores_and_report(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores, report = tmp_path / "scores.csv", tmp_path / "report"
    arguments = [str(data), "--label-delay-days", "1", "--scores", str(scores), "--report", str(report)]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "480 transactions of 4 accounts, 21 frauds" in said
    assert "line 482: 1 values in 8 columns" in said
    with scores.open() as file:
        written = list(csv.DictReader(file))
    assert len(written) == 480
    assert {each["decision"] for each in written} == {"pass", "alert"}
    explained = [each for each in written if each["reasons"]]
    assert explained
    for each in explained:
        contributions = [float(reason.split(":")[1]) for reason in each["reasons"].split(";")]
        assert combine(contributions) == pytest.approx(float(each["score"]), abs=1e-8)
    figures = json.loads((report / "backtest.json").read_text())
    assert figures["data"]["bad_rows"] == 1
    assert figures["ranking"]["average_precision"] > 0.6
    assert figures["alerts"]["with_a_reason_of_value_baseline_and_threshold"] == 1.0
    assert figures["alerts"]["amounts"]["EUR"]["saved"] > 900
    assert figures["ranking"]["by_scenario"]["amount"]["recall_of_alerts"] == 1.0
    assert figures["rules"]["merchant_at_risk"]["frauds_only_with_it"] > 3
    assert sum(day["alerts"] for day in figures["days"]) == figures["alerts"]["alerts"] > 5


def test_the_page_needs_nothing_else(data: Path, tmp_path: Path) -> None:
    assert main([str(data), "--report", str(tmp_path)]) == 0
    page = (tmp_path / "backtest.html").read_text()
    assert page.count("<svg") == 4
    assert not re.search(r"(src|href)=|https?://|<script", page)
    for title in ("Precision over recall", "Alerts by day", "Kinds of fraud", "amount_deviation"):
        assert title in page


def test_two_rules_files_side_by_side(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(RULES_PATH.read_text())
    document["rules"]["merchant_at_risk"]["mode"] = "shadow"
    other = tmp_path / "other.json"
    other.write_text(json.dumps(document))
    arguments = ["--label-delay-days", "1", "--against", str(other), "--report", str(tmp_path)]
    assert main([str(data), *arguments]) == 0
    figures = json.loads((tmp_path / "backtest.json").read_text())
    without = figures["against"]
    assert figures["ranking"]["average_precision"] > without["ranking"]["average_precision"]
    assert without["rules"]["merchant_at_risk"]["mode"] == "shadow"
    assert without["rules"]["merchant_at_risk"]["alerts"] == 0
    assert load_rules(other).version in capsys.readouterr().out
    assert load_rules(other).version in (tmp_path / "backtest.html").read_text()


def test_a_stream_without_labels_has_scores_and_no_figures(tmp_path: Path) -> None:
    lines = [",".join(line.split(",")[:6]) for line in rows()]
    header = "transaction_id,timestamp,account_id,merchant_id,amount,currency"
    data = write(tmp_path / "plain.csv", lines, header)
    assert main([str(data), "--label-delay-days", "none", "--report", str(tmp_path)]) == 0
    figures = json.loads((tmp_path / "backtest.json").read_text())
    assert (figures["data"]["without_label"], figures["ranking"]["average_precision"]) == (480, None)
    assert figures["alerts"]["alerts"] > 0


@pytest.mark.parametrize("broken", ["data", "rules"])
def test_what_is_not_usable_is_said(
    data: Path, tmp_path: Path, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text(RULES_PATH.read_text().replace('"minutes": 60,', '"minutes": 0,'))
    arguments = [str(tmp_path / "none.csv")] if broken == "data" else [str(data), "--rules", str(rules)]
    assert main([*arguments, "--report", str(tmp_path)]) == 2
    assert ("cannot read" if broken == "data" else "line ") in capsys.readouterr().err
