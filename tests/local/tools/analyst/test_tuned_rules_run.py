"""What verdicts taught, published by two people, changes a decision, and its mail adds up the points."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stacks.compute.functions.detector.scoring import load_rules
from tests.local.tools.analyst.test_rules_run import PROMISED_SECONDS, Bank, bank, soon
from tests.local.tools.world import World
from tests.unit.tools.analyst.backtest.streams import write
from tests.unit.tools.analyst.tune.histories import HEADER, rows
from tools.analyst.tune.__main__ import main as tune
from tools.local.report.mailbox import Mailbox
from tools.local.running.environment import Environment

__all__ = ["bank"]

USUAL = (38.0, 52.0, 29.0, 44.0)
"""What an account pays in the history; only verdicts tell that 7.20 EUR are fraud."""


@pytest.fixture
def two_people(world_of_its_own: World) -> Iterator[None]:
    """The layer's setting: nobody publishes rules alone."""
    compute = Environment(world_of_its_own.directory)
    for people in ("two", "one"):
        change = compute.update("compute", [f"fraud-compute:rules_published_by={people}"], lambda _line: None)
        change.start()
        change.wait()
        if people == "two":
            yield


@pytest.mark.usefixtures("two_people")
def test_tuned_rules_published_by_two_people_change_a_decision(bank: Bank, tmp_path: Path) -> None:
    paid = _payment_of_a_known_account(bank, "tuned-a")
    assert paid["message"] == "scored"

    history, file = write(tmp_path / "history.csv.xz", rows(), HEADER), tmp_path / "tuned.json"
    budget = ["--alerts-per-day", "4"]
    assert tune([str(history), *budget, "--out", str(file), "--report", str(tmp_path)]) == 0
    version = load_rules(file).version
    role, run = bank.role("rules-publisher"), bank.world.run
    publishing = ["--file", str(file), "--by", "Ana"]
    code, out, err = run(*publishing, module="tools.analyst.rules", role=role)
    assert code == 0, out + err
    change = re.search("CHANGE=([0-9a-f]{16})", out)
    assert change, out
    assert _payment_of_a_known_account(bank, "tuned-b")["rules_version"] != version
    approving = ["--change", change[1], "--by", "Ben"]
    code, out, err = run(*approving, module="tools.analyst.approve", role=bank.role("analyst-approves"))
    assert (code, out.splitlines()[-1]) == (0, "approved by Ben, and in force"), err

    decided = soon(lambda: _by_version(bank, version), PROMISED_SECONDS)
    assert (decided["message"], decided["reasons"][0][:6]) == ("suspicious", "amount"), decided
    usual = _payment_of_a_known_account(bank, "tuned-usual", 40.0)
    assert (usual["message"], usual["rules_version"]) == ("scored", version)
    record = soon(lambda: bank.record(decided["transaction_id"]))
    mail = soon(
        lambda: next(
            (
                each
                for each in Mailbox(bank.world.directory).new_mails()
                if each.transaction_id == decided["transaction_id"]
            ),
            None,
        )
    )
    assert version in mail.body
    for reason in record["reasons"]:
        assert f"{reason['points']:+.1f}  " in mail.body, (reason, mail.body)


def _payment_of_a_known_account(bank: Bank, account: str, amount: float = 7.2) -> dict[str, Any]:
    """Pay as in the history for days, then another amount; return what the detector says of it."""
    day, now = 86_400_000, int(time.time() * 1000)
    for days, usual in enumerate(USUAL):
        at = now - (len(USUAL) - days) * day
        bank.decided(account, usual, currency="EUR", merchant_id=f"{account}-{days}", timestamp=at)
    return bank.decided(account, amount, currency="EUR", merchant_id=f"{account}-1")


def _by_version(bank: Bank, version: str) -> dict[str, Any] | None:
    decided = _payment_of_a_known_account(bank, f"tuned-{bank.paid}")
    return decided if decided["rules_version"] == version else None
