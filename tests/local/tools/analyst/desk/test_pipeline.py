"""The desk beside the deployed pipeline: a fraud appears, one key decides it, and the next score knows."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import Session
from playwright.sync_api import Browser, expect

from shared.runtime.dynamodb import from_item, to_item
from shared.runtime.events import alert_id_of
from stacks.compute.functions.detector.controls_table import REMEMBERED_SECONDS
from tests.local.tools.world import World, wait_until
from tests.support.browser import faults, tab
from tools.deploy.project import ROOT
from tools.deploy.signed_api import SignedApi
from tools.local.running.variables import variables

pytestmark = pytest.mark.browser
HOUR = 3_600_000
Line = dict[str, Any]


@pytest.fixture
def api(world_of_its_own: World) -> Iterator[SignedApi]:
    session, emulator = Session(), world_of_its_own.emulator
    session.set_credentials(emulator.access_key_id, emulator.secret_access_key)
    api = SignedApi(session, world_of_its_own.target.region)
    yield api
    api.close()


@pytest.fixture
def address(world_of_its_own: World) -> Iterator[str]:
    """Where the desk answers, as `make desk` starts it."""
    command = [sys.executable, "-m", "tools.analyst.desk", "local", "--by", "ana"]
    process = subprocess.Popen(
        [*command, "--outputs", str(world_of_its_own.outputs)],
        cwd=ROOT,
        env={**os.environ, **variables(world_of_its_own.emulator)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        said = [process.stdout.readline() for _ in range(3)]
        found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", "".join(said))
        assert found is not None, said
        yield found[0]
    finally:
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=60)[0]
        assert process.returncode == 0
        assert "every verdict is recorded" in rest


class Payer:
    """Payments into the pipeline, and what the detector says of them."""

    def __init__(self, world: World, api: SignedApi) -> None:
        self._world, self._api = world, api

    def pay(self, transaction_id: str, account_id: str, merchant_id: str, **fields: Any) -> int:
        body = {
            "transaction_id": transaction_id,
            "account_id": account_id,
            "merchant_id": merchant_id,
            "amount": 21.0,
            "currency": "USD",
            "timestamp": int(time.time() * 1000),
            **fields,
        }
        assert self._api.send("POST", self._world.target.transactions_url, body).accepted
        return int(body["timestamp"])

    def decided(self, transaction_id: str, account_id: str, merchant_id: str, **fields: Any) -> Line:
        """Pay, and wait for the decision as the detector's log has it."""
        self.pay(transaction_id, account_id, merchant_id, **fields)
        wait_until(lambda: self._lines(transaction_id))
        return self._lines(transaction_id)[0]

    def with_history(self, account_id: str) -> str:
        """Give an account four quiet payments."""
        now = int(time.time() * 1000)
        for number in range(4):
            at = now - (4 - number) * 10 * HOUR
            self.decided(f"{account_id}-{number}", account_id, "m-usual", timestamp=at)
        return account_id

    def _lines(self, transaction_id: str) -> list[Line]:
        path = self._world.directory / "logs" / f"{self._world.target.detector_function_name}.log"
        # The first line makes the file.
        text = path.read_text() if path.exists() else ""
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        return [line for line in lines if line.get("transaction_id") == transaction_id and "score" in line]


def test_a_fraud_appears_is_decided_by_one_key_and_the_next_score_of_its_merchant_knows(
    world_of_its_own: World, api: SignedApi, address: str, browser: Browser
) -> None:
    world, payer = world_of_its_own, Payer(world_of_its_own, api)
    dynamodb, profiles = world.emulator.client("dynamodb"), world.target.profiles_table_name
    victim, before, after = map(payer.with_history, ("desk-victim", "desk-before", "desk-after"))
    page = tab(browser)
    page.goto(address)
    expect(page.locator("body")).to_contain_text("No open alerts")

    deny = {"profile_id": "controls#merchant#m-taken", "changed": "controls", "standing": "deny"}
    dynamodb.put_item(TableName=profiles, Item=to_item({**deny, "at": time.time_ns() // 1_000_000}))
    time.sleep(REMEMBERED_SECONDS)
    at = payer.pay("desk-taken", victim, "m-taken")
    alert_id = alert_id_of("desk-taken", at)
    expect(page.locator(f"tr[data-alert='{alert_id}']")).to_contain_text(
        "account or merchant on the deny list"
    )
    lifted = {**deny, "standing": None, "at": time.time_ns() // 1_000_000}
    dynamodb.put_item(TableName=profiles, Item=to_item(lifted))
    time.sleep(REMEMBERED_SECONDS)
    score = payer.decided("desk-of-before", before, "m-taken")["score"]

    page.keyboard.press("j")
    page.keyboard.press("f")

    def status() -> str:
        key = {"alert_id": {"S": alert_id}}
        found = dynamodb.get_item(TableName=world.target.alerts_table_name, Key=key, ConsistentRead=True)
        return str(from_item(found["Item"])["status"])

    wait_until(lambda: status() == "CONFIRMED_FRAUD")
    later = payer.decided("desk-of-after", after, "m-taken")
    assert "merchant_risk" in later["reasons"]
    assert later["score"] > 10 * score
    expect(page.get_by_role("navigation", name="Status")).to_contain_text("fraud 1")
    origin = address.partition("/?")[0]
    for path in ("/rules", "/quality", "/audit", "/account?id=desk-victim", f"/alert?id={alert_id}"):
        page.goto(origin + path)
        assert "Not done" not in page.inner_text("body"), path
        assert faults(page) == []
    page.goto(f"{origin}/audit")
    assert "confirmed fraud" in page.inner_text("body")
