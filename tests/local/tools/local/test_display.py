"""What is printed: a bar where there is a terminal, plain lines where there is none, texts as they are."""

import subprocess
import sys
from io import StringIO

import pytest
from rich.console import Console

from tools.local import display as module
from tools.local.display import Display


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


@pytest.mark.parametrize("terminal", [True, False])
def test_a_framed_text_can_be_copied(*, terminal: bool) -> None:
    output = StringIO()
    display = Display(Console(file=output, force_terminal=terminal, width=80, highlight=False))
    command = "aws " + "x" * 200
    display.framed("[local] Fraud", f"WHY\n\n  {command}\n")
    first, *text, last = output.getvalue().splitlines()
    assert "[local] Fraud" in first
    assert text == ["WHY", "", f"  {command}"]
    assert "─" * 60 in last


def test_it_goes_on_in_silence_when_nobody_reads_any_more() -> None:
    story = (
        "from tools.local.display import Display\n"
        "import sys\n"
        "display = Display()\n"
        "display.line('begun')\n"
        "sys.stdin.read()\n"
        "with display.step('Deploying'), display.bar('sent', 2) as bar:\n"
        "    bar.show(1)\n"
        "display.bad('lost')\n"
        "sys.exit(7)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", story], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().strip() == b"begun"
        process.stdout.close()
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait() == 7
