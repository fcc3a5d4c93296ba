"""The two commands that people start with, as real processes: nothing is lost, and nothing stays behind."""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from emulator import address
from emulator.process import EmulatorProcess, alive, descendants
from tests.local.tools.local.report.test_report import PUBLISHED
from tools.deploy.project import ROOT
from tools.local.report.accounting import Account, Evidence
from tools.local.report.mailbox import Mailbox
from tools.local.report.observer import Observer
from tools.local.running.environment import Environment
from tools.local.traffic.client import Identity
from tools.local.traffic.generator import generate
from tools.local.traffic.replay import Replay

TRANSACTIONS = 440
"""So many hold a compromised merchant, and so a verdict."""
SECONDS_TO_WAIT = 120.0


@dataclass
class Running:
    """A command of the project, with its output as it comes."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    reader: threading.Thread = field(default_factory=threading.Thread)

    @classmethod
    def start(cls, *arguments: str) -> "Running":
        process = subprocess.Popen(
            [sys.executable, "-m", "tools.local", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running = cls(process)
        running.reader = threading.Thread(target=running._read, daemon=True)
        running.reader.start()
        return running

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                self.lines.append(line.rstrip("\n"))

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until the output shows a pattern; fails with the output when it never does."""
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while time.monotonic() < deadline:
            found = re.search(pattern, self.text)
            if found:
                return found
            assert self.process.poll() is None, f"ended without showing {pattern!r}:\n{self.text}"
            time.sleep(0.1)
        raise AssertionError(f"never showed {pattern!r}:\n{self.text}")

    def finish(self) -> int:
        """Wait for its end and its last line; return its exit code."""
        code = self.process.wait(SECONDS_TO_WAIT)
        self.reader.join(SECONDS_TO_WAIT)
        return code

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.finish()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(SECONDS_TO_WAIT)


@pytest.fixture
def started() -> Iterator[list[Running]]:
    """Commands that the test starts; those that still run when it fails are ended."""
    commands: list[Running] = []
    yield commands
    for command in commands:
        command.end()


def demo_directories() -> set[Path]:
    return set((ROOT / "build").glob("demo-*"))


def emulator_files() -> list[Path]:
    """Of this demo, and of any other that runs beside it."""
    return list((ROOT / "build").glob("demo-*/emulator.json"))


def test_a_small_demo_loses_nothing_and_finds_by_a_verdict(started: list[Running], tmp_path: Path) -> None:
    before = demo_directories()
    report = tmp_path / "demo.json"
    demo = Running.start("demo", "--limit", str(TRANSACTIONS), "--rate", "20", "--report", str(report))
    started.append(demo)
    demo.wait_for("Sending")
    family = descendants(demo.process.pid)
    assert family, "an emulator with its function workers"
    assert demo.finish() == 0, demo.text

    figures = json.loads(report.read_text())
    assert list(figures)[: len(PUBLISHED)] == PUBLISHED
    assert figures["sent"] == figures["stored"] == TRANSACTIONS
    assert figures["suspicious"] == figures["recorded"] == figures["mailed"] > 0
    assert (figures["lost"], figures["left_in_queues"], figures["rejected"]) == (0, 0, 0)
    assert figures["faults"] == []
    assert 0 < figures["recall"] <= 1
    assert sum(figures["by_reason"].values()) >= figures["suspicious"]
    for latencies in (figures["post_to_stored_ms"], figures["post_to_mail_ms"]):
        assert 0 < latencies["p50"] <= latencies["p95"] <= latencies["p99"]
    assert figures["resources"] > 60
    verdict = figures["verdict"]
    assert verdict["disputed_score"] < verdict["threshold"] <= verdict["next_score"]
    assert verdict["found"]
    assert verdict["score_without"] < verdict["threshold"], "found because of the verdict"
    assert f"{verdict['disputed_id']} is CONFIRMED_FRAUD: decided by demo analyst" in demo.text
    assert f"the next fraud of its kind there, {verdict['next_id']}" in demo.text
    assert figures["unfound"], "the payments before the verdict"
    for kind in figures["unfound"]:
        assert f"{kind['scenario']}: {kind['missed']} of {kind['of']} not found" in demo.text

    assert re.search(r"Transaction: demo-\d+-\d{6}", demo.text), "a whole mail"
    assert re.search(r"─ \S*ingest", demo.text), "a trace as a tree"
    assert "transactions sent meanwhile" in demo.text
    assert alive(family) == []
    assert demo_directories() <= before


def test_ctrl_c_in_the_middle_cleans_up(started: list[Running], tmp_path: Path) -> None:
    before = demo_directories()
    demo = Running.start("demo", "--limit", "500", "--rate", "5", "--report", str(tmp_path / "demo.json"))
    started.append(demo)
    demo.wait_for("Sending")
    family = descendants(demo.process.pid)
    assert demo.interrupt() == 130, demo.text
    assert "interrupted" in demo.text
    assert "Traceback" not in demo.text
    assert alive(family) == []
    assert demo_directories() <= before
    assert not (tmp_path / "demo.json").exists()


def test_a_demo_whose_emulator_dies_says_so_at_once(started: list[Running], tmp_path: Path) -> None:
    demo = Running.start("demo", "--limit", "500", "--rate", "5", "--report", str(tmp_path / "demo.json"))
    started.append(demo)
    demo.wait_for("Sending")
    family = descendants(demo.process.pid)
    emulators = {found.parent: json.loads(found.read_text())["pid"] for found in emulator_files()}
    ((directory, emulator),) = ((each, pid) for each, pid in emulators.items() if pid in family)
    os.kill(emulator, signal.SIGKILL)
    assert demo.finish() == 1, demo.text
    assert "killed by SIGKILL" in demo.text
    assert "Traceback" not in demo.text
    assert f"mails, logs and traces of this run: {directory}" in demo.text
    shutil.rmtree(directory)


def test_a_pipeline_that_stays_takes_the_printed_commands_until_ctrl_c(
    started: list[Running], tmp_path: Path
) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed: the printed commands cannot be run")
    up = Running.start("up", "--run-directory", str(tmp_path))
    started.append(up)
    up.wait_for("Ctrl-C stops it")
    emulator = address.read(tmp_path)
    family = descendants(up.process.pid)
    commands = [line for line in up.lines if line.startswith("curl ")]
    assert len(commands) == 2
    for command in commands:
        with_status = f"{command} --silent --show-error --write-out ' %{{http_code}}'"
        answer = subprocess.run(["sh", "-c", with_status], check=True, capture_output=True, text=True).stdout
        assert answer.endswith(" 201"), answer
    forged = commands[0].replace(emulator.secret_access_key, "forged")
    refused = subprocess.run(
        ["sh", "-c", f"{forged} --silent --output /dev/null --write-out '%{{http_code}}'"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert refused.stdout == "403"
    # Where the machine is busy, an alarm may ring at the operators' before it.
    up.wait_for("mail to fraud-team@")
    [mail] = [each for each in Mailbox(tmp_path).new_mails() if each.recipient.startswith("fraud-team@")]
    assert mail.transaction_id.startswith("suspicious-")

    second = Running.start("up", "--run-directory", str(tmp_path))
    started.append(second)
    assert second.finish() == 2
    assert f"process {emulator.pid}" in second.text

    assert up.interrupt() == 0, up.text
    assert alive(family) == []
    with pytest.raises(address.NoEmulatorError):
        address.read(tmp_path)
    assert mail.path.exists(), "mails can still be read"


def test_a_directory_in_which_another_one_is_starting_is_left_to_it(
    started: list[Running], tmp_path: Path
) -> None:
    mail = tmp_path / "mail" / "00001.eml"
    mail.parent.mkdir()
    mail.write_text("of the other one")
    other = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)
        up = Running.start("up", "--run-directory", str(tmp_path))
        started.append(up)
        assert up.finish() == 2, up.text
    finally:
        os.close(other)
    assert "already runs" in up.text
    assert mail.exists()


def test_a_transaction_that_nobody_decides_is_counted_as_lost(tmp_path: Path) -> None:
    process, environment = EmulatorProcess(tmp_path), Environment(tmp_path)
    try:
        emulator = environment.bring_up(process)
        outputs = environment.outputs()
        events: Any = emulator.client("events")
        bus, rule = outputs["bus_name"], outputs["rule_name"]
        targets = events.list_targets_by_rule(EventBusName=bus, Rule=rule)["Targets"]
        events.remove_targets(EventBusName=bus, Rule=rule, Ids=[target["Id"] for target in targets])

        identity = Identity(emulator.access_key_id, emulator.secret_access_key, emulator.region)
        transactions = generate(int(time.time() * 1000), 2)
        deliveries = Replay(outputs["transactions_url"], identity, 10, lambda _each: None).run(transactions)
        ids = frozenset(each.transaction_id for each in transactions)
        observer = Observer(emulator, tmp_path, outputs)
        assert not observer.wait_until_drained(ids, lambda _decided, _mailed: None, patience=2)
        standings = observer.standings()
        account = Account(Evidence(deliveries=deliveries, stored=observer.stored(), standings=standings))
        assert account.losses.not_decided == account.losses.not_reconciled == account.losses.ids == ids
    finally:
        assert process.stop() == []
