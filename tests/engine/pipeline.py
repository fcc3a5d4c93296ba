"""A transaction's way through what was deployed: posted and signed, followed to its mail."""

import json
import time
from dataclasses import dataclass
from typing import Any

from stacks.compute.functions.profiles.items import account_key
from tests.engine.world import ENVIRONMENT, World
from tools.local.report.mailbox import Mail, Mailbox
from tools.local.traffic.client import Answer, Identity, SigningClient

SECONDS_FOR_A_MAIL = 60.0


@dataclass
class Sent:
    """A transaction that was posted, and what came of it."""

    body: dict[str, Any]
    answer: Answer
    mails: list[Mail]


def send_suspicious(world: World, transaction_id: str, *, environment: str = ENVIRONMENT) -> Sent:
    """POST a transaction that the rules find suspicious, and wait until its mail is there.

    An ordinary one comes first: only to an account with a history is an amount far too large.
    """
    compute = world.outputs("compute", environment=environment)
    body: dict[str, Any] = {
        "transaction_id": transaction_id,
        "timestamp": int(time.time() * 1000),
        "account_id": f"account-of-{transaction_id}",
        "merchant_id": "merchant-1",
        "amount": 9500.00,
        "currency": "USD",
    }
    ordinary = {
        **body, "transaction_id": f"{transaction_id}-ordinary", "timestamp": body["timestamp"] - 1000,
        "amount": 12.50,
    }  # fmt: skip
    emulator = world.emulator
    identity = Identity(emulator.access_key_id, emulator.secret_access_key, emulator.region)
    client = SigningClient(compute["transactions_url"], identity)
    try:
        assert client.deliver(json.dumps(ordinary).encode()).answer.status == 201
        table = world.outputs("data", environment=environment)["profiles_table_name"]
        _wait_for_profile(world, table, body["account_id"])
        answer = client.deliver(json.dumps(body).encode()).answer
    finally:
        client.close()
    assert answer.status == 201, answer
    return Sent(body, answer, _mails_about(world, transaction_id))


def _wait_for_profile(world: World, table: str, account_id: str) -> None:
    key = {"profile_id": {"S": account_key(account_id)}}
    deadline = time.monotonic() + SECONDS_FOR_A_MAIL
    while "Item" not in world.emulator.client("dynamodb").get_item(TableName=table, Key=key):
        assert time.monotonic() < deadline, f"the account was not learnt within {SECONDS_FOR_A_MAIL} s"
        time.sleep(0.1)


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
