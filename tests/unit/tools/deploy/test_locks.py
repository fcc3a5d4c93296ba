"""A stack that another run holds: only what a dead process of this machine has left is released."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tools.deploy import locks
from tools.deploy.locks import Lock, locks_in, run_when_free
from tools.deploy.pulumi_command import Ended, Stack

STACK = Stack("data", "dev")
HERE = socket.gethostname()


def _locked_by(host: str, pid: int) -> str:
    """What the CLI says; the text is that of 3.259."""
    return (
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or "
        "delete the lock file with `pulumi cancel`.\n"
        "  file:///backend/.pulumi/locks/organization/fraud-data/dev/23e2dc7a.json?no_tmp_dir=true: "
        f"created by root@{host} (pid {pid}) at 2026-11-22T22:44:11Z\n"
    )


def _ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """A CLI that is refused with an error until `cancel`; gives the verbs that it is asked for."""

    def refusing_with(error: str) -> list[str]:
        asked: list[str] = []

        def run(words: list[str]) -> Ended:
            verb = words[words.index("-C") + 2]
            refused = verb != "cancel" and "cancel" not in asked
            asked.append(verb)
            return Ended(255, error) if refused else Ended(0, "")

        monkeypatch.setattr(locks, "run", run)
        return asked

    return refusing_with


def test_the_holder_of_a_lock_is_read_from_the_cli_s_words() -> None:
    assert locks_in(_locked_by("vm", 13643)) == [Lock("root", "vm", 13643, "2026-11-22T22:44:11Z")]
    assert locks_in("error: no stack named 'dev' found") == []


def test_a_dead_process_s_lock_is_released_and_the_call_made_again(
    cli: Callable[[str], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    pid = _ended_process()
    asked = cli(_locked_by(HERE, pid))

    assert run_when_free(STACK, "up", "--yes") == 0
    assert asked == ["up", "cancel", "up"]
    assert f"process {pid} of root@{HERE}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (_locked_by(HERE, os.getpid()), "Wait until it ends"),
        (
            _locked_by("another-host", 1),
            "If it was killed: pulumi -C stacks/data cancel --yes --stack dev",
        ),
        (_locked_by(HERE, 2**22 + 1) + _locked_by(HERE, os.getpid()), "Wait until it ends"),
        ("error: [409] Conflict: Another update is currently in progress.", "If it was killed: pulumi"),
    ],
    ids=["alive", "elsewhere", "one-of-two-alive", "pulumi-cloud"],
)
def test_any_other_lock_stays(
    cli: Callable[[str], list[str]],
    capsys: pytest.CaptureFixture[str],
    error: str,
    says: str,
) -> None:
    asked = cli(error)

    assert run_when_free(STACK, "up", "--yes") == 255
    assert asked == ["up"]
    assert says in capsys.readouterr().out


def test_another_failure_is_left_as_it_is(
    cli: Callable[[str], list[str]], capsys: pytest.CaptureFixture[Any]
) -> None:
    asked = cli("error: update failed")

    assert run_when_free(STACK, "up", "--yes") == 255
    assert asked == ["up"]
    assert capsys.readouterr().out == ""
