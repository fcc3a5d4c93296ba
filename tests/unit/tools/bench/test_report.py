"""The benchmark's verdicts: a value beside its target, and nothing measured is no success."""

import pytest

from tools.bench.desk import Page
from tools.bench.engines import COMMANDS, Comparison
from tools.bench.functions import BARE, Start
from tools.bench.pipeline import Measured
from tools.bench.report import Figure, as_json, as_page, function_rows, pipeline_figures
from tools.local.report.statistics import Percentiles

MEASURED = Measured(
    ready_s=9.0,
    resources=70,
    post_to_stored=Percentiles(20.0, 40.0, 60.0),
    post_to_mail=Percentiles(80.0, 151.0, 200.0),
    mails=80,
    throughput_per_s=81.0,
    lost=1,
    emulator_mb=420.0,
    functions_mb=150.0,
    emulator_cpu_ms=12.0,
    functions_cpu_ms=9.0,
)
COMPARED = Comparison({"embedded": dict.fromkeys(COMMANDS, 2.0)}, {"pulumi": "no CLI"})
PAGES = [Page("alerts", 40.0, 60.0, 25.0), Page("audit", 90.0, 300.1, 30.0)]
STARTS = [Start(BARE, 300, 200.0, 250.0), Start("ingest", 51200, 220.0, 300.0)]


@pytest.mark.parametrize(
    ("value", "at_most", "at_least", "met"),
    [
        (5, 5, None, True),
        (5.1, 5, None, False),
        (5, None, 5, True),
        (4.9, None, 5, False),
        (1, None, None, None),
    ],
)
def test_a_figure_meets_its_target_or_not(
    value: float, at_most: float | None, at_least: float | None, met: bool | None
) -> None:
    assert Figure("figure", value, "ms", at_most, at_least).met is met


def test_missed_targets_are_told_and_the_rest_met() -> None:
    figures = pipeline_figures(MEASURED, scoring_microseconds=7.4)
    missed = [each.name for each in figures if each.met is False]
    assert missed == ["POST to mail, p95, at 10/s (80 mails)", "lost"]
    assert sum(each.met is True for each in figures) == 5
    page = as_page(figures, PAGES, STARTS, COMPARED, 0.34)
    assert "load average was 0.3 when it began" in page
    assert "6 of 9 targets met." in page
    assert "| POST to stored, p50, at 10/s | 20.0 | ms | ≤ 25 ms | met |" in page
    assert "| alerts | 40 | 60 | 25 | ≤ 300 ms | met |" in page
    assert "| audit | 90 | 300 | 30 | ≤ 300 ms | MISSED |" in page
    assert as_json(figures, PAGES, STARTS, COMPARED, 0.34)["functions"][1]["zip_bytes"] == 51200


def test_engines_stand_side_by_side_and_a_missing_one_has_its_reason() -> None:
    figures = pipeline_figures(MEASURED, scoring_microseconds=7.4)
    both = Comparison({"embedded": COMPARED.seconds["embedded"], "pulumi": dict.fromkeys(COMMANDS, 20.0)}, {})
    page = as_page(figures, PAGES, STARTS, both, 0.34)
    assert "| destroy of the four layers | 2.0 | 20.0 |" in page
    assert "is left out" not in page
    page = as_page(figures, PAGES, STARTS, COMPARED, 0.34)
    assert "| destroy of the four layers | 2.0 | left out |" in page
    assert "ENGINE=pulumi is left out: no CLI" in page


def test_nothing_measured_is_an_error() -> None:
    with pytest.raises(ValueError, match="measures nothing"):
        pipeline_figures(
            Measured(
                9.0,
                70,
                MEASURED.post_to_stored,
                Percentiles(None, None, None),
                0,
                31.0,
                0,
                1.0,
                1.0,
                12.0,
                9.0,
            ),
            7.4,
        )


def test_functions_are_compared_with_the_bare_one_of_the_same_run() -> None:
    assert function_rows(STARTS)[1] == ["ingest", "50.0", "220", "300", "1.10", "1.20"]
