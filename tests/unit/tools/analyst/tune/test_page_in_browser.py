"""The tuning's page as a person sees it, in headless Chromium."""

from pathlib import Path

import pytest

from tests.unit.tools.analyst.backtest.streams import write
from tests.unit.tools.analyst.backtest.test_page_in_browser import DESK, PHONE, looked_at
from tests.unit.tools.analyst.tune.histories import HEADER, rows
from tools.analyst.tune.__main__ import main

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("tuned")
    data = write(folder / "history.csv.xz", rows(), HEADER)
    assert main([str(data), "--out", str(folder / "rules.json"), "--report", str(folder)]) == 0
    return (folder / "tune.html").read_text()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_nothing_overlaps_is_cut_pale_or_empty(page: str, tmp_path: Path, width: int, dark: bool) -> None:
    *faults, paper, plots = looked_at(page, tmp_path, width, dark=dark)
    assert faults == []
    assert paper == ("paper rgb(18, 25, 30)" if dark else "paper rgb(255, 255, 255)")
    assert int(plots.removeprefix("plots ")) > 5
