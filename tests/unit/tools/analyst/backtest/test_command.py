"""The command: scores, report and comparison from a file, and errors that say what to do."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from stacks.compute.functions.detector.scoring import RULES_PATH, load_rules, probability_of
from tests.unit.tools.analyst.backtest.streams import DAY, rows, write
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
    assert "line 482: 1 value in 8 columns" in said
    with scores.open() as file:
        written = list(csv.DictReader(file))
    assert len(written) == 480
    assert {each["decision"] for each in written} == {"pass", "alert"}
    explained = [each for each in written if each["reasons"]]
    assert explained
    for each in explained:
        parts = [reason.split(":") for reason in each["reasons"].split(";")]
        assert parts[0][0] == "base"
        total = sum(float(points) for _, points in parts)
        assert probability_of(total) == pytest.approx(float(each["score"]), abs=1e-8)
    figures = json.loads((report / "backtest.json").read_text())
    assert (figures["data"]["lines"], figures["data"]["rows"], figures["data"]["bad_rows"]) == (481, 480, 1)
    assert "481 data lines = 480 rows read + 1 refused" in said
    assert figures["ranking"]["average_precision"] > 0.6
    assert figures["alerts"]["with_a_reason_of_value_baseline_and_threshold"] == 1.0
    assert figures["alerts"]["amounts"]["EUR"]["saved"] > 900
    assert figures["ranking"]["by_scenario"]["amount"]["recall_of_alerts"] == 1.0
    assert figures["rules"]["merchant_risk"]["frauds_only_with_it"] > 3
    assert sum(day["alerts"] for day in figures["days"]) == figures["alerts"]["alerts"] > 5


def test_the_page_needs_nothing_else(data: Path, tmp_path: Path) -> None:
    assert main([str(data), "--report", str(tmp_path)]) == 0
    page = (tmp_path / "backtest.html").read_text()
    assert page.count("<svg") == 4
    assert not re.search(r"(src|href)=|https?://|<script", page)
    for title in ("Precision over recall", "Alerts by day", "Kinds of fraud", "amount_anomaly"):
        assert title in page


def test_two_rules_files_side_by_side(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(RULES_PATH.read_text())
    document["quantities"]["merchant_risk"]["mode"] = "shadow"
    other = tmp_path / "other.json"
    other.write_text(json.dumps(document))
    arguments = ["--label-delay-days", "1", "--against", str(other), "--report", str(tmp_path)]
    assert main([str(data), *arguments]) == 0
    figures = json.loads((tmp_path / "backtest.json").read_text())
    without = figures["against"]
    assert figures["ranking"]["average_precision"] > without["ranking"]["average_precision"]
    assert without["rules"]["merchant_risk"]["mode"] == "shadow"
    assert without["rules"]["merchant_risk"]["alerts"] == 0
    said = capsys.readouterr().out
    assert load_rules(other).version in said
    assert "labels after 1 day," in said
    assert load_rules(other).version in (tmp_path / "backtest.html").read_text()


@pytest.mark.parametrize("word", ["rules", "against"])
@pytest.mark.parametrize("content", [b"{", b"\xff", b"[]"])
def test_an_unusable_rules_file_is_named(
    word: str, content: bytes, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.json"
    other.write_bytes(content)
    assert main([str(data), f"--{word}", str(other), "--report", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith(f"backtest: {word.upper()}: {other}: ")


def test_a_rules_file_that_is_not_there_is_named_once(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing.json"
    assert main([str(data), "--rules", str(missing), "--report", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"backtest: RULES: {missing}: No such file or directory\n"


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
    rules.write_text(RULES_PATH.read_text().replace('"base": ', '"base": "none", "was": '))
    arguments = [str(tmp_path / "none.csv")] if broken == "data" else [str(data), "--rules", str(rules)]
    assert main([*arguments, "--report", str(tmp_path)]) == 2
    assert ("cannot read" if broken == "data" else "line ") in capsys.readouterr().err


def test_rules_of_the_schema_before_are_refused_with_the_way_to_go_on(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text('{"schema": 2, "version": "2", "alert_threshold": 0.5}')
    assert main([str(data), "--rules", str(rules), "--report", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "line 1: schema is 2; this code reads 3. Copy stacks/compute/functions/detector/rules.json" in said
    assert 'docs/rules.md, "From schema 2"' in said


def test_nothing_judged_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scores = tmp_path / "scores.csv"
    scores.write_text("of before")
    options = ["--scores", str(scores), "--report", str(tmp_path / "report")]
    assert main([str(write(tmp_path / "empty.csv", [])), *options]) == 2
    assert "empty.csv holds no rows" in capsys.readouterr().err
    assert main([str(write(tmp_path / "bad.csv", ["x", "y"])), *options]) == 2
    assert "all of its 2 rows are refused\n  lines 2 to 3: 1 value in 8 columns" in capsys.readouterr().err
    assert scores.read_text() == "of before"
    assert list((tmp_path / "report").iterdir()) == []


@pytest.mark.parametrize("which", ["data", "rules", "folder", "missing", "report-file", "report"])
def test_outputs_are_refused_before_anything_is_written(
    data: Path, tmp_path: Path, which: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text(RULES_PATH.read_text())
    report = tmp_path / "report"
    scores = {
        "data": data,
        "rules": rules,
        "folder": tmp_path,
        "missing": tmp_path / "nowhere" / "s.csv",
        "report": report / "backtest.json",
    }.get(which, tmp_path / "scores.csv")
    options = ["--rules", str(rules), "--scores", str(scores)]
    before = {path: path.read_bytes() for path in (data, rules)}
    assert main([str(data), *options, "--report", str(rules if which == "report-file" else report)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("backtest: ")
    assert said.count("\n") == 1
    assert {path: path.read_bytes() for path in (data, rules)} == before


def test_a_row_stamped_far_ahead_changes_no_other_score(tmp_path: Path) -> None:
    lines = rows()
    later = lines[200].replace(lines[200].split(",")[1], str(int(lines[200].split(",")[1]) + 200 * DAY))
    found = []
    for name, given in (
        ("with", [*lines[:200], later, *lines[201:]]),
        ("without", lines[:200] + lines[201:]),
    ):
        scores = tmp_path / f"{name}.csv"
        arguments = [str(write(tmp_path / "d.csv", given)), "--scores", str(scores)]
        assert main([*arguments, "--label-delay-days", "1", "--report", str(tmp_path)]) == 0
        found.append(scores.read_text())
    assert found[0] == found[1]


def test_a_closed_pipe_is_one_line_and_no_success(data: Path, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "tools.analyst.backtest", str(data), "--report", str(tmp_path)]
    ended = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert ended.returncode == 1
    assert ended.stderr == "backtest: the output pipe is closed, so the output is incomplete\n"
