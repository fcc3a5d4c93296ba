"""Ctrl-C on a command of the CLI: no next step, what stands, and how to go on."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from emulator.process import alive, descendants
from tests.support.interrupting import interrupted_at
from tools.deploy import cli_process, guard, verbs, walk
from tools.deploy.pulumi_command import Stack

SECONDS_UNTOLD = 20
UNTIL_INTERRUPTED = f"""
import signal, sys, time
signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
print("here", flush=True)
for _ in range({SECONDS_UNTOLD} * 50):
    time.sleep(0.02)  # not signal.pause(), which sleeps on where the signal came just before it
"""


def test_a_cli_that_ends_well_after_an_interrupt_was_interrupted_all_the_same() -> None:
    later = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    later.start()
    assert cli_process.run([sys.executable, "-c", UNTIL_INTERRUPTED], os.environ) == 130


@pytest.mark.parametrize(
    ("files", "step"), [((cli_process.__file__,), 1), ((cli_process.__file__, subprocess.__file__), 3)]
)
def test_an_interrupt_at_any_line_reaches_the_cli_and_is_told(files: tuple[str, ...], step: int) -> None:
    reached, earlier = 0, descendants(os.getpid())
    for line in range(1, 1000, step):
        with interrupted_at(line, *files) as was_reached:
            began = time.monotonic()
            try:
                code = cli_process.run([sys.executable, "-c", UNTIL_INTERRUPTED], os.environ)
            except KeyboardInterrupt:
                code = 130  # before there was anything to pass it on to, or after the end
            if not was_reached():
                break
            reached += 1
        assert code == 130
        assert time.monotonic() - began < SECONDS_UNTOLD, f"nobody told the CLI of line {line}"
        assert alive(descendants(os.getpid()) - earlier) == [], line
    assert reached > 20, "the lines of starting a process are more"


@pytest.mark.parametrize("verb", ["deploy", "destroy", "refresh", "drift"])
def test_an_interrupted_walk_stops_and_says_how_to_go_on(
    verb: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    acted = []

    def interrupted(stack: Stack, _settings: object) -> int:
        acted.append(stack.layer)
        return 130

    monkeypatch.setattr(walk, "VERBS", {**verbs.VERBS, verb: interrupted})
    assert walk.every(verb, "dev", ()) == 130
    said = capsys.readouterr().err
    assert len(acted) == 1
    assert f"{verb} of {acted[0]} was interrupted" in said
    assert f"Resume with: make {verb} ENV=dev" in said
    assert "force" not in said


def test_an_interrupted_destruction_does_not_go_on_to_remove_the_stack(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "downstream_empty", lambda *_: None)
    monkeypatch.setattr(verbs, "_settled", lambda _: object())
    monkeypatch.setattr(verbs, "run_when_free", lambda *_: 130)
    monkeypatch.setattr(Stack, "remove", lambda _: pytest.fail("the stack still has resources"))
    assert verbs.destroy(Stack("data", "dev")) == 130
