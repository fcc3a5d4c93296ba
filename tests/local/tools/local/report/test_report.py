"""The report: its published keys, and that the screen says the same."""

import json
from io import StringIO
from pathlib import Path

from rich.console import Console

from tests.local.tools.local.builders import decision, delivery
from tests.local.tools.local.report.test_accounting import whole
from tools.local.display import Display
from tools.local.report.accounting import Account, Evidence
from tools.local.report.report import Report, show

PUBLISHED = [
    "sent",
    "stored",
    "suspicious",
    "recorded",
    "mailed",
    "lost",
    "left_in_queues",
    "rejected",
    "precision",
    "recall",
    "post_to_stored_ms",
    "post_to_mail_ms",
    "throughput_per_s",
    "resources",
    "ready_s",
]


def report() -> Report:
    return Report(
        Account(whole()), throughput_per_s=12.34, resources=61, ready_s=9.87, unreadable_rows=["line 4: bad"]
    )


def test_the_file_has_the_published_keys_and_figures(tmp_path: Path) -> None:
    path = tmp_path / "new" / "demo.json"
    report().write(path)
    figures = json.loads(path.read_text())
    assert list(figures)[: len(PUBLISHED)] == PUBLISHED
    assert {key: figures[key] for key in PUBLISHED} == {
        "sent": 4,
        "stored": 3,
        "suspicious": 1,
        "recorded": 1,
        "mailed": 1,
        "lost": 0,
        "left_in_queues": 0,
        "rejected": 1,
        "precision": 1.0,
        "recall": 1.0,
        "post_to_stored_ms": {"p50": 20.0, "p95": 30.0, "p99": 30.0},
        "post_to_mail_ms": {"p50": 120.0, "p95": 120.0, "p99": 120.0},
        "throughput_per_s": 12.3,
        "resources": 61,
        "ready_s": 9.9,
    }
    assert figures["by_reason"] == {"velocity": 1, "amount_limit": 1}
    assert figures["by_scenario"] == {"card_testing": {"found": 1, "of": 2}}
    assert figures["unreadable_rows"] == ["line 4: bad"]
    assert figures["verdict"] is None
    assert figures["faults"] == []


def test_what_is_left_behind_is_a_fault() -> None:
    left = report()
    left.left_behind.append("queue suspicious-queue-local")
    assert left.faults == ["queue suspicious-queue-local"]


def test_the_screen_tells_the_figures_and_what_was_refused() -> None:
    output = StringIO()
    show(report(), Display(Console(file=output)))
    text = output.getvalue()
    for expected in (
        "card_testing",
        "amount_limit",
        "precision 100%",
        "card_testing: 1 of 2 not found",
        "61 resources",
        "not sent, line 4: bad",
        "400",
    ):
        assert expected in text
    assert "\x1b" not in text, "no terminal, no control characters"


def test_a_run_without_alerts_or_labels_says_so() -> None:
    output = StringIO()
    quiet = Account(
        Evidence(deliveries=[delivery("a")], stored=frozenset("a"), decisions={"a": decision("a")})
    )
    show(Report(quiet, throughput_per_s=1, resources=61, ready_s=9), Display(Console(file=output)))
    for expected in (
        "nothing was suspicious",
        "OFFSET=N",
        "no transaction is labelled as fraud",
        "recall    unknown",
    ):
        assert expected in output.getvalue()


def test_where_the_frauds_are_is_said_in_place_of_their_kinds() -> None:
    output = StringIO()
    quiet = Account(Evidence(deliveries=[delivery("a", fraud=False)], stored=frozenset("a")))
    hinted = Report(quiet, throughput_per_s=1, resources=61, ready_s=9, hint="the next one is: OFFSET=7")
    show(hinted, Display(Console(file=output)))
    assert "the next one is: OFFSET=7" in output.getvalue()
    assert "OFFSET=N" not in output.getvalue()
