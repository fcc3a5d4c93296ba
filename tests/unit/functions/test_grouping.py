"""Grouping: each alert has its own mail or its place in one summary, whatever is repeated or cut short."""

import json
import re
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from shared.runtime.events import SuspiciousTransaction
from shared.runtime.logs import Logger
from stacks.alerting.functions.notifier.adapters import AlertsTable
from stacks.alerting.functions.notifier.close_request import CloseRequest
from stacks.alerting.functions.notifier.dependencies import Dependencies
from stacks.alerting.functions.notifier.group import (
    CLOSING_GRACE_MILLISECONDS,
    FLOOD_SECONDS,
    MAXIMUM_LISTED,
    AlertGroup,
)
from stacks.alerting.functions.notifier.groups_table import GroupsTable
from stacks.alerting.functions.notifier.handler import BatchHandler
from stacks.alerting.functions.notifier.mail import Place
from stacks.alerting.functions.notifier.ports import LEASE_MARGIN_MILLISECONDS, NotifierError
from stacks.alerting.functions.notifier.settings import NotifierSettings
from stacks.alerting.functions.notifier.summary import body, subject
from tests.support.botocore_clients import create_client
from tests.unit.functions.builders import NOW, SECRET, stored, suspicious

WINDOW_SECONDS = 900
VISIBILITY_MILLISECONDS = 360_000
FULL_TIME = 30_000


class PowerCut(BaseException):
    """The invocation ends here, as a timeout ends it: nothing below runs."""


class Context:
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return FULL_TIME


class Desk:
    """A notifier on a real client of DynamoDB, mails and closings in lists; it may be cut short anywhere."""

    def __init__(self, window_seconds: int = WINDOW_SECONDS, most_mails: int = 0) -> None:
        client = create_client("dynamodb", attempts=1)
        client.create_table(
            TableName="alerts-test",
            KeySchema=[{"AttributeName": "alert_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "alert_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.client = client
        self.now = NOW
        self.calls_left: int | None = None
        self.mails: list[tuple[str, str]] = []
        self.closings: list[tuple[int, str]] = []
        """When each is due, and the message."""
        settings_read = NotifierSettings.read(
            {
                "ENVIRONMENT_SUFFIX": "test",
                "LOG_LEVEL": "ERROR",
                "PSEUDONYM_SECRET": SECRET,
                "ALERTS_TABLE": "alerts-test",
                "ALERTS_TIME_TO_LIVE_DAYS": "365",
                "FRAUD_ALERTS_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:fraud-alerts-topic-test",
                "TRANSACTIONS_TABLE": "transactions-test",
                "VERDICTS_URL": "https://api.example/transactions/{transaction_id}/verdict",
                "SUSPICIOUS_QUEUE_URL": "unused",
                "ALERT_GROUPING_SECONDS": str(window_seconds),
                "MOST_MAILS_PER_MINUTE": str(most_mails),
                "AWS_LAMBDA_FUNCTION_NAME": "notifier",
            }
        )
        self.dependencies = Dependencies(
            records=_Interruptible(AlertsTable(client, "alerts-test"), self),
            groups=_Interruptible(GroupsTable(client, "alerts-test"), self),
            closings=_Interruptible(self, self),
            mailer=_Interruptible(self, self),
            settings=settings_read,
            log=Logger("notifier", "ERROR"),
            clock=lambda: self.now,
        )

    def publish(self, title: str, text: str) -> str:
        self.mails.append((title, text))
        return f"message-{len(self.mails)}"

    def request(self, request: CloseRequest, *, delay_seconds: int) -> None:
        assert 0 <= delay_seconds <= 900, "of SQS"
        self.closings.append((self.now + delay_seconds * 1000, request.to_json()))

    def deliver(self, message: str, *, calls: int | None = None) -> bool:
        """Handle a message, with a power cut after so many calls; tell whether it may be deleted."""
        self.calls_left = calls
        event = {"Records": [{"messageId": "m", "body": message}]}
        try:
            answer = BatchHandler(self.dependencies).handle(event, Context())
        except PowerCut:
            return False
        finally:
            self.calls_left = None
        return not answer["batchItemFailures"]

    def close_what_is_due(self, cut_after: int | None = None) -> None:
        due = [each for each in self.closings if each[0] <= self.now]
        self.closings = [each for each in self.closings if each[0] > self.now]
        for _, message in due:
            if not self.deliver(message, calls=cut_after):
                self.closings.append((self.now + VISIBILITY_MILLISECONDS, message))

    def own_mails(self) -> Counter[str]:
        found = [re.search(r"^Transaction: (\S+)$", text, re.MULTILINE) for _, text in self.mails]
        return Counter(each[1] for each in found if each)

    def summaries(self) -> list[list[str]]:
        found = [re.findall(r"TRANSACTION=(\S+) TIMESTAMP=\d", text) for _, text in self.mails]
        return [ids for (_, text), ids in zip(self.mails, found, strict=True) if "\nFurther alerts: " in text]

    def statuses(self) -> dict[str, str]:
        items = self.client.scan(TableName="alerts-test")["Items"]
        return {
            item["transaction_id"]["S"]: item["mail_status"]["S"]
            for item in items
            if "transaction_id" in item
        }


class _Interruptible:
    """Passes calls on; the power is cut before or after one, as its desk says."""

    def __init__(self, inner: Any, desk: Desk) -> None:
        self._inner, self._desk = inner, desk

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._inner, name)

        def passed(*arguments: Any, **named: Any) -> Any:
            left = self._desk.calls_left
            if left == 0:
                raise PowerCut
            result = call(*arguments, **named)
            if left is not None:
                self._desk.calls_left = left - 1
                if left == 1:
                    raise PowerCut
            return result

        return passed


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    monkeypatch.setattr("stacks.alerting.functions.notifier.grouping.pause", lambda _: None)
    with mock_aws():
        yield Desk()


def alert(
    name: str, *, account: str = "account-1", score: str = "0.8", **changes: Any
) -> SuspiciousTransaction:
    transaction = stored(transaction_id=name, account_id=account, **{"amount": Decimal("500.00"), **changes})
    return suspicious(transaction=transaction, score=Decimal(score))


def test_three_alerts_of_an_account_are_one_mail_and_one_summary(desk: Desk) -> None:
    for name in ("t-1", "t-2", "t-3"):
        assert desk.deliver(alert(name).to_json())
        desk.now += 1000
    assert (desk.own_mails(), desk.summaries()) == ({"t-1": 1}, [])
    assert desk.statuses() == {"t-1": "SENT", "t-2": "GROUPED", "t-3": "GROUPED"}
    assert [due for due, _ in desk.closings] == [NOW + WINDOW_SECONDS * 1000], "asked for once, at its end"
    desk.now = NOW + WINDOW_SECONDS * 1000
    desk.close_what_is_due()
    assert desk.summaries() == [["t-2", "t-3"]]
    title, text = desk.mails[-1]
    assert title.startswith("[test] Fraud 0.80: 2 further alerts of acct-")
    assert title.endswith("1,000.00 USD")
    assert "account-1" not in title + text
    desk.now += 1
    assert desk.deliver(alert("t-4").to_json())
    assert desk.own_mails() == {"t-1": 1, "t-4": 1}, "the next alert opens another group"


def test_a_count_whose_answer_was_lost_is_found_done_when_it_is_tried_again(desk: Desk) -> None:
    """As the client does by itself after a timeout; at once other alerts have changed the group, too."""
    once = desk.client.transact_write_items

    def twice(**request: Any) -> Any:
        once(**request)
        return once(**request)

    assert desk.deliver(alert("t-1").to_json())
    desk.client.transact_write_items = twice
    assert desk.deliver(alert("t-2").to_json())
    assert desk.own_mails() == {"t-1": 1}
    assert desk.statuses() == {"t-1": "SENT", "t-2": "GROUPED"}


@pytest.fixture
def flooded(desk: Desk) -> Desk:
    """A desk of which three mails a minute are enough, at an empty table."""
    desk.client.delete_table(TableName="alerts-test")
    return Desk(most_mails=3)


def test_a_flood_of_many_accounts_is_a_few_mails_and_one_digest_with_everything_recorded(
    flooded: Desk,
) -> None:
    names = [f"t-{number}" for number in range(40)]
    for number, name in enumerate(names):
        assert flooded.deliver(alert(name, account=f"account-{number}").to_json())
        flooded.now += 1000
    assert flooded.own_mails() == dict.fromkeys(names[:3], 1)
    assert flooded.statuses() == dict.fromkeys(names[:3], "SENT") | dict.fromkeys(names[3:], "GROUPED")
    assert [due for due, _ in flooded.closings] == [NOW + FLOOD_SECONDS * 1000], "asked for once"
    flooded.now = NOW + FLOOD_SECONDS * 1000
    flooded.close_what_is_due()
    [listed] = flooded.summaries()
    assert listed == names[3 : 3 + MAXIMUM_LISTED]
    title, text = flooded.mails[-1]
    assert title.startswith("[test] Fraud 0.80: 37 further alerts of many accounts, 18,500.00 USD")
    assert "3 had mails of their own" in " ".join(text.split())
    assert f"and {37 - MAXIMUM_LISTED} more" in text
    assert "account-" not in text
    assert len(set(re.findall(r"acct-[0-9a-f]{16}", text))) == MAXIMUM_LISTED
    flooded.now += 1
    assert flooded.deliver(alert("t-later", account="account-later").to_json())
    assert flooded.own_mails()["t-later"] == 1, "the next minute begins anew"


@pytest.mark.parametrize("calls", range(1, 9))
def test_an_alert_in_a_flood_is_told_once_wherever_its_handling_ends(flooded: Desk, calls: int) -> None:
    for number in range(3):
        assert flooded.deliver(alert(f"t-{number}", account=f"account-{number}").to_json())
    message = alert("t-cut", account="account-cut").to_json()
    while not flooded.deliver(message, calls=calls):
        calls, flooded.now = 99, flooded.now + FULL_TIME + LEASE_MARGIN_MILLISECONDS + 1
    flooded.now += FLOOD_SECONDS * 1000 + VISIBILITY_MILLISECONDS
    flooded.close_what_is_due()
    told = Counter(flooded.own_mails()) + Counter(each for listed in flooded.summaries() for each in listed)
    assert told == {"t-0": 1, "t-1": 1, "t-2": 1, "t-cut": 1}


def test_what_is_recorded_and_mailed_is_counted_at_any_level(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("t-1", "t-2", "t-2"):
        assert desk.deliver(alert(name, received_at=desk.now - 250).to_json())
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [
        {metric["Name"]: line[metric["Name"]] for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
        for line in lines
    ]
    assert told == [{"Recorded": 1, "Mailed": 1, "MailLag": 250}, {"Recorded": 1, "Mailed": 0}]
    assert {line["FunctionName"] for line in lines} == {"notifier"}


def test_other_accounts_have_groups_of_their_own(desk: Desk) -> None:
    for account in ("a", "b"):
        assert desk.deliver(alert(f"t-{account}", account=account).to_json())
    assert desk.own_mails() == {"t-a": 1, "t-b": 1}


def test_an_account_with_a_single_alert_costs_no_further_message(desk: Desk) -> None:
    assert desk.deliver(alert("t-1").to_json())
    assert desk.closings == []


def test_without_a_window_every_alert_has_its_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        desk = Desk(window_seconds=0)
        for name in ("t-1", "t-2"):
            assert desk.deliver(alert(name).to_json())
        assert desk.own_mails() == {"t-1": 1, "t-2": 1}
        assert len(desk.client.scan(TableName="alerts-test")["Items"]) == 2


@pytest.mark.parametrize(
    ("change", "breaks_through"),
    [
        ({}, False),
        ({"score": "0.9"}, False),
        ({"score": "0.901"}, True),
        ({"amount": Decimal("4999.99")}, False),
        ({"amount": Decimal("5000.00")}, True),
        ({"currency": "EUR"}, True),
    ],
)
def test_what_is_much_graver_does_not_wait(
    desk: Desk, change: dict[str, Any], *, breaks_through: bool
) -> None:
    assert desk.deliver(alert("t-1").to_json())
    assert desk.deliver(alert("t-2", **change).to_json())
    assert desk.own_mails()["t-2"] == breaks_through
    assert desk.deliver(alert("t-3", **change).to_json())
    assert desk.own_mails()["t-3"] == 0, "the bar is raised"


def test_a_closing_that_cannot_be_asked_for_means_a_mail(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(request: CloseRequest, *, delay_seconds: int) -> None:
        raise NotifierError("the closing was not requested: AccessDenied")

    monkeypatch.setattr(desk, "request", refuse)
    for name in ("t-1", "t-2"):
        assert desk.deliver(alert(name).to_json())
    assert desk.own_mails() == {"t-1": 1, "t-2": 1}


def test_a_group_that_others_change_all_the_time_means_a_mail(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.deliver(alert("t-1").to_json())
    monkeypatch.setattr(GroupsTable, "join", lambda *_, **__: False)
    assert desk.deliver(alert("t-2").to_json())
    assert desk.own_mails() == {"t-1": 1, "t-2": 1}


def test_a_group_takes_alerts_until_its_closing_is_handled(desk: Desk) -> None:
    """Seen once: 131 alerts of an account, 34 mails."""
    for name in ("t-1", "t-2"):
        assert desk.deliver(alert(name).to_json())
    desk.now += WINDOW_SECONDS * 1000
    for number in range(3, 40):
        assert desk.deliver(alert(f"t-{number}").to_json())
        desk.now += 100
    desk.close_what_is_due()
    assert desk.own_mails() == {"t-1": 1}
    [summary] = [text for _, text in desk.mails if "\nFurther alerts: " in text]
    assert "Further alerts: 38" in summary
    assert set(desk.statuses().values()) == {"SENT", "GROUPED"}


def test_a_group_whose_closing_failed_takes_alerts_until_it_comes_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("t-1", "t-2"):
        assert desk.deliver(alert(name).to_json())
    desk.now += WINDOW_SECONDS * 1000

    def refuse(title: str, text: str) -> str:
        raise NotifierError("the mail was not published: Throttling")

    with monkeypatch.context() as patch:
        patch.setattr(desk, "publish", refuse)
        desk.close_what_is_due()
    assert desk.summaries() == []
    assert desk.deliver(alert("t-3").to_json())
    desk.now += VISIBILITY_MILLISECONDS
    assert desk.deliver(alert("t-4").to_json())
    desk.close_what_is_due()
    assert (desk.own_mails(), desk.summaries()) == ({"t-1": 1}, [["t-2", "t-3", "t-4"]])


def test_where_no_closing_comes_alerts_are_mailed_and_the_group_is_kept(desk: Desk) -> None:
    for name in ("t-1", "t-2"):
        assert desk.deliver(alert(name).to_json())
    desk.now += WINDOW_SECONDS * 1000 + CLOSING_GRACE_MILLISECONDS
    assert desk.deliver(alert("t-3").to_json())
    desk.close_what_is_due()
    assert desk.own_mails() == {"t-1": 1, "t-3": 1}
    assert desk.summaries() == [["t-2"]]


def test_a_summary_comes_once_however_often_its_closing_is_delivered(desk: Desk) -> None:
    for name in ("t-1", "t-2"):
        assert desk.deliver(alert(name).to_json())
    [(desk.now, message)] = desk.closings
    assert [desk.deliver(message) for _ in range(3)] == [True] * 3
    assert len(desk.summaries()) == 1


@pytest.mark.parametrize("calls", range(1, 4))
def test_a_closing_that_is_cut_short_is_done_by_its_next_delivery(desk: Desk, calls: int) -> None:
    for name in ("t-1", "t-2"):
        assert desk.deliver(alert(name).to_json())
    desk.now += WINDOW_SECONDS * 1000
    desk.close_what_is_due(cut_after=calls)
    desk.now += VISIBILITY_MILLISECONDS
    desk.close_what_is_due()
    assert desk.closings == []
    # Cut between mail and mark, it is mailed again rather than never.
    assert desk.summaries() == [["t-2"]] * (2 if calls == 2 else 1)


STEPS = st.lists(
    st.tuples(
        st.integers(0, 7),  # which alert
        st.sampled_from(["0.6", "0.8", "0.95"]),
        st.none() | st.integers(1, 6),  # calls until the power is cut
        st.sampled_from([0, 1_000, 200_000, VISIBILITY_MILLISECONDS, WINDOW_SECONDS * 1000]),
        st.none() | st.integers(1, 3),  # the same, for the closings that are due
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_no_alert_is_lost_whatever_is_repeated_or_cut_short(steps: list[Any]) -> None:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setattr("stacks.alerting.functions.notifier.grouping.pause", lambda _: None)
        desk = Desk()
        waiting: dict[str, str] = {}
        cuts = 0
        for number, score, cut, wait, closing_cut in steps:
            message = alert(f"t-{number}", score=score).to_json()
            if desk.deliver(message, calls=cut):
                waiting.pop(f"t-{number}", None)
            else:
                waiting[f"t-{number}"] = message
                cuts += 1
            desk.now += wait
            mails = len(desk.mails)
            desk.close_what_is_due(cut_after=closing_cut)
            cuts += len(desk.mails) - mails if closing_cut else 0
        for _ in range(4):
            desk.now += VISIBILITY_MILLISECONDS
            waiting = {name: each for name, each in waiting.items() if not desk.deliver(each)}
            desk.close_what_is_due()
        desk.now += WINDOW_SECONDS * 1000
        desk.close_what_is_due()
        assert not waiting
        assert not desk.closings
        names = {f"t-{step[0]}" for step in steps}
        told = desk.own_mails() + Counter(name for ids in desk.summaries() for name in set(ids))
        assert set(told) == set(desk.statuses()) == names, "each is recorded, and told of"
        assert set(desk.statuses().values()) <= {"SENT", "GROUPED"}
        grouped = {name for name, status in desk.statuses().items() if status == "GROUPED"}
        assert grouped <= {name for ids in desk.summaries() for name in ids}
        assert all(len(ids) == len(set(ids)) for ids in desk.summaries()), "counted once"
        if not cuts:
            assert set(told.values()) == {1}


@given(st.lists(st.decimals("0.01", "9999", places=2), min_size=1, max_size=60))
def test_a_summary_counts_all_and_lists_a_bounded_number(amounts: list[Decimal]) -> None:
    first = alert("t-0")
    group = AlertGroup.opened(first, now=NOW, window_seconds=WINDOW_SECONDS)
    for number, amount in enumerate(amounts, start=1):
        group = group.with_grouped(alert(f"t-{number}", amount=amount))
    place = Place("test", "us-east-1", "transactions-test", "alerts-test", "https://api.example")
    text = body(group, account="acct-0123456789abcdef", place=place)
    listed = len(re.findall("TRANSACTION=t-", text))
    assert listed == min(len(amounts), MAXIMUM_LISTED)
    assert f"Further alerts: {len(amounts)}\n" in text
    assert f"Together: {sum(amounts):,.2f} USD\n" in text
    assert (f"and {len(amounts) - listed} more" in text) == (listed < len(amounts))
    assert f'"S": "{first.transaction.alert_id}"' in text
    assert len(subject(group, account="acct-0123456789abcdef", environment="test")) <= 100
    assert AlertGroup.from_values(group.to_values()) == group


@pytest.mark.parametrize("broken", [{"opened_by": 1}, {"account_id": None}, {"schema_version": 2}])
def test_a_closing_that_is_not_ours_is_reported(desk: Desk, broken: dict[str, Any]) -> None:
    message = json.loads(CloseRequest(account_id="a", opened_by="b", trace_header="").to_json())
    assert not desk.deliver(json.dumps({**message, **broken}))
