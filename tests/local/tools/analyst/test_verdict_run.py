"""Verdicts through the deployed pipeline: recorded under the function's own rights, by who may give them."""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

from emulator.address import Emulator
from emulator.process import EmulatorProcess
from emulator.tests.roles import REGION, Role, arn, statement
from shared.runtime.dynamodb import from_item, to_item
from shared.runtime.events import alert_id_of
from stacks.compute.functions.detector.controls_table import REMEMBERED_SECONDS
from tools.analyst.backtest.source import Source
from tools.analyst.history import main as history
from tools.deploy.project import ROOT
from tools.local.report.mailbox import Mailbox
from tools.local.running.environment import Environment
from tools.local.running.variables import variables

SECONDS_TO_WAIT = 30.0

Found = TypeVar("Found")


def eventually(look: Callable[[], Found | None]) -> Found:
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing came within {SECONDS_TO_WAIT} s")


@dataclass(frozen=True)
class Pipeline:
    """A deployed pipeline, what a payment service and an analyst do with it, and where to look."""

    directory: Path
    emulator: Emulator
    outputs: Mapping[str, Any]

    def send(
        self, method: str, url: str, content: Mapping[str, Any], credentials: Credentials | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Send a signed request; the operator's keys sign it where no others are given."""
        data = json.dumps(content).encode()
        request = AWSRequest(method, url, data=data, headers={"Content-Type": "application/json"})
        operator = Credentials(self.emulator.access_key_id, self.emulator.secret_access_key)
        SigV4Auth(credentials or operator, "execute-api", REGION).add_auth(request)
        http = URLLib3Session()
        response = http.send(request.prepare())
        http.close()
        return response.status_code, json.loads(response.text)

    def pay(self, transaction_id: str, **fields: Any) -> dict[str, Any]:
        """Post a transaction and return it as it was sent."""
        content = {
            "transaction_id": transaction_id,
            "timestamp": int(time.time() * 1000),
            "currency": "USD",
            **fields,
        }
        status, answer = self.send("POST", self.outputs["transactions_url"], content)
        assert status == 201, answer
        return content

    def give(
        self, transaction_id: str, verdict: str, credentials: Credentials | None = None, **fields: Any
    ) -> tuple[int, dict[str, Any]]:
        url = self.outputs["verdicts_url"].replace("{transaction_id}", transaction_id)
        return self.send("PUT", url, {"verdict": verdict, "decided_by": "Ana", **fields}, credentials)

    def decision(self, transaction_id: str) -> dict[str, Any]:
        """What the detector decided, as its log says."""

        def look() -> dict[str, Any] | None:
            of_it = (
                each for each in self.lines_of("detector") if each.get("transaction_id") == transaction_id
            )
            return next((line for line in of_it if "score" in line), None)

        return eventually(look)

    def record(self, payment: Mapping[str, Any]) -> dict[str, Any] | None:
        """The alert's record, if there is one."""
        key = {"alert_id": {"S": alert_id_of(payment["transaction_id"], payment["timestamp"])}}
        found = self.emulator.client("dynamodb").get_item(
            TableName=self.outputs["alerts_table_name"], Key=key, ConsistentRead=True
        )
        return from_item(found["Item"]) if "Item" in found else None

    def lines_of(self, function: str) -> list[dict[str, Any]]:
        """What a function of ours has logged; Lambda's own lines are left out."""
        log = self.directory / "logs" / f"{self.outputs[f'{function}_function_name']}.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [json.loads(line) for line in lines if line.startswith("{")]

    def segments(self, trace_id: str, name: str) -> list[dict[str, Any]]:
        """What X-Ray has of a trace under a name."""
        lines = (self.directory / "traces.jsonl").read_text().splitlines()
        found = [json.loads(line) for line in lines if trace_id in line]
        return [each for each in found if each["name"] == name]


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    directory = tmp_path_factory.mktemp("verdicts")
    process, environment = EmulatorProcess(directory), Environment(directory)
    try:
        emulator = environment.bring_up(process)
        yield Pipeline(directory, emulator, environment.outputs())
    finally:
        assert process.stop() == []


HOUR = 3_600_000


def _with_history(pipeline: Pipeline, account: str) -> str:
    """Give an account a short history, one payment every ten hours."""
    now = int(time.time() * 1000)
    for number in range(4):
        pipeline.pay(
            f"{account}-{number}",
            account_id=account,
            merchant_id="m-usual",
            amount=20.0 + number,
            timestamp=now - (4 - number) * 10 * HOUR,
        )
        pipeline.decision(f"{account}-{number}")
    return account


def test_a_verdict_is_recorded_for_what_was_never_an_alert(pipeline: Pipeline) -> None:
    payment = pipeline.pay("quiet-1", account_id="a-quiet", merchant_id="m-quiet", amount=12.5)
    status, answer = pipeline.give("quiet-1", "legitimate", note="known customer")
    assert (status, answer["status"], answer["revision"]) == (200, "LEGITIMATE", 1)
    assert pipeline.give("quiet-1", "legitimate", note="known customer")[1]["revision"] == 1
    record = pipeline.record(payment)
    assert record is not None
    assert (record["decided_by"], record["note"]) == ("Ana", "known customer")
    assert record["decided_as"].startswith("arn:aws:")
    assert "known customer" not in json.dumps(pipeline.lines_of("verdicts"))
    traced = eventually(lambda: pipeline.segments(answer["trace_id"], "record-verdict"))
    assert [call["aws"]["operation"] for call in traced[0]["subsegments"]] == [
        "Query",
        "BatchGetItem",
        "TransactWriteItems",
    ]


def test_an_unknown_transaction_is_not_found_and_a_bad_body_is_refused_by_the_gateway(
    pipeline: Pipeline,
) -> None:
    status, answer = pipeline.give("never-posted", "legitimate")
    assert (status, answer["error"]) == (404, "unknown_transaction")
    status, answer = pipeline.give("never-posted", "perhaps")
    assert (status, answer["error"]) == (400, "invalid_body")
    assert answer["message"].endswith("(PUT /transactions/{transaction_id}/verdict).")


def _keys(role: Role) -> Credentials:
    keys = role._keys
    return Credentials(keys["aws_access_key_id"], keys["aws_secret_access_key"], keys["aws_session_token"])


@pytest.mark.parametrize(("resource", "status"), [("PUT/transactions/*/verdict", 404), ("POST/*", 403)])
def test_only_who_has_the_right_to_verdicts_may_give_one(
    pipeline: Pipeline, resource: str, status: int
) -> None:
    api, stage = pipeline.outputs["verdicts_url"].split("/")[-5:-3]
    allowed = arn("execute-api", f"{api}/{stage}/{resource}")
    caller = _keys(Role(pipeline.emulator, statement("execute-api:Invoke", allowed)))
    answer = pipeline.give("never-posted", "legitimate", caller)
    assert (answer[0], answer[1]["error"]) == (
        status,
        "access_denied" if status == 403 else "unknown_transaction",
    )


def test_the_command_of_the_mail_gives_the_verdict(pipeline: Pipeline, tmp_path: Path) -> None:
    _with_history(pipeline, "a-loud")
    pipeline.pay("loud-1", account_id="a-loud", merchant_id="m-loud", amount=9_500.0)
    mail = eventually(
        lambda: next(
            (each for each in Mailbox(pipeline.directory).new_mails() if each.transaction_id == "loud-1"),
            None,
        )
    )
    lines = mail.body.replace("\\\n", "").splitlines()
    words = next(shlex.split(line) for line in lines if "make verdict" in line and "confirmed" in line)
    told = dict(word.split("=") for word in words[2:])
    outputs = tmp_path / "outputs.json"
    outputs.write_text(json.dumps({"compute": {"verdicts_url": pipeline.outputs["verdicts_url"]}}))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tools.analyst.verdict", "local", "--outputs", str(outputs)),
            *("--transaction", told["TRANSACTION"], "--verdict", told["VERDICT"], "--by", told["BY"]),
            *("--timestamp", told["TIMESTAMP"]),
        ],
        cwd=ROOT,
        env={**os.environ, **variables(pipeline.emulator)},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("loud-1 is CONFIRMED_FRAUD: decided by your name, verdict number 1 on it")


def test_a_fraud_raises_later_scores_at_its_merchant_and_a_legitimate_verdict_lowers_them(
    pipeline: Pipeline,
) -> None:
    dynamodb, table = pipeline.emulator.client("dynamodb"), pipeline.outputs["profiles_table_name"]
    deny = {"profile_id": "controls#merchant#m-taken", "changed": "controls", "standing": "deny"}
    victim = _with_history(pipeline, "victim")
    dynamodb.put_item(TableName=table, Item=to_item({**deny, "at": time.time_ns() // 1_000_000}))
    time.sleep(REMEMBERED_SECONDS)
    payment = pipeline.pay("taken", account_id=victim, merchant_id="m-taken", amount=21.0)
    assert pipeline.decision("taken")["message"] == "suspicious", "the merchant is on the deny list"
    alert = eventually(lambda: pipeline.record(payment))
    assert alert["status"] == "OPEN"
    lifted = {**deny, "standing": None, "at": time.time_ns() // 1_000_000}
    dynamodb.put_item(TableName=table, Item=to_item(lifted))
    time.sleep(REMEMBERED_SECONDS)

    def decided(account: str) -> dict[str, Any]:
        """About a payment of another account, like all the others, at the same merchant."""
        pipeline.pay(f"of-{account}", account_id=account, merchant_id="m-taken", amount=21.0)
        return pipeline.decision(f"of-{account}")

    others = [_with_history(pipeline, account) for account in ("other-1", "other-2", "other-3")]
    before = decided(others[0])
    status, answer = pipeline.give("taken", "confirmed_fraud")
    assert (status, answer["status"]) == (200, "CONFIRMED_FRAUD")
    at_risk = decided(others[1])
    assert "merchant_risk" in at_risk["reasons"]
    assert "merchant_risk" not in before["reasons"]
    assert at_risk["score"] > 10 * before["score"]
    assert pipeline.give("taken", "legitimate")[1]["revision"] == 2
    after = decided(others[2])
    assert "merchant_risk" not in after["reasons"]
    # Each account is one more that is new to the merchant.
    assert before["score"] <= after["score"] < at_risk["score"] / 5
    record = pipeline.record(payment)
    assert record is not None
    assert (record["status"], record["score"]) == ("LEGITIMATE", alert["score"])


def test_verdicts_at_the_same_time_are_all_recorded_one_after_the_other(pipeline: Pipeline) -> None:
    payment = pipeline.pay("disputed", account_id="a-disputed", merchant_id="m-disputed", amount=12.5)
    pipeline.decision("disputed")
    people = [f"Ana {number}" for number in range(5)]
    with ThreadPoolExecutor(len(people)) as at_once:
        answers = list(
            at_once.map(lambda who: pipeline.give("disputed", "confirmed_fraud", decided_by=who), people)
        )
    assert [status for status, _ in answers] == [200] * len(people)
    assert sorted(answer["revision"] for _, answer in answers) == [1, 2, 3, 4, 5]
    record = pipeline.record(payment)
    assert record is not None
    assert {each["decided_by"] for each in record["earlier_verdicts"]} | {record["decided_by"]} == set(people)
    merchant = pipeline.emulator.client("dynamodb").get_item(
        TableName=pipeline.outputs["profiles_table_name"],
        Key=to_item({"profile_id": "merchant#m-disputed"}),
    )["Item"]
    assert merchant["revision"] == {"N": "1"}, "it is one fraud, whoever says so"


def test_the_history_has_every_transaction_and_the_verdicts_as_labels(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {"account_id": "a-history", "merchant_id": "CAFE/PARIS #12", "amount": 12.5}
    for transaction_id, verdict in (
        ("h-fraud", "confirmed_fraud"),
        ("h-good", "legitimate"),
        ("h-new", None),
    ):
        pipeline.pay(transaction_id, **named)
        if verdict:
            assert pipeline.give(transaction_id, verdict)[0] == 200
    for name, value in variables(pipeline.emulator).items():
        monkeypatch.setenv(name, value)
    outputs = tmp_path / "outputs.json"
    outputs.write_text(
        json.dumps({layer: dict(pipeline.outputs) for layer in ("network", "data", "compute")})
    )
    out = tmp_path / "history.csv.xz"
    assert history(["local", "--outputs", str(outputs), "--out", str(out)]) == 0
    assert out.stat().st_mode & 0o077 == 0
    source = Source(out)
    rows = {row.transaction.transaction_id: row for row in source}
    assert source.refused == 0
    assert [rows[each].is_fraud for each in ("h-fraud", "h-good", "h-new")] == [True, False, None]
    assert rows["h-new"].transaction.merchant_id == "CAFE/PARIS #12"
    stored = pipeline.emulator.client("dynamodb").scan(TableName=pipeline.outputs["transactions_table_name"])
    assert len(rows) == stored["Count"]
    # With no delay at all, what has no verdict is taken as genuine.
    assert history(["local", "--outputs", str(outputs), "--out", str(out), "--label-delay-days", "0"]) == 0
    labels = {row.transaction.transaction_id: row.is_fraud for row in Source(out)}
    assert (labels["h-new"], labels["h-fraud"]) == (False, True)
