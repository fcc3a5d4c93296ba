"""Alerts of the deployed pipeline, listed and decided with exactly the rights that `make rights` prints."""

import json
import re
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from botocore.session import Session

from emulator.tests.roles import Role
from shared.runtime.dynamodb import to_item
from stacks.compute.functions.detector.controls_table import REMEMBERED_SECONDS
from tests.local.tools.world import World
from tools.audit.jobs import job_of
from tools.deploy.outputs import Outputs
from tools.deploy.signed_api import SignedApi
from tools.local.report.mailbox import Mailbox

Found = TypeVar("Found")


def soon(look: Callable[[], Found | None]) -> Found:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.3)
    raise AssertionError("nothing came within a minute")


@pytest.fixture
def api(world_of_its_own: World) -> Iterator[SignedApi]:
    session = Session()
    session.set_credentials(
        world_of_its_own.emulator.access_key_id, world_of_its_own.emulator.secret_access_key
    )
    api = SignedApi(session, world_of_its_own.target.region)
    yield api
    api.close()


def pay(world: World, api: SignedApi, transaction_id: str, account_id: str, amount: float) -> None:
    body = {
        "transaction_id": transaction_id,
        "account_id": account_id,
        "merchant_id": "m-1",
        "currency": "USD",
        "amount": amount,
        "timestamp": int(time.time() * 1000),
    }
    assert api.send("POST", world.target.transactions_url, body).accepted


def analyst(world: World, job: str) -> Role:
    return Role(world.emulator, *job_of(job).policy(Outputs.read("local", world.outputs))["Statement"])


def test_an_alert_is_listed_found_by_its_pseudonym_and_decided(
    world_of_its_own: World, api: SignedApi
) -> None:
    world, role = world_of_its_own, analyst(world_of_its_own, "analyst-decides")

    def run(command: str, *options: str) -> tuple[int, str, str]:
        return world.run(*options, module=f"tools.analyst.{command}", role=role)

    code, _, err = run("controls", "--merchant", "m-1", "--list", "deny", "--by", "Ana")
    assert code == 0, err
    pay(world, api, "desk-1", "desk-a", 12.0)
    listed = soon(lambda: run("alerts", "--json")[1])
    alert = json.loads(listed)
    assert (alert["transaction_id"], alert["status"]) == ("desk-1", "OPEN")
    mail = soon(
        lambda: next((m for m in Mailbox(world.directory).new_mails() if m.transaction_id == "desk-1"), None)
    )
    name = re.search(r"acct-[0-9a-f]{16}", mail.body)
    assert name is not None
    assert alert["account"] == name[0], "the record says whose pseudonym the mail has"

    assert run("account", "--account", name[0])[1].startswith(f"account desk-a of local, {name[0]} in mails")
    code, out, err = run("controls", "--account", name[0], "--list", "deny", "--by", "Ana")
    assert code == 0, err
    assert out.startswith("account desk-a of local: on the deny list")
    time.sleep(REMEMBERED_SECONDS)
    pay(world, api, "desk-2", "desk-a", 1.0)
    soon(lambda: len(run("alerts", "--json", "--account", name[0])[1].splitlines()) == 2)
    assert (
        "has 2 open alerts"
        in run("verdict", "--account", name[0], "--verdict", "confirmed_fraud", "--by", "Ana")[2]
    )
    code, out, err = run(
        "verdict", "--transaction", "desk-2", "--verdict", "confirmed_fraud", "--by", "Ana", "--note", "=2"
    )
    assert code == 0, err
    code, out, err = run("verdict", "--account", name[0], "--verdict", "legitimate", "--by", "Ana")
    assert code == 0, err
    assert out.startswith("desk-1 is LEGITIMATE")
    assert soon(lambda: run("alerts")[1]).startswith("OPEN alerts of local, the last 30d: 0")
    audited = run("audit")[1]
    for said in ("transaction desk-1", "transaction desk-2", "account desk-a", "deny list, no expiry"):
        assert said in audited
    assert run("controls")[1].startswith("on a list or snoozed in local: 2")


def test_who_only_looks_decides_nothing_and_nobody_reads_by_a_scan(world_of_its_own: World) -> None:
    world, role = world_of_its_own, analyst(world_of_its_own, "analyst-looks")
    assert world.run(module="tools.analyst.alerts", role=role)[0] == 0
    code, _, err = world.run(
        *("--account", "a-1", "--list", "allow", "--by", "Ana"), module="tools.analyst.controls", role=role
    )
    assert code == 1
    assert "403 access_denied" in err
    dynamodb = analyst(world, "analyst-decides").client("dynamodb")
    names = (world.target.alerts_table_name, world.target.profiles_table_name)
    for name in names:
        with pytest.raises(dynamodb.exceptions.ClientError, match="AccessDenied"):
            dynamodb.scan(TableName=name)
    with pytest.raises(dynamodb.exceptions.ClientError, match="AccessDenied"):
        dynamodb.put_item(TableName=names[1], Item=to_item({"profile_id": "controls#account#a-1"}))
