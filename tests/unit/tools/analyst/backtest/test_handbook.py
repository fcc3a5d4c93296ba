"""The Handbook's protocol: four test weeks, without the cards that are known by then."""

import json
from pathlib import Path

import pytest

from tests.unit.tools.analyst.backtest.streams import DAY, START, write
from tools.analyst.backtest.handbook import FIRST_TRAINING_DAYS, figures, main

HEADER = "transaction_id,timestamp,account_id,merchant_id,amount,is_fraud,scenario"


def line(identity: str, day: int, account: str, *, fraud: int = 0, scenario: int = 0) -> str:
    return f"{identity},{START + day * DAY},{account},m,10,{fraud},{scenario}"


def stream() -> dict[str, tuple[str, float]]:
    """Lines and scores: each test day has two kinds of fraud, the second scored below a genuine payment."""
    made = {"first": (line("first", 0, "z"), 0.0)}
    for first in FIRST_TRAINING_DAYS:
        # The later training weeks are test weeks themselves.
        known = [f"known{first}"] if first < FIRST_TRAINING_DAYS[0] + 14 else []
        for card in known:
            made[card] = (line(card, first + 1, card, fraud=1, scenario=1), 1.0)
        for day in range(first + 14, first + 21):
            made[f"a{day}"] = (line(f"a{day}", day, f"a{day}", fraud=1, scenario=1), 0.9)
            made[f"b{day}"] = (line(f"b{day}", day, f"b{day}", fraud=1, scenario=2), 0.3)
            made[f"c{day}"] = (line(f"c{day}", day, "c"), 0.5)
            for card in known:
                # What happens on a known card counts for nothing.
                made[f"k{day}"] = (line(f"k{day}", day, card), 1.0)
    return made


def written(tmp_path: Path, made: dict[str, tuple[str, float]]) -> tuple[Path, Path]:
    data = write(tmp_path / "data.csv", [each for each, _ in made.values()], HEADER)
    scores = tmp_path / "scores.csv"
    rows = [f"{identity},{score}" for identity, (_, score) in made.items()]
    scores.write_text("\n".join(["transaction_id,score", *rows]) + "\n")
    return data, scores


def test_the_figures_of_a_stream_that_is_easily_counted(tmp_path: Path) -> None:
    found = figures(*written(tmp_path, stream()))
    # Seven frauds first, then seven genuine payments, then the other seven frauds.
    assert found["auc"] == pytest.approx(0.5)
    assert found["average_precision"] == pytest.approx((1 + 14 / 21) / 2, abs=1e-4)
    assert found["average_precision_without_scenario_2"] == 1.0
    assert found["card_precision_100"] == pytest.approx(0.02)


def test_the_command_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, scores = written(tmp_path, stream())
    assert main([str(data), str(scores)]) == 0
    assert json.loads(capsys.readouterr().out)["auc"] == 0.5
    scores.write_text("transaction_id,score\nfirst,0\n")
    assert main([str(data), str(scores)]) == 2
    assert "transaction known115 has no score" in capsys.readouterr().err
    assert main([str(tmp_path / "none.csv"), str(scores)]) == 2
