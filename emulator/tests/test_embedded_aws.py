"""The emulator as a process: its address, its neighbours, and its end."""

import contextlib
import os
import signal
import socket
import stat
from pathlib import Path

import pytest

from emulator.address import FILE_NAME, NoEmulatorError, read
from emulator.process import alive, descendants
from emulator.tests.process import running_emulator
from emulator.tests.resources import Deployer, eventually


def _listens(url: str) -> bool:
    host, _, port = url.removeprefix("http://").partition(":")
    with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_stays_behind(tmp_path: Path, number: signal.Signals) -> None:
    with running_emulator(tmp_path) as (emulator, process):
        deployer = Deployer(emulator, tmp_path)
        deployer.function(
            "busy", "import time\ndef handle(event, context):\n    time.sleep(60)\n", Timeout=60
        )
        deployer.client("lambda").invoke(FunctionName="busy", InvocationType="Event")
        workers = eventually(lambda: descendants(process.pid))
        assert alive(workers) == sorted(workers)
        os.kill(process.pid, number)
        process.wait(10)

        eventually(lambda: not alive(workers))
        assert not _listens(emulator.endpoint)
        assert not _listens(emulator.gateway)
        if number is not signal.SIGKILL:
            assert process.returncode == 0, "not cut short"
            assert not (tmp_path / FILE_NAME).exists()
            assert "Traceback" not in (tmp_path / "emulator.log").read_text()


def test_two_emulators_do_not_meet(tmp_path: Path) -> None:
    with running_emulator(tmp_path / "a") as (first, _), running_emulator(tmp_path / "b") as (second, _):
        Deployer(first, tmp_path / "a").queue("only-here")
        assert len({first.endpoint, first.gateway, second.endpoint, second.gateway}) == 4
        assert first.instance_id != second.instance_id
        assert first.secret_access_key != second.secret_access_key
        assert "QueueUrls" not in second.client("sqs").list_queues()
        mode = (tmp_path / "a" / FILE_NAME).stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no embedded AWS runs in"),
        ("{}", "is not an emulator's address"),
        ("no json", "is not an emulator's address"),
    ],
)
def test_a_missing_address_is_told_from_a_broken_one(tmp_path: Path, content: str | None, words: str) -> None:
    if content is not None:
        (tmp_path / FILE_NAME).write_text(content)
    with pytest.raises(NoEmulatorError, match=words):
        read(tmp_path)


def test_the_address_of_an_ended_emulator_is_not_one(tmp_path: Path) -> None:
    with running_emulator(tmp_path) as (_, process):
        text = (tmp_path / FILE_NAME).read_text()
        process.kill()
        process.wait(10)
        (tmp_path / FILE_NAME).write_text(text)
        with pytest.raises(NoEmulatorError, match="has ended"):
            read(tmp_path)
