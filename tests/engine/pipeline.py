"""A transaction's way through what was deployed: posted and signed, followed to its mail."""

import json
import time
from dataclasses import dataclass
from typing import Any

from tests.engine.world import ENVIRONMENT, World
from tools.local.demo.client import Answer, Identity, SigningClient
from tools.local.demo.mailbox import Mail, Mailbox

SECONDS_FOR_A_MAIL = 60.0


@dataclass
class Sent:
    """A transaction that was posted, and what came of it."""

    body: dict[str, Any]
    answer: Answer
    mails: list[Mail]


def send_suspicious(world: World, transaction_id: str, *, environment: str = ENVIRONMENT) -> Sent:
    """POST a transaction that the rules find suspicious, and wait until its mail is there."""
    body = {
        "transaction_id": transaction_id,
        "timestamp": int(time.time() * 1000),
        "account_id": f"account-of-{transaction_id}",
        "merchant_id": "merchant-1",
        "amount": 9500.00,
        "currency": "USD",
    }
    url = world.outputs("compute", environment=environment)["transactions_url"]
    emulator = world.emulator
    client = SigningClient(url, Identity(emulator.access_key_id, emulator.secret_access_key, emulator.region))
    try:
        answer = client.deliver(json.dumps(body).encode()).answer
    finally:
        client.close()
    assert answer.status == 201, answer
    return Sent(body, answer, _mails_about(world, transaction_id))


def _mails_about(world: World, transaction_id: str) -> list[Mail]:
    mailbox, deadline = Mailbox(world.run_directory), time.monotonic() + SECONDS_FOR_A_MAIL
    while time.monotonic() < deadline:
        if found := [mail for mail in mailbox.new_mails() if mail.transaction_id == transaction_id]:
            return found
        time.sleep(0.1)
    logs = {
        path.name: path.read_text("utf-8")[-2000:] for path in (world.run_directory / "logs").rglob("*.log")
    }
    raise AssertionError(
        f"no mail about {transaction_id} within {SECONDS_FOR_A_MAIL} s; the functions say: {logs}"
    )
