"""What is printed: a bar where there is a terminal, plain lines where there is none, texts as they are."""

from io import StringIO

import pytest
from rich.console import Console

from local.demo import display as module
from local.demo.display import Display


def printed(*, terminal: bool, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(module, "SECONDS_BETWEEN_PLAIN_LINES", 0.0)
    output = StringIO()
    display = Display(Console(file=output, force_terminal=terminal, width=80, highlight=False))
    with display.step("Deploying"), display.bar("sent", 40) as bar:
        bar.show(20, "3 suspicious")
        bar.show(40)
    display.bad("[red]not markup[/red] " + "x" * 200)
    return output.getvalue()


def test_without_a_terminal_there_are_plain_whole_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = printed(terminal=False, monkeypatch=monkeypatch).splitlines()
    assert lines[0] == "Deploying ..."
    assert lines[1].strip() == "sent: 20 of 40  3 suspicious"
    assert lines[-1] == "[red]not markup[/red] " + "x" * 200
    assert lines[-2].startswith("  done in ")


def test_on_a_terminal_there_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    text = printed(terminal=True, monkeypatch=monkeypatch)
    assert "\x1b[" in text
    assert "40/40" in text
