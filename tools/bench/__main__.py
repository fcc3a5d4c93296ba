"""``python -m tools.bench``: measure everything, print it beside its targets, write ``build/bench.json``."""

import json
import os
import sys
from collections.abc import Sequence

from tools.bench import desk, engines, functions, pipeline, scoring
from tools.bench.report import (
    DESK_HEADER,
    ENGINE_HEADER,
    FIGURE_HEADER,
    FUNCTION_HEADER,
    Figure,
    as_json,
    as_page,
    desk_figures,
    desk_rows,
    engine_rows,
    figure_rows,
    function_rows,
    left_out,
    pipeline_figures,
)
from tools.deploy.project import ROOT
from tools.local.display import Display
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser


def main() -> int:
    """Run the benchmark; 1 when a target was missed."""
    parser = Parser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/benchmark.md as well")
    parser.add_argument("--desk", action="store_true", help="measure the pages of the desk alone")
    arguments = parser.parse_args()
    display = Display()
    if arguments.desk:
        return _told(display, desk_figures(_desk(display)))
    load, *_ = os.getloadavg()
    with display.step("Scoring"):
        microseconds = scoring.microseconds_per_transaction()
    with display.step("Functions"):
        starts = functions.measure()
    with display.step("Pipeline (some two minutes)"):
        figures = pipeline_figures(pipeline.measure(), microseconds)
    pages = _desk(display)
    with display.step("Engines"):
        compared = engines.measure()
    display.heading("Pipeline")
    display.table(FIGURE_HEADER, figure_rows(figures))
    display.heading("Functions")
    display.table(FUNCTION_HEADER, function_rows(starts))
    display.heading("Engines")
    display.table(ENGINE_HEADER, engine_rows(compared))
    for line in left_out(compared):
        display.line(line)
    path = ROOT / "build" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        json.dumps(as_json(figures, pages, starts, compared, load), indent=2) + "\n", encoding="utf-8"
    )
    if arguments.write:
        page = as_page(figures, pages, starts, compared, load)
        ROOT.joinpath("docs", "benchmark.md").write_text(page, encoding="utf-8")
    return _told(display, [*figures, *desk_figures(pages)])


def _desk(display: Display) -> list[desk.Page]:
    """Measure the pages of the desk, and print them."""
    with display.step("Desk (some minutes)"):
        pages = desk.measure()
    display.heading(f"Desk, {desk.ALERTS:,} alerts")
    display.table(DESK_HEADER, desk_rows(pages))
    return pages


def _told(display: Display, figures: Sequence[Figure]) -> int:
    """Tell which targets were missed; 1 where one was."""
    missed = [each for each in figures if each.met is False]
    for each in missed:
        display.bad(f"{each.name}: {each.shown} {each.unit}, the target is {each.target}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(ended("bench", main, on_interrupt=NOTHING_CHANGED))
