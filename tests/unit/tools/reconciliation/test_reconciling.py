"""The tables compared: what lacks is found, named and sent again, exactly; an interrupted run goes on."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from shared.runtime.alerts import group_key
from shared.runtime.decisions import RecordedDecision
from shared.runtime.dynamodb import to_item
from shared.runtime.events import (
    AlertReason,
    StoredTransaction,
    SuspiciousTransaction,
    stored_transaction,
)
from stacks.alerting.functions.notifier.close_request import CloseRequest
from stacks.alerting.functions.notifier.group import FLOOD
from stacks.alerting.functions.notifier.messages import read_message
from tests.support.botocore_clients import create_client
from tests.unit.functions.builders import NOW, stored
from tools.operate.reconcile.checkpoint import Checkpoint, Progress
from tools.operate.reconcile.reconciling import reconcile
from tools.operate.reconcile.replaying import Replayer
from tools.operate.sending import NotTakenError
from tools.reconciliation.standing import SUMMARY_GRACE_MILLISECONDS, Balance, Fault, Standing
from tools.reconciliation.tables import Cost, PipelineTables

REASON = AlertReason(
    code="extreme_amount",
    observed="9",
    baseline="1",
    threshold="2",
    unit="USD",
    contribution=Decimal("0.9"),
)
CLEAN = RecordedDecision(suspicious=False, decided_at=NOW, score=Decimal(0), score_threshold=Decimal("0.5"))
ALERT = RecordedDecision(
    suspicious=True,
    decided_at=NOW,
    score=Decimal("0.9"),
    score_threshold=Decimal("0.5"),
    rules_version="2",
    reasons=(REASON,),
)
HELD_BACK = RecordedDecision(suspicious=False, decided_at=NOW, score=Decimal("0.9"), suppressed_by="snooze")


class Estate:
    """Two tables, and what was sent to the detector and the notifier."""

    def __init__(self, client: Any) -> None:
        self.client = client
        for name, key in (("transactions", ("transaction_id", "timestamp")), ("alerts", ("alert_id",))):
            kinds = {"timestamp": "N"}
            client.create_table(
                TableName=name,
                KeySchema=[
                    {"AttributeName": each, "KeyType": kind}
                    for each, kind in zip(key, ("HASH", "RANGE"), strict=False)
                ],
                AttributeDefinitions=[
                    {"AttributeName": each, "AttributeType": kinds.get(each, "S")} for each in key
                ],
                BillingMode="PAY_PER_REQUEST",
            )
        self.tables = PipelineTables(client, "transactions", "alerts", clock=lambda: NOW)
        self.events: list[str] = []
        self.messages: list[str] = []
        self.refuse = False

    def put(self, events: Any) -> int:
        """The bus."""
        if self.refuse and events:
            raise NotTakenError("throttled")
        self.events += [stored_transaction(event).transaction_id for event in events]
        return len(events)

    def tell(self, alerts: Any) -> int:
        """The queue, of alerts."""
        return self.send([(alert.to_json(), alert.trace_header) for alert in alerts])

    def send(self, messages: Any) -> int:
        """The queue."""
        self.messages += [body for body, _ in messages]
        return len(messages)

    def transaction(self, name: str, decision: Any, **changes: Any) -> StoredTransaction:
        transaction = stored(transaction_id=name, account_id=f"account-of-{name}", **changes)
        values = {each: getattr(transaction, each) for each in StoredTransaction.__slots__}
        kept = decision.values() if isinstance(decision, RecordedDecision) else decision
        self.client.put_item(TableName="transactions", Item=to_item({**values, "decision": kept}))
        return transaction

    def record(self, transaction: StoredTransaction, **values: Any) -> None:
        self.client.put_item(TableName="alerts", Item=to_item({"alert_id": transaction.alert_id, **values}))

    def group(self, transaction: StoredTransaction, **values: Any) -> None:
        key = {"alert_id": group_key(transaction.account_id)}
        self.client.put_item(TableName="alerts", Item=to_item({**key, **values}))


@pytest.fixture
def estate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Estate]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield Estate(create_client("dynamodb"))


@pytest.fixture
def run(estate: Estate, tmp_path: Path) -> Any:
    checkpoint = Checkpoint(tmp_path / "progress.json")

    def once(*, replay: bool = False, earliest: int = 0) -> tuple[Progress, list[str]]:
        named: list[str] = []
        progress = checkpoint.load(earliest, None, replay=replay) or Progress(earliest, NOW, replay)
        replayer: Any = Replayer(estate, estate)  # type: ignore[arg-type]
        done = reconcile(
            estate.tables,
            progress,
            checkpoint,
            replayer,
            name=lambda standing: named.append(f"{standing.transaction_id}: {standing.fault}"),
            show=lambda _: None,
        )
        return done, named

    return once


def test_where_nothing_is_missing_the_sums_agree(estate: Estate, run: Any) -> None:
    estate.transaction("clean", CLEAN)
    estate.transaction("held-back", HELD_BACK)
    estate.record(estate.transaction("mailed", ALERT), mail_status="SENT")
    told = estate.transaction("told", ALERT)
    estate.record(told, mail_status="GROUPED", grouped_with="first")
    estate.group(told, opened_by="first", group_state="CLOSED", closes_at=0)
    waiting = estate.transaction("waiting", ALERT)
    estate.record(waiting, mail_status="GROUPED", grouped_with="first")
    estate.group(waiting, opened_by="first", group_state="OPEN", closes_at=NOW - SUMMARY_GRACE_MILLISECONDS)
    done, named = run(replay=True)
    assert named == []
    assert done.balance == Balance(stored=5, decided=5, suspicious=3, suppressed=1, recorded=3, mailed=3)
    assert (estate.events, estate.messages) == ([], [])


def test_an_overdue_digest_of_a_flood_is_asked_for_once(estate: Estate, run: Any) -> None:
    for name in ("one", "two"):
        estate.record(estate.transaction(name, ALERT), mail_status="GROUPED", grouped_with="first")
    overdue = NOW - SUMMARY_GRACE_MILLISECONDS - 1
    flood = {"account_id": FLOOD, "opened_by": "first", "group_state": "OPEN", "closes_at": overdue}
    estate.client.put_item(TableName="alerts", Item=to_item({"alert_id": group_key(FLOOD), **flood}))
    _, named = run(replay=True)
    assert sorted(named) == [f"one: {Fault.UNSUMMARISED}", f"two: {Fault.UNSUMMARISED}"]
    [closing] = map(json.loads, estate.messages)
    assert (closing["account_id"], closing["opened_by"]) == (FLOOD, "first")


def test_what_is_missing_is_named_and_sent_again_exactly(estate: Estate, run: Any) -> None:
    estate.transaction("undecided", None)
    unrecorded = estate.transaction("unrecorded", ALERT)
    judged_first = estate.transaction("judged-first", ALERT)
    estate.record(judged_first, status="LEGITIMATE", verdict="legitimate")
    unmailed = estate.transaction("unmailed", ALERT)
    estate.record(unmailed, mail_status="PENDING", lease_until=0)
    overdue = estate.transaction("overdue", ALERT)
    estate.record(overdue, mail_status="GROUPED", grouped_with="first")
    estate.group(
        overdue, opened_by="first", group_state="OPEN", closes_at=NOW - SUMMARY_GRACE_MILLISECONDS - 1
    )
    estate.transaction("unreadable", {"suspicious": "perhaps"})
    estate.transaction("earlier", None, received_at=NOW - 10)
    estate.record(estate.transaction("mailed", ALERT), mail_status="SENT")

    done, named = run(earliest=NOW - 9)
    assert sorted(named) == [
        f"judged-first: {Fault.UNRECORDED}",
        f"overdue: {Fault.UNSUMMARISED}",
        f"undecided: {Fault.UNDECIDED}",
        f"unmailed: {Fault.UNMAILED}",
        f"unreadable: {Fault.UNREADABLE}",
        f"unrecorded: {Fault.UNRECORDED}",
    ]
    assert (estate.events, estate.messages) == ([], []), "nothing is sent unless that is asked for"
    assert done.balance.faults == {
        Fault.UNRECORDED: 2,
        Fault.UNSUMMARISED: 1,
        Fault.UNDECIDED: 1,
        Fault.UNMAILED: 1,
        Fault.UNREADABLE: 1,
    }

    done, _ = run(earliest=NOW - 9, replay=True)
    assert estate.events == ["undecided"]
    sent = [read_message(each) for each in estate.messages]
    alerts = [each for each in sent if isinstance(each, SuspiciousTransaction)]
    assert {each.transaction for each in alerts} == {unrecorded, judged_first, unmailed}
    assert {each.reasons for each in alerts} == {(REASON,)}, "as it was decided"
    [close] = [each for each in sent if isinstance(each, CloseRequest)]
    assert (close.account_id, close.opened_by) == (overdue.account_id, "first")
    assert sum(done.resent.values()) == 5


def test_an_interrupted_run_goes_on_and_sends_nothing_twice(
    estate: Estate, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {f"t-{number:02}" for number in range(12)}
    for name in names:
        estate.transaction(name, None)
    scan = estate.client.scan
    pages = [0]

    def short(**request: Any) -> Any:
        pages[0] += 1
        estate.refuse = pages[0] == 3
        return scan(**request, Limit=4)

    monkeypatch.setattr(estate.client, "scan", short)
    with pytest.raises(NotTakenError):
        run(replay=True)
    assert len(estate.events) == 8
    done, _ = run(replay=True)
    assert sorted(estate.events) == sorted(names)
    assert (done.balance.stored, done.scanned, done.resent) == (12, 12, {Fault.UNDECIDED: 12})
    again, _ = run(replay=True)
    assert again.balance.stored == 12, "the end forgets what was interrupted"


def test_an_interrupted_run_over_another_time_begins_anew(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "deep" / "progress.json")
    checkpoint.save(Progress(5, 9, True, next_key={"transaction_id": {"S": "t"}}))
    assert checkpoint.load(5, None, replay=True) is not None
    assert checkpoint.load(5, 9, replay=True) is not None
    for earliest, latest, replay in ((4, None, True), (5, 8, True), (5, None, False)):
        assert checkpoint.load(earliest, latest, replay=replay) is None
    (tmp_path / "deep" / "progress.json").write_text('{"earliest": ')
    assert checkpoint.load(5, None, replay=True) is None


def test_the_cost_is_that_of_half_a_unit_for_4_kb() -> None:
    cost = Cost("transactions-dev", 450_000_000, 360 * 10**9)
    assert cost.read_units == 43_945_313
    assert cost.dollars == pytest.approx(5.49, abs=0.01)
    assert Cost("transactions-dev", 0, 0).read_units == 0


def test_a_standing_of_an_undecided_transaction() -> None:
    item = to_item({"transaction_id": "t", "timestamp": 5})
    assert Standing.of_item(item) == Standing("t", 5, fault=Fault.UNDECIDED)
