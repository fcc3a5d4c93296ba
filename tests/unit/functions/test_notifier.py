"""The notifier from batch to mail: one mail per alert, a poison message alone, nothing lost."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.clients import AwsError
from shared.runtime.dynamodb import to_item
from shared.runtime.logs import Logger
from shared.runtime.pseudonym import pseudonym
from stacks.alerting.functions.notifier.adapters import AlertsTable, FraudAlertsTopic
from stacks.alerting.functions.notifier.dependencies import Dependencies
from stacks.alerting.functions.notifier.groups_table import ClosingQueue, GroupsTable
from stacks.alerting.functions.notifier.handler import BatchHandler
from stacks.alerting.functions.notifier.ports import NotifierError
from stacks.alerting.functions.notifier.settings import NotifierSettings
from tests.support.botocore_clients import create_client
from tests.unit.functions.builders import NOW, SECRET, TRACE_ID, stored, suspicious
from tests.unit.functions.conftest import Cloud

ALERT = suspicious()
LEASE = 30_000 + 5_000


class FakeContext:
    """A context with as much time left as the test says."""

    aws_request_id = "request-1"

    def __init__(self, remaining: int = 30_000) -> None:
        self._remaining = remaining

    def get_remaining_time_in_millis(self) -> int:
        return self._remaining


class Stage:
    """A notifier on real clients, with a clock that the test turns and parts that it may replace."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.now = NOW
        self.records = AlertsTable(cloud.dynamodb, "alerts-test")
        self.topic = FraudAlertsTopic(cloud.sns, cloud.topic_arn)
        self.groups = GroupsTable(cloud.dynamodb, "alerts-test")
        self.closings = ClosingQueue(cloud.sqs, cloud.queue_url)
        self.settings = NotifierSettings.read(
            {
                "ENVIRONMENT_SUFFIX": "test",
                "LOG_LEVEL": "INFO",
                "PSEUDONYM_SECRET": SECRET,
                "ALERTS_TABLE": "alerts-test",
                "ALERTS_TIME_TO_LIVE_DAYS": "365",
                "FRAUD_ALERTS_TOPIC_ARN": cloud.topic_arn,
                "TRANSACTIONS_TABLE": "transactions-test",
                "VERDICTS_URL": "https://api.example/transactions/{transaction_id}/verdict",
                "SUSPICIOUS_QUEUE_URL": cloud.queue_url,
                "MOST_MAILS_PER_MINUTE": "0",
                "ALERT_GROUPING_SECONDS": "900",
                "AWS_LAMBDA_FUNCTION_NAME": "notifier",
            }
        )

    def deliver(self, *bodies: str, remaining: int = 30_000) -> list[str]:
        """Deliver a batch and return the numbers of the messages that must come again."""
        dependencies = Dependencies(
            records=self.records,
            groups=self.groups,
            closings=self.closings,
            mailer=self.topic,
            settings=self.settings,
            log=Logger("notifier"),
            clock=lambda: self.now,
        )
        event = {"Records": [{"messageId": str(n), "body": body} for n, body in enumerate(bodies)]}
        answer = BatchHandler(dependencies).handle(event, FakeContext(remaining))
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def mails(self) -> list[dict[str, str]]:
        return [json.loads(message["Body"]) for message in self.cloud.messages(self.cloud.mailbox_url)]

    def alerts(self) -> list[dict[str, Any]]:
        """The alert records; what groups keep stands among them."""
        return [item for item in self.cloud.items("alerts-test") if "transaction_id" in item]


@pytest.fixture
def stage(cloud: Cloud) -> Stage:
    return Stage(cloud)


def test_an_alert_is_recorded_mailed_and_marked(stage: Stage) -> None:
    assert stage.deliver(ALERT.to_json()) == []
    [mail] = stage.mails()
    [alert] = stage.alerts()
    assert mail["Subject"] == "[test] Fraud 0.84: 512.50 USD, amount over the limit"
    assert "Transaction: t-1\n" in mail["Message"]
    assert f"Trace: {TRACE_ID}\n" in mail["Message"]
    assert alert == {
        "alert_id": ALERT.transaction.alert_id,
        "account": pseudonym(ALERT.transaction.account_id, SECRET),
        "status": "OPEN",
        "mail_status": "SENT",
        "message_id": mail["MessageId"],
        "sent_at": NOW,
        "created_at": NOW,
        "expires_at": NOW // 1000 + 365 * 86_400,
        "transaction_id": "t-1",
        "timestamp": ALERT.transaction.timestamp,
        "account_id": "account-1",
        "merchant_id": "merchant-1",
        "amount": Decimal("512.5"),
        "currency": "USD",
        "received_at": NOW,
        "score": ALERT.score,
        "base": Decimal("-6.8"),
        "score_threshold": ALERT.score_threshold,
        "rules_version": "1+0a1b2c3d",
        "trace_id": TRACE_ID,
        "reasons": [
            {
                "code": "amount_limit",
                "observed": "512.5",
                "baseline": "45",
                "threshold": "220",
                "unit": "USD",
                "contribution": Decimal("0.843288"),
                "points": Decimal("8.4909"),
            }
        ],
    }


def test_a_message_delivered_again_is_mailed_once(stage: Stage) -> None:
    assert stage.deliver(ALERT.to_json(), ALERT.to_json()) == []
    stage.now += 400_000
    assert stage.deliver(ALERT.to_json()) == []
    assert len(stage.mails()) == 1


def test_a_second_message_of_the_same_transaction_is_the_same_alert(stage: Stage) -> None:
    again = suspicious(score=Decimal("0.9"), trace_header="", transaction=stored(amount=Decimal("512.50")))
    assert stage.deliver(ALERT.to_json(), again.to_json()) == []
    assert len(stage.mails()) == len(stage.alerts()) == 1


@pytest.mark.parametrize("poison", ["", "{", "[]", "{}", '{"schema_version": 99}', "\x00" * 100])
def test_a_poison_message_fails_alone(stage: Stage, poison: str) -> None:
    other = suspicious(transaction=stored(transaction_id="t-2", account_id="account-2"))
    assert stage.deliver(ALERT.to_json(), poison, other.to_json()) == ["1"]
    assert len(stage.mails()) == 2


@given(st.text() | st.binary().map(repr))
def test_whatever_is_no_message_is_reported(text: str) -> None:
    class Untouched:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"{name} of an unreadable message")

    settings = NotifierSettings.read(
        {
            "ENVIRONMENT_SUFFIX": "test",
            "LOG_LEVEL": "INFO",
            "PSEUDONYM_SECRET": SECRET,
            "ALERTS_TABLE": "a",
            "ALERTS_TIME_TO_LIVE_DAYS": "0",
            "FRAUD_ALERTS_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:t",
            "TRANSACTIONS_TABLE": "t",
            "VERDICTS_URL": "https://api.example/{transaction_id}",
            "SUSPICIOUS_QUEUE_URL": "q",
            "MOST_MAILS_PER_MINUTE": "0",
            "ALERT_GROUPING_SECONDS": "900",
            "AWS_LAMBDA_FUNCTION_NAME": "notifier",
        }
    )
    nothing = Untouched()
    dependencies = Dependencies(
        records=nothing,
        groups=nothing,
        closings=nothing,
        mailer=nothing,
        settings=settings,
        log=Logger("notifier"),
    )
    answer = BatchHandler(dependencies).handle({"Records": [{"messageId": "m", "body": text}]}, FakeContext())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m"}]}


def test_a_verdict_that_was_faster_than_the_alert_is_kept(stage: Stage) -> None:
    verdict = {"status": "LEGITIMATE", "verdict": "legitimate", "verdict_revision": 1}
    item = to_item({"alert_id": ALERT.transaction.alert_id, **verdict})
    stage.cloud.dynamodb.put_item(TableName="alerts-test", Item=item)
    assert stage.deliver(ALERT.to_json(), ALERT.to_json()) == []
    [alert] = stage.alerts()
    assert {name: alert[name] for name in verdict} == verdict
    assert (alert["mail_status"], alert["score"]) == ("SENT", ALERT.score)
    assert len(stage.mails()) == 1


@pytest.mark.parametrize(("conflicts", "failed"), [(1, []), (3, []), (4, ["0"])])
def test_while_a_verdict_is_being_written_the_alert_waits_its_turn(
    stage: Stage, conflicts: int, failed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stacks.alerting.functions.notifier.updating.pause", lambda _: None)
    client = create_client("dynamodb", attempts=1)
    real = client.update_item
    refusals = iter(range(conflicts))

    def update_item(**arguments: Any) -> Any:
        if next(refusals, None) is not None:
            raise AwsError("TransactionConflictException", 400)
        return real(**arguments)

    monkeypatch.setattr(client, "update_item", update_item)
    stage.records = AlertsTable(client, "alerts-test")
    assert stage.deliver(ALERT.to_json()) == failed
    assert len(stage.mails()) == (0 if failed else 1)


def test_while_another_invocation_is_at_it_the_message_waits(stage: Stage) -> None:
    class Concurrent(FraudAlertsTopic):
        """Delivers the same message to another invocation in the middle of publishing."""

        def publish(self, subject: str, body: str) -> str:
            stage.topic = FraudAlertsTopic(stage.cloud.sns, stage.cloud.topic_arn)
            assert stage.deliver(ALERT.to_json()) == ["0"]
            return super().publish(subject, body)

    stage.topic = Concurrent(stage.cloud.sns, stage.cloud.topic_arn)
    assert stage.deliver(ALERT.to_json()) == []
    assert stage.deliver(ALERT.to_json()) == []
    assert len(stage.mails()) == 1


class PowerCut(BaseException):
    """The invocation ends here, as a timeout ends it: nothing below runs."""


def test_a_crash_before_the_mail_mails_once_the_lease_is_over(stage: Stage) -> None:
    class Crashing(FraudAlertsTopic):
        def publish(self, subject: str, body: str) -> str:
            raise PowerCut

    working, stage.topic = stage.topic, Crashing(stage.cloud.sns, stage.cloud.topic_arn)
    with pytest.raises(PowerCut):
        stage.deliver(ALERT.to_json())
    stage.topic = working
    assert stage.alerts()[0]["mail_status"] == "PENDING"
    stage.now += LEASE
    assert stage.deliver(ALERT.to_json()) == ["0"], "the lease is not over"
    stage.now += 1
    assert stage.deliver(ALERT.to_json()) == []
    assert len(stage.mails()) == 1
    assert stage.alerts()[0]["mail_status"] == "SENT"


def test_a_crash_between_mail_and_mark_mails_again_rather_than_never(stage: Stage) -> None:
    class Crashing(AlertsTable):
        def mark_sent(self, alert_id: str, *, message_id: str, now: int) -> None:
            raise PowerCut

    working, stage.records = stage.records, Crashing(stage.cloud.dynamodb, "alerts-test")
    with pytest.raises(PowerCut):
        stage.deliver(ALERT.to_json())
    stage.records = working
    stage.now += 360_000
    assert stage.deliver(ALERT.to_json()) == []
    assert len(stage.mails()) == 2
    assert stage.alerts()[0]["mail_status"] == "SENT"


def test_a_mark_that_is_refused_does_not_mail_again(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    class Refusing(AlertsTable):
        def mark_sent(self, alert_id: str, *, message_id: str, now: int) -> None:
            raise NotifierError("the alert record was not updated: ThrottlingException")

    stage.records = Refusing(stage.cloud.dynamodb, "alerts-test")
    assert stage.deliver(ALERT.to_json()) == []
    assert len(stage.mails()) == 1
    assert '"level": "ERROR", "message": "mailed, but not marked"' in capsys.readouterr().out


def test_a_mail_that_is_refused_is_tried_at_the_next_delivery(stage: Stage) -> None:
    working, stage.topic = stage.topic, FraudAlertsTopic(stage.cloud.sns, stage.cloud.topic_arn + "-missing")
    assert stage.deliver(ALERT.to_json()) == ["0"]
    assert (stage.alerts()[0]["mail_status"], stage.alerts()[0]["lease_until"]) == ("PENDING", 0)
    stage.topic = working
    assert stage.deliver(ALERT.to_json()) == [], "the lease was given up at once"
    assert len(stage.mails()) == 1


def test_a_lease_that_cannot_be_given_up_does_not_hide_the_fault(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    class Holding(AlertsTable):
        def release(self, alert_id: str) -> None:
            raise NotifierError("the alert record was not updated: ThrottlingException")

    stage.records = Holding(stage.cloud.dynamodb, "alerts-test")
    stage.topic = FraudAlertsTopic(stage.cloud.sns, stage.cloud.topic_arn + "-missing")
    assert stage.deliver(ALERT.to_json()) == ["0"]
    assert "the mail was not published: NotFound" in capsys.readouterr().out


@pytest.mark.parametrize("remaining", [0, 7_999])
def test_without_time_nothing_is_begun(stage: Stage, remaining: int) -> None:
    assert stage.deliver(ALERT.to_json(), remaining=remaining) == ["0"]
    assert stage.alerts() == []


def test_a_table_that_refuses_is_tried_at_the_next_delivery(stage: Stage) -> None:
    stage.records = AlertsTable(stage.cloud.dynamodb, "missing")
    assert stage.deliver(ALERT.to_json()) == ["0"]
    assert stage.mails() == []


def test_a_fault_of_ours_fails_one_message_and_shows_no_values(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(AlertsTable):
        def claim(self, record: Any, *, now: int, lease_until: int) -> Any:
            raise RuntimeError(f"cannot store {record}")

    stage.records = Broken(stage.cloud.dynamodb, "alerts-test")
    assert stage.deliver(ALERT.to_json()) == ["0"]
    logged = capsys.readouterr().out
    assert '"error": "RuntimeError"' in logged
    assert "account-1" not in logged


def test_neither_mail_nor_log_names_the_account(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    account = "account-of-somebody"
    assert stage.deliver(suspicious(transaction=stored(account_id=account)).to_json()) == []
    [mail] = stage.mails()
    assert "Account: acct-" in mail["Message"]
    assert account not in mail["Message"] + mail["Subject"] + capsys.readouterr().out
    assert stage.alerts()[0]["account_id"] == account
