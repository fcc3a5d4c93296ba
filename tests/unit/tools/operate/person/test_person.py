"""All that is kept of an account is found, written and erased, and nothing of anybody else."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from shared.runtime.alerts import group_key
from shared.runtime.dynamodb import from_item, to_item
from stacks.alerting.functions.notifier.close_request import CloseRequest
from stacks.compute.functions.detector.scoring import AccountProfile
from stacks.compute.functions.profiles.items import account_key, aside_key, controls_key
from tests.support.botocore_clients import create_client
from tests.unit.functions.builders import bus_event, stored, suspicious
from tests.unit.tools.operate.smoke.outputs import OUTPUTS
from tools.deploy.outputs import Outputs
from tools.deploy.target import Target
from tools.operate.person import cli, finding
from tools.operate.person.cli import Person
from tools.operate.person.finding import names_one

OURS, OTHERS = ("anna", "anna-b"), ("annab", "anna-", "bert")


class Estate:
    """An environment's tables and queues, with something of everybody in each."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.dynamodb, self.sqs = create_client("dynamodb"), create_client("sqs")
        keys = {
            target.transactions_table_name: (("transaction_id", "S"), ("timestamp", "N")),
            target.profiles_table_name: (("profile_id", "S"),),
            target.alerts_table_name: (("alert_id", "S"),),
        }
        for name, key in keys.items():
            self.dynamodb.create_table(
                TableName=name,
                KeySchema=[
                    {"AttributeName": each, "KeyType": kind}
                    for (each, _), kind in zip(key, ("HASH", "RANGE"), strict=False)
                ],
                AttributeDefinitions=[{"AttributeName": each, "AttributeType": kind} for each, kind in key],
                BillingMode="PAY_PER_REQUEST",
            )
        for queue in target.dead_letter_queues:
            self.sqs.create_queue(QueueName=queue)
        for account in (*OURS, *OTHERS):
            self._fill(account)

    def _fill(self, account: str) -> None:
        for number in range(30):
            values = stored(transaction_id=f"{account}-{number}", account_id=account)
            item = {name: getattr(values, name) for name in values.__slots__}
            self.put(self.target.transactions_table_name, item)
        key = account_key(account)
        for profile_id in (key, controls_key(key), aside_key(key, "0" * 64)):
            state = AccountProfile().to_state()
            self.put(self.target.profiles_table_name, {"profile_id": profile_id, "state": state})
        for alert_id in (f"alert-of-{account}", group_key(account)):
            self.put(self.target.alerts_table_name, {"alert_id": alert_id, "account_id": account})
        alert = suspicious(transaction=stored(account_id=account))
        close = CloseRequest(account_id=account, opened_by="x", trace_header="")
        event = json.dumps(bus_event(account_id=account))
        for queue, body in (
            (self.target.suspicious_dlq_name, alert.to_json()),
            (self.target.suspicious_dlq_name, close.to_json()),
            ("rule-dlq-dev", event),
            ("detector-dlq-dev", json.dumps({"requestPayload": json.loads(event)})),
        ):
            self.sqs.send_message(QueueUrl=self.url(queue), MessageBody=body)

    def put(self, table: str, item: dict[str, Any]) -> None:
        self.dynamodb.put_item(TableName=table, Item=to_item(item))

    def url(self, queue: str) -> str:
        return str(self.sqs.get_queue_url(QueueName=queue)["QueueUrl"])

    def left(self) -> str:
        """Everything that is still there, as one text."""
        tables = (
            self.target.transactions_table_name,
            self.target.profiles_table_name,
            self.target.alerts_table_name,
        )
        items = [
            str(from_item(item))
            for table in tables
            for page in self.dynamodb.get_paginator("scan").paginate(TableName=table)
            for item in page["Items"]
        ]
        bodies = []
        for queue in self.target.dead_letter_queues:
            while messages := self.sqs.receive_message(QueueUrl=self.url(queue), MaxNumberOfMessages=10).get(
                "Messages"
            ):
                bodies += [each["Body"] for each in messages]
        return "\n".join([*items, *bodies])


@pytest.fixture
def estate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Estate]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(finding, "SECONDS_TO_WAIT", 0)
    with mock_aws():
        yield Estate(Target.of(Outputs("dev", OUTPUTS)))


def mentions(text: str, account: str) -> int:
    """How often an account is named by a text of its own, or by the key of its profile."""
    parts = ("'{}'", '"{}"', "account#{}'", "account#{}#", "group#{}'")
    return sum(text.count(part.format(account)) for part in parts)


EVERYTHING = {
    "transactions-dev": 60,
    "alerts-dev": 4,
    "profiles-dev": 6,
    "bus-dlq-dev": 0,
    "rule-dlq-dev": 2,
    "detector-dlq-dev": 2,
    "suspicious-dlq-dev": 4,
}


def test_a_dry_run_counts_and_erases_nothing(
    estate: Estate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person = Person(estate.target, OURS, tmp_path)
    for _ in range(2):
        assert person.erase(really=False) == 0
        out = capsys.readouterr().out
        for name, count in EVERYTHING.items():
            assert f"  {name}: {count} would be erased\n" in out
    assert list(tmp_path.iterdir()) == []


def test_what_is_erased_is_gone_and_nobody_else_s_is(
    estate: Estate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Person(estate.target, OURS, tmp_path).erase(really=True) == 0
    [path] = tmp_path.iterdir()
    evidence = json.loads(path.read_text())
    assert evidence["erased"] == EVERYTHING
    assert set(evidence["left"].values()) == {0}
    assert len(evidence["account_sha256"]) == 2
    assert not any(account in path.read_text() for account in OURS), "evidence without the data"
    assert path.stat().st_mode & 0o777 == 0o600
    assert "35 days" in capsys.readouterr().out
    left = estate.left()
    assert {account: mentions(left, account) for account in OURS} == dict.fromkeys(OURS, 0)
    assert all(mentions(left, account) >= 30 for account in OTHERS)
    assert Person(estate.target, OTHERS, tmp_path).erase(really=True) == 0
    assert estate.left() == ""


def test_what_is_exported_is_all_of_it_and_nobody_else_s(estate: Estate, tmp_path: Path) -> None:
    assert Person(estate.target, OURS, tmp_path).export() == 0
    [path] = tmp_path.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    content = json.loads(path.read_text())
    assert content["accounts"] == list(OURS)
    counts = {name: len(each) for name, each in {**content["items"], **content["messages"]}.items()}
    assert counts == EVERYTHING
    assert all(mentions(path.read_text(), account) == 0 for account in OTHERS)
    [amount] = {item["amount"] for item in content["items"]["transactions-dev"]}
    assert amount == "12.5"
    assert Person(estate.target, OURS, tmp_path).erase(really=True) == 0, "nothing is hidden by an export"
    assert estate.left()


@given(
    st.recursive(
        st.sampled_from(["a", "b", "ab", 1, None]),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=2), inner),
        max_leaves=12,
    )
)
def test_a_message_names_an_account_by_a_text_of_its_own(content: Any) -> None:
    text = json.dumps(content)
    values = text.replace('"a":', "").replace('"b":', "")
    assert names_one(text, {"a"}) is ('"a"' in values)


def test_a_message_that_nobody_can_read_may_name_it_too() -> None:
    assert names_one("{anna", {"anna"})
    assert names_one("[" * 100_000 + "anna", {"anna"})
    assert not names_one("{bert", {"anna"})


@pytest.mark.parametrize(
    ("accounts", "why"),
    [
        ("", "1 to 50 ids"),
        (" ".join(map(str, range(51))), "1 to 50 ids"),
        ("acct-2d6e24e8478626fd", "is a pseudonym"),
        ("a b#c", "not an account id"),
    ],
)
def test_what_is_no_account_is_refused(accounts: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        cli.main(["dev", "erase", "--outputs", "-", "--accounts", accounts, "--yes"])
    assert refused.value.code == 2
    assert why in capsys.readouterr().err
