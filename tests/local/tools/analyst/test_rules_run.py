"""Rules, lists and snoozes take effect in the deployed pipeline without a deployment, by who may set them."""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from botocore.session import Session

from emulator.tests.roles import Role
from shared.runtime.dynamodb import from_item, to_item
from shared.runtime.events import alert_id_of
from stacks.compute.functions.detector.controls_table import REMEMBERED_SECONDS
from stacks.compute.functions.detector.scoring import RULES_PATH, load_rules, parse_rules
from stacks.compute.functions.profiles.items import account_key
from stacks.compute.functions.profiles.rules_item import RULES_KEY, publication
from tests.local.tools.world import TABLES, World
from tools.audit.jobs import job_of
from tools.deploy.outputs import Outputs
from tools.deploy.signed_api import SignedApi

PROMISED_SECONDS = 60.0
KEYS = ("profile_id", "alert_id", "transaction_id", "timestamp")

Found = TypeVar("Found")


def soon(look: Callable[[], Found | None], seconds: float = 30.0) -> Found:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError(f"nothing came within {seconds} s")


@dataclass
class Bank:
    """Payments into the deployed pipeline, what is decided about them, and who operates it."""

    world: World
    api: SignedApi
    paid: int = 0
    times: dict[str, int] = field(default_factory=dict)

    def pay(self, account: str, amount: float, **fields: Any) -> str:
        self.paid += 1
        name = f"{account}-{self.paid}"
        self.times[name] = fields.get("timestamp", int(time.time() * 1000))
        body = {"transaction_id": name, "account_id": account, "merchant_id": "m-rules", "currency": "USD"}
        answer = self.api.send(
            "POST",
            self.world.target.transactions_url,
            {**body, "amount": amount, "timestamp": self.times[name], **fields},
        )
        assert answer.accepted, answer.text
        return name

    def decided(self, account: str, amount: float, **fields: Any) -> dict[str, Any]:
        """Pay, and return what the detector says of it in its log."""
        name = self.pay(account, amount, **fields)
        return soon(
            lambda: next(
                (line for line in self.log() if line.get("transaction_id") == name and "score" in line), None
            )
        )

    def log(self) -> list[dict[str, Any]]:
        """The detector's lines."""
        path = self.world.directory / "logs" / f"{self.world.target.detector_function_name}.log"
        # The first line makes the file.
        text = path.read_text() if path.exists() else ""
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def record(self, transaction_id: str) -> dict[str, Any] | None:
        """The alert's record."""
        found = self.world.emulator.client("dynamodb").get_item(
            TableName=self.world.target.alerts_table_name,
            Key=to_item({"alert_id": alert_id_of(transaction_id, self.times[transaction_id])}),
        )
        return from_item(found["Item"]) if "Item" in found else None

    def put(self, item: dict[str, Any]) -> None:
        """Write an item of the profiles table by hand."""
        self.world.emulator.client("dynamodb").put_item(
            TableName=self.world.target.profiles_table_name, Item=to_item(item)
        )

    def role(self, job: str) -> Role:
        """Somebody with exactly the policy of a job."""
        outputs = Outputs.read("local", self.world.outputs)
        return Role(self.world.emulator, *job_of(job).policy(outputs)["Statement"])

    def clean(self) -> None:
        """Empty the tables; what is under way may write once more."""
        dynamodb, rounds = self.world.emulator.client("dynamodb"), 0
        while rounds < 3:
            rounds = 0 if self.world.left() else rounds + 1
            for table in (getattr(self.world.target, name) for name in TABLES):
                for item in dynamodb.scan(TableName=table)["Items"]:
                    if not item.get("profile_id", {}).get("S", "").startswith("population#"):
                        keys = [name for name in KEYS if name in item]
                        own = keys[:1] if keys[0] != "transaction_id" else keys
                        dynamodb.delete_item(TableName=table, Key={name: item[name] for name in own})
            time.sleep(0.5)


@pytest.fixture
def bank(world_of_its_own: World) -> Iterator[Bank]:
    world, session = world_of_its_own, Session()
    session.set_credentials(world.emulator.access_key_id, world.emulator.secret_access_key)
    api = SignedApi(session, world.target.region)
    bank = Bank(world, api)
    yield bank
    api.close()
    bank.clean()


def test_published_rules_change_decisions_and_bad_ones_never_do(bank: Bank, tmp_path: Path) -> None:
    role = bank.role("rules-publisher")
    before = bank.decided("rules-a", 21.0)
    assert (before["rules_version"], before["message"]) == (load_rules().version, "scored")

    document = json.loads(RULES_PATH.read_text())
    document["version"] = "strict"
    document["rules"]["amount_limit"]["limits"] = {"USD": 20}
    file = tmp_path / "strict.json"
    file.write_text(json.dumps(document))
    version = parse_rules(file.read_bytes()).version
    run = bank.world.run
    code, out, err = run("--file", str(file), "--by", "Ana", module="tools.analyst.rules", role=role)
    assert (code, err) == (0, ""), err
    assert "rules.amount_limit.limits.USD: 20 is new" in out

    def of_version(wanted: str) -> dict[str, Any] | None:
        decided = bank.decided(f"rules-a{bank.paid}", 21.0)
        time.sleep(1)
        return decided if decided["rules_version"] == wanted else None

    changed = soon(lambda: of_version(version), PROMISED_SECONDS)
    assert (before["reasons"], changed["message"]) == ([], "suspicious")
    assert "amount_limit" in changed["reasons"]
    record = soon(lambda: bank.record(changed["transaction_id"]))
    assert record["rules_version"] == version

    challenging = ["--challenger", str(RULES_PATH), "--by", "Ana"]
    assert run(*challenging, module="tools.analyst.rules", role=role)[0] == 0

    def challenged() -> str | None:
        bank.decided(f"rules-a{bank.paid}", 21.0)
        code, out, _ = run(module="tools.analyst.challenger", role=role)
        return out if code == 0 else None

    compared = soon(challenged, PROMISED_SECONDS)
    assert f"challenger {load_rules().version} beside {version}" in compared
    assert re.search(r"\n  in force +[1-9]", compared), compared

    bank.put({"profile_id": RULES_KEY, **publication('{"schema": 3}', "bad")})
    told = soon(
        lambda: (
            of_version(version)
            and next((line for line in bank.log() if line["message"] == "published rules not used"), None)
        ),
        PROMISED_SECONDS,
    )
    assert (told["level"], told["rules_version"]) == ("ERROR", version)
    assert told["reason"] == "line 1: version is missing"
    assert told["FunctionName"] == bank.world.target.detector_function_name
    assert told["PublishedRulesRefused"] == 1
    assert "REFUSED by the detector" in run(module="tools.analyst.rules", role=role)[1]


def test_a_list_makes_an_alert_and_a_snooze_suppresses_it_until_it_ends(bank: Bank) -> None:
    role, module = bank.role("lists-editor"), "tools.analyst.controls"
    ordinary = bank.decided("rules-b", 10.0)
    assert (ordinary["message"], ordinary["suppressed"]) == ("scored", None)
    assert (
        bank.world.run("--account", "rules-b", "--list", "deny", "--by", "Ana", module=module, role=role)[0]
        == 0
    )
    time.sleep(REMEMBERED_SECONDS)
    denied = bank.decided("rules-b", 10.0)
    assert (denied["message"], denied["reasons"][0]) == ("suspicious", "denied")
    assert soon(lambda: bank.record(denied["transaction_id"]))["status"] == "OPEN"

    snooze = ["--account", "rules-c", "--snooze", "1m", "--by", "Ana", "--note", "on a journey"]
    code, out, _ = bank.world.run(*snooze, module=module, role=role)
    assert code == 0
    assert "snoozed up to 1000 USD until" in out
    time.sleep(REMEMBERED_SECONDS)
    for _ in range(3):
        assert bank.decided("rules-c", 10.0)["message"] == "scored"
    dear = bank.decided("rules-c", 90_000.0)
    assert (dear["message"], dear["suppressed"]) == ("suspicious", None), "more than one person may silence"

    out = bank.world.run(*snooze, "--amount", "any", module=module, role=role)[1]
    change = re.search("CHANGE=([0-9a-f]{16})", out)
    assert change is not None, out
    approving = ["--change", change[1], "--by", "Ben"]
    approve = "tools.analyst.approve"
    code, out, err = bank.world.run(*approving, module=approve, role=bank.role("analyst-approves"))
    assert (code, out.splitlines()[-1]) == (0, "approved by Ben, and in force"), err
    time.sleep(REMEMBERED_SECONDS)
    snoozed = bank.decided("rules-c", 90_000.0)
    assert (snoozed["message"], snoozed["suppressed"]) == ("scored", "snooze")
    assert snoozed["score"] >= load_rules().alert_threshold
    over = bank.decided("rules-c", 90_000.0, timestamp=int(time.time() * 1000) + 120_000)
    assert (over["message"], over["suppressed"]) == ("suspicious", None)
    assert soon(lambda: bank.record(over["transaction_id"]))
    assert bank.record(snoozed["transaction_id"]) is None


def test_who_may_publish_rules_may_not_edit_lists_and_the_other_way_round(bank: Bank) -> None:
    edit = ["--account", "rules-d", "--list", "allow", "--by", "Ana"]
    code, _, err = bank.world.run(*edit, module="tools.analyst.controls", role=bank.role("rules-publisher"))
    assert code == 1
    assert "403 access_denied" in err
    editor = bank.role("lists-editor")
    assert "dynamodb:GetItem" in bank.world.run(module="tools.analyst.rules", role=editor)[2]
    profiles = editor.client("dynamodb")
    with pytest.raises(profiles.exceptions.ClientError, match="AccessDenied"):
        profiles.get_item(
            TableName=bank.world.target.profiles_table_name,
            Key=to_item({"profile_id": account_key("rules-d")}),
        )
