"""An interrupt and a closed pipe end a command in one line."""

import signal
import subprocess
import sys
import time

import pytest

from tests.support.harness import ROOT
from tools.terminal.ending import INTERRUPTED, ended
from tools.terminal.setup_progress import told
from tools.terminal.unknown_words import refusal


def test_an_interrupt_says_what_stands_and_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    assert ended("bench", interrupted, on_interrupt="nothing stands") == INTERRUPTED
    assert capsys.readouterr().err == "\nbench: interrupted; nothing stands\n"


@pytest.mark.parametrize("module", ["tools.audit.rights", "tools.deploy.doctor"])
def test_a_real_interrupt_leaves_no_trace_on_the_screen(module: str) -> None:
    command = [sys.executable, "-c", _HELD.format(module=module)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == INTERRUPTED
    assert "Traceback" not in err
    assert "interrupted; nothing has changed" in err


_HELD = """
import runpy, signal, sys, time
import tools.terminal.ending as ending
signal.signal(signal.SIGINT, signal.default_int_handler)
def held(command, run, *, on_interrupt, ended=ending.ended):
    def forever():
        print("here", flush=True)
        while True:
            time.sleep(1)
    return ended(command, forever, on_interrupt=on_interrupt)
ending.ended = held
sys.argv = ["x", "dev"]
runpy.run_module("{module}", run_name="__main__", alter_sys=True)
"""


def test_refused_words_come_with_the_nearest_and_all_that_are_taken() -> None:
    said = refusal({"MAKE_UNKNOWN": "UNTILL note X", "MAKE_TAKEN": "NOTE UNTIL", "MAKE_GOALS": "controls"})
    assert said.splitlines() == [
        "UNTILL is not a variable of make controls: did you mean UNTIL? it takes NOTE, UNTIL",
        "note is not a variable of make controls: did you mean NOTE? it takes NOTE, UNTIL",
        "X is not a variable of make controls: it takes NOTE, UNTIL",
    ]


def test_setting_up_tells_how_far_it_is() -> None:
    lines = ["Collecting one==1", "  Downloading", "Collecting two==2", "Installing collected packages: one"]
    assert list(told(lines, 2)) == [
        "  2 packages, verified by hash; takes minutes on a slow machine",
        "  2 packages downloaded; installing them takes about as long",
    ]
