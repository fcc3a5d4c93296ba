"""`make audit`: every decision once, whoever made it; a spreadsheet runs none of its cells."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.untrusted import visible
from stacks.compute.functions.detector.scoring import RULES_PATH
from tests.unit.functions.builders import NOW
from tests.unit.tools.analyst.api_in_memory import Api
from tests.unit.tools.analyst.records_in_memory import ENVIRONMENT, InMemory, records_in_memory
from tools.analyst import audit, controls, rules
from tools.analyst.csv_file import neutral, write_rows

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[InMemory]:
    monkeypatch.setattr("time.time_ns", lambda: NOW * 1_000_000)
    with records_in_memory(monkeypatch, tmp_path) as memory:
        Api.over(memory.dynamodb).serve(monkeypatch)
        yield memory


@pytest.fixture
def run(memory: InMemory, capsys: pytest.CaptureFixture[str]) -> Run:
    def running(*options: str) -> tuple[int, str, str]:
        code = audit.main([ENVIRONMENT, "--outputs", str(memory.outputs), *options])
        said = capsys.readouterr()
        return code, said.out, said.err

    return running


def decisions(memory: InMemory) -> None:
    where = [ENVIRONMENT, "--outputs", str(memory.outputs)]
    paid = memory.alert("t-1", account_id="a-1", received_at=NOW - 400 * 86_400_000)
    earlier = [{"verdict": "legitimate", "decided_by": "Bo", "decided_at": NOW - 5, "decided_as": "arn:x"}]
    memory.decide(paid, "confirmed_fraud", note="=1+1", revision=2, earlier_verdicts=earlier)
    memory.decide(memory.pay("t-2"), "confirmed_fraud", decided_by="Cy")
    assert controls.main([*where, "--account", "a-1", "--list", "deny", "--by", "Ana"]) == 0
    assert controls.main([*where, "--account", "a-1", "--list", "none", "--by", "Bo"]) == 0
    published = memory.outputs.with_name("night.json")
    published.write_text(RULES_PATH.read_text().replace('"version": "3"', '"version": "night"', 1))
    assert rules.main([*where, "--file", str(published), "--by", "Cy"]) == 0
    assert rules.main([*where, "--reset", "--by", "Cy"]) == 0


def test_every_decision_is_listed_once_with_who_and_why(run: Run, memory: InMemory) -> None:
    decisions(memory)
    run("--since", "1h")
    code, out, _ = run()
    assert code == 0
    assert out.count("transaction t-1") == 2, "the verdict and the one before it"
    assert "deny list, no expiry" in out
    assert "Bo" in out
    assert out.count("account a-1  ") == 2
    assert "transaction t-2" in out, "what nobody was alerted of counts too"
    assert out.count("published night+") == 1, "it stands in two items"
    assert "published the package's rules" in out
    assert out.startswith("decisions of dev, the last 30d: 7\n")
    assert run("--by", "Cy")[1].startswith("decisions of dev, the last 30d: 3\n")


def test_a_spreadsheet_gets_text_and_no_formula(run: Run, memory: InMemory, tmp_path: Path) -> None:
    decisions(memory)
    target = tmp_path / "audit.csv"
    assert run("--out", str(target))[0] == 0
    rows = list(csv.DictReader(io.StringIO(target.read_text())))
    assert len(rows) == 7
    assert {row["note"] for row in rows} == {"", "'=1+1"}
    assert {row["kind"] for row in rows} == {"verdict", "controls", "rules"}


@given(st.text())
def test_no_cell_begins_as_a_formula_does_and_each_reads_back(text: str) -> None:
    file = io.StringIO(newline="")
    write_rows(file, ("cell",), [(text,)])
    [_, [cell]] = list(csv.reader(io.StringIO(file.getvalue(), newline="")))
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell in {visible(text), f"'{visible(text)}"}
    assert visible(cell) == cell, "what a spreadsheet would not show is written as its number"


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "＝1"])  # noqa: RUF001
def test_what_spreadsheets_take_for_a_formula_is_neutralised(text: str) -> None:
    assert neutral(text) == f"'{text}"
    assert neutral("A=1") == "A=1"
