"""Grouping: each alert has its own mail or its place in one summary, whatever is repeated or cut short."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from shared.runtime.alerts import group_key
from shared.runtime.dynamodb import from_item
from stacks.alerting.functions.notifier.close_request import CloseRequest
from stacks.alerting.functions.notifier.group import FLOOD_SECONDS, MAXIMUM_LISTED, AlertGroup
from stacks.alerting.functions.notifier.groups_table import GroupsTable
from stacks.alerting.functions.notifier.mail import Place
from stacks.alerting.functions.notifier.ports import LEASE_MARGIN_MILLISECONDS, NotifierError
from stacks.alerting.functions.notifier.summary import body, subject
from tests.unit.functions.builders import NOW
from tests.unit.functions.grouping_desk import (
    FULL_TIME,
    VISIBILITY_MILLISECONDS,
    WINDOW_SECONDS,
    Desk,
    alert,
    opened,
)
from tools.reconciliation.standing import SUMMARY_GRACE_MILLISECONDS, Standing


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    yield from opened(monkeypatch)


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


def test_the_first_alert_that_comes_again_after_its_summary_opens_no_group_of_the_same_name(
    desk: Desk,
) -> None:
    """Else `make reconcile`, which finds a group by its name, takes that summary for overdue."""
    first, later = alert("t-1"), alert("t-2")
    assert not desk.deliver(first.to_json(), calls=2), "cut between the group and the mail"
    assert desk.deliver(later.to_json())
    desk.now = NOW + WINDOW_SECONDS * 1000
    desk.close_what_is_due()
    assert desk.summaries() == [["t-2"]]
    desk.now += VISIBILITY_MILLISECONDS
    assert desk.deliver(first.to_json())
    assert desk.own_mails() == {"t-1": 1}
    assert desk.statuses() == {"t-1": "SENT", "t-2": "GROUPED"}
    record, group = (
        from_item(desk.client.get_item(TableName="alerts-test", Key={"alert_id": {"S": key}})["Item"])
        for key in (later.transaction.alert_id, group_key("account-1"))
    )
    now = desk.now + 2 * SUMMARY_GRACE_MILLISECONDS + WINDOW_SECONDS * 1000
    assert Standing("t-2", NOW).with_alert(record, [group], now).fault is None


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
    assert "3 were mailed singly" in " ".join(text.split())
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
