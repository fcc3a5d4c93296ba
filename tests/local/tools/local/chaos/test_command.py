"""A small run with faults, whole: what `make chaos` does, on an emulator of its own."""

import json
import subprocess
import sys
from pathlib import Path

from tools.deploy.project import ROOT
from tools.local.chaos.plan import RATES

TRANSACTIONS = 300
MOST_SPARED = 4
"""Kinds of fault that need not strike in so small a run."""
BALANCE = {"sent", "stored", "decided", "suspicious", "recorded", "told"}
FAULTS = {"lost", "told_twice", "decisions_changed", "left_in_queues", "faults"}
SECONDS = 900


def test_a_small_run_loses_nothing_tells_nothing_twice_and_decides_nothing_anew(tmp_path: Path) -> None:
    report = tmp_path / "chaos.json"
    arguments = ["--n", str(TRANSACTIONS), "--seed", "3", "--rate", "60", "--report", str(report)]
    ended = subprocess.run(
        [sys.executable, "-m", "tools.local", "chaos", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    figures = json.loads(report.read_text())
    assert figures.keys() >= BALANCE | FAULTS
    assert figures["sent"] == figures["stored"] == figures["decided"] == TRANSACTIONS
    assert figures["suspicious"] == figures["recorded"] == figures["told"] > 0
    nothing = ("lost", "told_twice", "decisions_changed", "left_in_queues")
    assert {name: figures[name] for name in nothing} == dict.fromkeys(nothing, 0)
    assert figures["poison"] == figures["poison_kept"] == figures["faults"]["poison"] == 2
    assert len(RATES.keys() - figures["faults"].keys()) <= MOST_SPARED, "faults did strike"
    assert figures["wrong"] == []
