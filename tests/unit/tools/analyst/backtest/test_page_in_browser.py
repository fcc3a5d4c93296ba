"""The page as a person sees it, in headless Chromium: wide and narrow, light and dark, full and sparse."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from stacks.compute.functions.detector.scoring import RULES_PATH
from tests.support.browser import tab, theme
from tests.unit.tools.analyst.backtest.streams import HEADER, rows, write
from tools.analyst.backtest.__main__ import main

pytestmark = pytest.mark.browser
PHONE, DESK = 375, 1200
PLOTS = {"one": 4, "compared": 4, "unlabelled": 2, "short": 4}
LEAST = {"LEAST_TEXT": 9.5, "LEAST_CONTRAST": 4.5}
"""Pixels of a letter's height, and contrast of a text with what is under it."""
LOOK = Path(__file__).with_name("look.js").read_text("utf-8")


def looked_at(page: Page, report: Path) -> list[str]:
    """What is wrong with a page on a screen; at the end the colour of its paper, and how many plots."""
    page.goto(report.as_uri())
    faults: list[str] = page.evaluate(LOOK, LEAST)
    return faults


def report_of(directory: Path, lines: list[str], header: str = HEADER, *, against: bool = False) -> Path:
    directory.mkdir()
    data = write(directory / "d.csv", lines, header)
    options = ["--against", str(RULES_PATH)] if against else []
    assert main([str(data), "--label-delay-days", "1", "--report", str(directory), *options]) == 0
    return directory / "backtest.html"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    lines = [*rows(), "bad,row"]
    without = [line.rsplit(",", 2)[0] for line in lines[:-1]]
    return {
        "one": report_of(folder / "one", lines),
        "compared": report_of(folder / "compared", lines, against=True),
        "unlabelled": report_of(folder / "unlabelled", without, HEADER.rpartition(",is_fraud")[0]),
        "short": report_of(folder / "short", lines[-121:-1]),
    }


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("what", list(PLOTS))
def test_nothing_overlaps_is_cut_pale_or_empty(
    browser: Browser, reports: dict[str, Path], what: str, width: int, dark: bool
) -> None:
    *faults, paper, plots = looked_at(theme(tab(browser, width), dark=dark), reports[what])
    assert faults == []
    assert paper == ("paper rgb(18, 25, 30)" if dark else "paper rgb(255, 255, 255)")
    assert plots == f"plots {PLOTS[what]}"


def test_the_look_finds_what_is_wrong(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("""<!doctype html><style>body{background:#fff}</style>
<svg viewBox="0 0 500 300" aria-label="p" style="width:250px;fill:#ccc">
<text x="10" y="50">long label</text><text x="30" y="50">another</text>
<text x="480" y="90">beyond</text></svg>
<table style="border-spacing:0"><tr><td style="padding:0">one</td><td style="padding:0">two</td></tr></table>
<p style="width:3000px">wide</p>""")
    found = " ".join(looked_at(tab(browser, PHONE), page))
    for fault in (
        "over another",
        "is cut",
        "text of",
        "nothing is drawn",
        "pale text",
        "wider than the screen",
    ):
        assert fault in found
