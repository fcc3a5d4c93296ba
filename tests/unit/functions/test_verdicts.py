"""Verdicts from event to record: each recorded once, whoever else writes meanwhile, and nothing else told."""

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from botocore.stub import Stubber

from shared.runtime.dynamodb import to_item
from shared.runtime.events import StoredTransaction
from stacks.alerting.functions.notifier.ports import Claim
from stacks.compute.functions.verdicts.adapters import DynamoTables, TableNames
from stacks.compute.functions.verdicts.ports import BusyError, Change, Known
from tests.support.botocore_clients import create_client
from tests.unit.functions.builders import NOW, TRACE_ID, stored
from tests.unit.functions.conftest import Cloud
from tests.unit.functions.verdict_desk import ALERT_ID, CALLER, FRAUD, NAMES, Desk, asked_desk


@pytest.fixture
def desk(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return asked_desk(cloud, monkeypatch)


def test_a_verdict_is_recorded_with_the_alert(desk: Desk) -> None:
    desk.alert()
    desk.mark()
    before = desk.record()
    desk.now += 1000
    status, answer = desk.give(**FRAUD)
    assert (status, answer) == (
        200,
        {
            "transaction_id": "t-1",
            "timestamp": stored().timestamp,
            "alert_id": ALERT_ID,
            "status": "CONFIRMED_FRAUD",
            "verdict": "confirmed_fraud",
            "decided_by": "Ana",
            "decided_at": desk.now,
            "note": "The customer called.",
            "revision": 1,
            "trace_id": TRACE_ID,
        },
    )
    record = desk.record()
    assert before["status"] == "OPEN"
    assert (record["decided_as"], record["expires_at"]) == (CALLER, desk.now // 1000 + 365 * 86_400)
    assert {name: record[name] for name in ("mail_status", "score", "reasons", "created_at")} == {
        name: before[name] for name in ("mail_status", "score", "reasons", "created_at")
    }


def test_a_transaction_that_was_no_alert_gets_its_record(desk: Desk) -> None:
    status, answer = desk.give(verdict="legitimate", decided_by="Ana")
    assert (status, answer["status"], answer["note"]) == (200, "LEGITIMATE", None)
    record = desk.record()
    facts = ("transaction_id", "timestamp", "account_id", "merchant_id", "amount", "currency", "received_at")
    assert {name: record[name] for name in facts} == {name: getattr(stored(), name) for name in facts}
    assert not {"mail_status", "score"} & record.keys()


def test_the_same_again_is_answered_alike_and_not_written(desk: Desk) -> None:
    first = desk.give(**FRAUD)
    before = desk.cloud.items("alerts-test"), desk.cloud.items("profiles-test")
    desk.now += 60_000
    assert desk.give(**FRAUD) == first
    assert (desk.cloud.items("alerts-test"), desk.cloud.items("profiles-test")) == before


def test_another_verdict_replaces_the_first_which_is_remembered(desk: Desk) -> None:
    desk.give(**FRAUD)
    desk.now += 1000
    status, answer = desk.give(verdict="legitimate", decided_by="Ben")
    record = desk.record()
    assert (status, answer["status"], answer["revision"], answer["note"]) == (200, "LEGITIMATE", 2, None)
    [earlier] = record["earlier_verdicts"]
    assert earlier == {
        "verdict": "confirmed_fraud",
        "decided_by": "Ana",
        "decided_at": NOW,
        "decided_as": CALLER,
        "note": "The customer called.",
    }


def test_a_record_remembers_a_bounded_number_of_verdicts(desk: Desk) -> None:
    for number in range(25):
        assert desk.give(verdict="legitimate", decided_by=f"Ana {number}")[0] == 200
    record = desk.record()
    assert record["verdict_revision"] == 25
    assert [each["decided_by"] for each in record["earlier_verdicts"]] == [f"Ana {n}" for n in range(4, 24)]


def test_the_alert_may_come_after_its_verdict(desk: Desk) -> None:
    desk.give(**FRAUD)
    assert desk.alert() is Claim.OURS, "it is mailed all the same"
    desk.mark()
    assert desk.alert() is Claim.DONE
    record = desk.record()
    assert (record["status"], record["mail_status"]) == ("CONFIRMED_FRAUD", "SENT")
    assert (record["decided_by"], record["score"]) == ("Ana", Decimal("0.844401"))


def test_a_verdict_may_come_while_its_mail_is_under_way(desk: Desk) -> None:
    desk.alert()
    desk.give(**FRAUD)
    desk.mark()
    record = desk.record()
    assert (record["status"], record["mail_status"], record["verdict_revision"]) == (
        "CONFIRMED_FRAUD",
        "SENT",
        1,
    )


def test_an_unknown_transaction_is_not_found(desk: Desk) -> None:
    for timestamp in (None, NOW - 5):
        status, answer = desk.give("t-2", **FRAUD, timestamp=timestamp)
        assert (status, answer["error"], answer["fields"]) == (404, "unknown_transaction", [])
    assert desk.cloud.items("alerts-test") == []


def test_where_several_transactions_have_the_id_the_time_says_which(desk: Desk) -> None:
    desk.store(timestamp=NOW - 7)
    status, answer = desk.give(**FRAUD)
    assert (status, answer["error"]) == (400, "invalid_verdict")
    [field] = answer["fields"]
    assert field["field"] == "timestamp"
    assert f"the latest at {NOW - 7}, {NOW - 1000}" in field["reason"]
    assert desk.give(**FRAUD, timestamp=NOW - 7)[1]["timestamp"] == NOW - 7
    assert [item["timestamp"] for item in desk.cloud.items("alerts-test")] == [NOW - 7]


def test_where_the_transaction_has_expired_its_alert_stands_in(desk: Desk) -> None:
    desk.alert()
    key = to_item({"transaction_id": "t-1", "timestamp": stored().timestamp})
    desk.cloud.dynamodb.delete_item(TableName="transactions-test", Key=key)
    assert desk.give(**FRAUD)[0] == 404
    assert desk.give(**FRAUD, timestamp=stored().timestamp)[0] == 200
    assert desk.record()["status"] == "CONFIRMED_FRAUD"


class Meanwhile:
    """The tables, where somebody else does something before a write."""

    def __init__(self, tables: DynamoTables, something: Callable[[], object], times: int = 1) -> None:
        self._tables = tables
        self._something = something
        self._times = times

    def find(self, transaction_id: str, timestamp: int | None) -> Sequence[StoredTransaction]:
        return self._tables.find(transaction_id, timestamp)

    def read(self, alert_id: str, profile_ids: Sequence[str]) -> Known:
        return self._tables.read(alert_id, profile_ids)

    def write(self, change: Change) -> bool:
        if self._times:
            self._times -= 1
            self._something()
        return self._tables.write(change)


def test_two_verdicts_at_the_same_time_both_count_in_one_order(desk: Desk, cloud: Cloud) -> None:
    other = Desk(cloud)
    desk.tables = Meanwhile(desk.tables, lambda: other.give(verdict="legitimate", decided_by="Ben"))
    status, answer = desk.give(**FRAUD)
    assert (status, answer["revision"], desk.record()["status"]) == (200, 2, "CONFIRMED_FRAUD")
    assert [each["decided_by"] for each in desk.record()["earlier_verdicts"]] == ["Ben"]


def test_the_same_verdict_twice_at_the_same_time_is_recorded_once(desk: Desk, cloud: Cloud) -> None:
    other = Desk(cloud)
    desk.tables = Meanwhile(desk.tables, lambda: other.give(**FRAUD))
    assert desk.give(**FRAUD)[0] == 200
    assert desk.record()["verdict_revision"] == 1


def test_where_others_are_always_faster_the_caller_is_told_to_come_back(
    desk: Desk, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.runtime.backoff.time.sleep", lambda _: None)
    other, names = Desk(cloud), iter(range(100))
    desk.tables = Meanwhile(
        desk.tables, lambda: other.give(verdict="legitimate", decided_by=f"Ben {next(names)}"), times=100
    )
    status, answer = desk.give(**FRAUD)
    assert (status, answer["error"]) == (503, "busy")
    assert desk.record()["verdict"] == "legitimate"


def test_without_time_nothing_is_begun(desk: Desk) -> None:
    desk.remaining = 3_000
    assert desk.give(**FRAUD)[0] == 503
    assert desk.cloud.items("alerts-test") == []


CANCELLED = "TransactionCanceledException"


@pytest.mark.parametrize(
    ("code", "reasons", "status"),
    [
        ("ThrottlingException", None, 503),
        ("TransactionInProgressException", None, 503),
        (CANCELLED, ["None", "ThrottlingError"], 503),
        (CANCELLED, ["ConditionalCheckFailed", "ProvisionedThroughputExceeded"], 503),
        (CANCELLED, ["TransactionConflict", "None"], 503),
        (CANCELLED, ["ValidationError", "None"], 500),
        (CANCELLED, [], 500),
        ("AccessDeniedException", None, 500),
    ],
)
def test_what_dynamodb_says_decides_whether_to_come_back(
    desk: Desk, code: str, reasons: list[str] | None, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.runtime.backoff.time.sleep", lambda _: None)
    client = create_client("dynamodb", attempts=1)
    refusing = DynamoTables(client, NAMES)

    class Refusing(DynamoTables):
        def write(self, change: Change) -> bool:
            with Stubber(client) as stub:
                more: Mapping[str, Any] = (
                    {} if reasons is None else {"CancellationReasons": [{"Code": each} for each in reasons]}
                )
                stub.add_client_error("transact_write_items", code, "secret", modeled_fields=dict(more))
                return refusing.write(change)

    desk.tables = Refusing(desk.cloud.dynamodb, NAMES)
    got, answer = desk.give(**FRAUD)
    assert got == status
    assert "secret" not in json.dumps(answer)
    assert desk.cloud.items("alerts-test") == []


def test_a_profile_that_nobody_can_read_is_our_fault(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    class Unreadable(DynamoTables):
        def read(self, alert_id: str, profile_ids: Sequence[str]) -> Known:
            raise RuntimeError("cannot read secret")

    desk.tables = Unreadable(desk.cloud.dynamodb, NAMES)
    assert desk.give(**FRAUD)[0] == 500
    logged = capsys.readouterr().out
    assert '"error": "RuntimeError"' in logged
    assert "secret" not in logged


def test_a_table_that_is_not_there_is_our_fault_and_a_busy_one_is_not(desk: Desk) -> None:
    desk.tables = DynamoTables(desk.cloud.dynamodb, TableNames("missing", "alerts-test", "profiles-test"))
    assert desk.give(**FRAUD)[0] == 500

    class Busy(DynamoTables):
        def find(self, transaction_id: str, timestamp: int | None) -> Sequence[StoredTransaction]:
            raise BusyError("ThrottlingException")

    desk.tables = Busy(desk.cloud.dynamodb, NAMES)
    assert desk.give(**FRAUD)[0] == 503


def test_no_log_line_holds_the_account_a_name_or_the_note(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.store(transaction_id="t-9", account_id="account-of-somebody")
    desk.give("t-9", **FRAUD)
    desk.give("t-9", **FRAUD)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["message"], line["verdict"], line["revision"]) for line in lines] == [
        ("recorded", "confirmed_fraud", 1),
        ("recorded already", "confirmed_fraud", 1),
    ]
    assert all(line["trace_id"] == TRACE_ID and line["account"].startswith("acct-") for line in lines)
    text = json.dumps(lines)
    assert not [word for word in ("account-of-somebody", "Ana", "customer", CALLER) if word in text]
