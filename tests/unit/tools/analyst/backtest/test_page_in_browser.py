"""The page as a person sees it, in headless Chromium: wide and narrow, light and dark, full and sparse."""

import json
import re
import subprocess
from html import escape
from pathlib import Path

import pytest

from stacks.compute.functions.detector.scoring import RULES_PATH
from tests.conftest import BROWSER
from tests.unit.tools.analyst.backtest.streams import HEADER, rows, write
from tools.analyst.backtest.__main__ import main

pytestmark = pytest.mark.browser
PHONE, DESK = 375, 1200
PLOTS = {"one": 4, "compared": 4, "unlabelled": 2, "short": 4}
LEAST_TEXT_PIXELS = 9.5
LEAST_CONTRAST = 4.5
LOOK = Path(__file__).with_name("look.js").read_text("utf-8")


def looked_at(page: str, directory: Path, width: int, *, dark: bool) -> list[str]:
    """What is wrong with a page on a screen; at the end the colour of its paper, and how many plots."""
    script = LOOK.replace("LEAST_TEXT", str(LEAST_TEXT_PIXELS)).replace("LEAST_CONTRAST", str(LEAST_CONTRAST))
    frame = (
        f'<iframe id="frame" style="border:0;width:{width}px;height:4000px" srcdoc="{escape(page)}"></iframe>'
    )
    wrapper = directory / "wrapper.html"
    wrapper.write_text(
        f'<!doctype html><meta charset="utf-8">{frame}<script>onload = () => {{ {script} }}</script>',
        encoding="utf-8",
    )
    command = [
        str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        f"--blink-settings=preferredColorScheme={0 if dark else 1}",
        f"--user-data-dir={directory / 'profile'}",
        "--window-size=1300,1000", "--virtual-time-budget=5000", "--dump-dom", wrapper.as_uri(),
    ]  # fmt: skip
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
    found = re.search(r"FOUND(\[.*\])END", shown, re.DOTALL)
    assert found is not None, shown[-2000:]
    faults: list[str] = json.loads(found[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    return faults


def page_of(directory: Path, lines: list[str], header: str = HEADER, *, against: bool = False) -> str:
    data = write(directory / "d.csv", lines, header)
    options = ["--against", str(RULES_PATH)] if against else []
    assert main([str(data), "--label-delay-days", "1", "--report", str(directory), *options]) == 0
    return (directory / "backtest.html").read_text()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("what", ["one", "compared", "unlabelled", "short"])
def test_nothing_overlaps_is_cut_pale_or_empty(tmp_path: Path, what: str, width: int, dark: bool) -> None:
    lines = [*rows(), "bad,row"]
    if what == "unlabelled":
        header = HEADER.rpartition(",is_fraud")[0]
        page = page_of(tmp_path, [line.rsplit(",", 2)[0] for line in lines[:-1]], header)
    elif what == "short":
        page = page_of(tmp_path, lines[-121:-1])
    else:
        page = page_of(tmp_path, lines, against=what == "compared")
    *faults, paper, plots = looked_at(page, tmp_path, width, dark=dark)
    assert faults == []
    assert paper == ("paper rgb(18, 25, 30)" if dark else "paper rgb(255, 255, 255)")
    assert plots == f"plots {PLOTS[what]}"


def test_the_look_finds_what_is_wrong(tmp_path: Path) -> None:
    page = """<!doctype html><style>body{background:#fff}</style>
<svg viewBox="0 0 500 300" aria-label="p" style="width:250px;fill:#ccc">
<text x="10" y="50">long label</text><text x="30" y="50">another</text>
<text x="480" y="90">beyond</text></svg>
<table style="border-spacing:0"><tr><td style="padding:0">one</td><td style="padding:0">two</td></tr></table>
<p style="width:3000px">wide</p>"""
    found = " ".join(looked_at(page, tmp_path, PHONE, dark=False))
    for fault in (
        "over another",
        "is cut",
        "text of",
        "nothing is drawn",
        "pale text",
        "wider than the screen",
    ):
        assert fault in found
