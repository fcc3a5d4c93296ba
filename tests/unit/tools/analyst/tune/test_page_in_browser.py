"""The tuning's page as a person sees it, in headless Chromium."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.browser import tab, theme
from tests.unit.tools.analyst.backtest.streams import write
from tests.unit.tools.analyst.backtest.test_page_in_browser import DESK, PHONE, looked_at
from tests.unit.tools.analyst.tune.histories import HEADER, rows
from tools.analyst.tune.__main__ import main

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tuned")
    data = write(folder / "history.csv.xz", rows(), HEADER)
    assert main([str(data), "--out", str(folder / "rules.json"), "--report", str(folder)]) == 0
    return folder / "tune.html"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_nothing_overlaps_is_cut_pale_or_empty(
    browser: Browser, report: Path, width: int, dark: bool
) -> None:
    *faults, paper, plots = looked_at(theme(tab(browser, width), dark=dark), report)
    assert faults == []
    assert paper == ("paper rgb(18, 25, 30)" if dark else "paper rgb(255, 255, 255)")
    assert int(plots.removeprefix("plots ")) > 5
