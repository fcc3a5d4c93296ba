"""The first decision about a transaction stands: after crashes, duplicates, late deliveries, in any order."""

from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.runtime.decisions import RecordedDecision
from shared.runtime.dynamodb import to_item
from stacks.compute.functions.detector.ports import DetectorError
from tests.unit.functions.builders import NOW, bus_event, stored
from tests.unit.functions.conftest import Cloud, control
from tests.unit.functions.deciding import (
    FRAUD,
    RULES,
    USUAL,
    CrashError,
    Crashing,
    decisions,
    detector,
    event_of,
    learnt,
    told,
)

DAY = 86_400_000
RUNS = count()
"""Tells the examples of one test apart, which share their tables."""


def test_the_item_carries_what_was_decided_and_why(cloud: Cloud) -> None:
    detector(cloud).receive(event_of(cloud, amount=FRAUD))
    [decision] = decisions(cloud).values()
    [message] = told(cloud)
    assert decision is not None
    assert (decision.suspicious, decision.decided_at, decision.suppressed_by) == (True, NOW, None)
    assert decision.rules_version == RULES.version
    assert (decision.score, decision.reasons) == (message.score, message.reasons)
    assert (decision.reasons[0].code, decision.base) == ("amount_limit", message.base)


def test_a_transaction_that_is_not_suspicious_carries_its_decision_too(cloud: Cloud) -> None:
    detector(cloud).receive(event_of(cloud))
    [decision] = decisions(cloud).values()
    assert decision is not None
    assert decision.score is not None
    assert 0 < decision.score < RULES.alert_threshold
    assert (decision.suspicious, decision.decided_at) == (False, NOW)
    assert (decision.score_threshold, decision.rules_version) == (
        Decimal(str(RULES.alert_threshold)),
        RULES.version,
    )
    assert (decision.suppressed_by, decision.scored_without) == (None, ())


def test_an_alert_that_a_control_holds_back_says_which(cloud: Cloud) -> None:
    snooze = control("account#account-1", snoozed_until=NOW + 1)
    cloud.dynamodb.put_item(TableName="profiles-test", Item=to_item(snooze))
    detector(cloud).receive(event_of(cloud, amount=FRAUD))
    [decision] = decisions(cloud).values()
    assert decision is not None
    assert (decision.suspicious, decision.suppressed_by) == (False, "snooze")
    assert decision.reasons
    assert told(cloud) == []


def calls_of(cloud: Cloud, amount: Decimal) -> list[str]:
    counting = Crashing(-1, after=False)
    detector(cloud, counting).receive(
        event_of(cloud, transaction_id="counted", account_id="c", amount=amount)
    )
    told(cloud)
    return counting.calls


@pytest.mark.parametrize(
    ("amount", "order"),
    [
        (
            FRAUD,
            [
                "PopulationTable.view",
                "ProfilesTable.read",
                "FirstUsesTable.read",
                "TransactionsTable.record",
                "SuspiciousQueue.send",
                "ProfilesTable.write",
                "FirstUsesTable.learn",
            ],
        ),
        (
            USUAL,
            [
                "PopulationTable.view",
                "ProfilesTable.read",
                "FirstUsesTable.read",
                "ProfilesTable.write",
                "FirstUsesTable.learn",
                "TransactionsTable.record",
            ],
        ),
    ],
)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("point", range(6))
def test_a_crash_at_any_call_is_completed_by_the_next_delivery(
    cloud: Cloud, amount: Decimal, order: list[str], point: int, after: bool
) -> None:
    assert calls_of(cloud, amount) == order
    event = event_of(cloud, amount=amount)
    with pytest.raises(CrashError):
        detector(cloud, Crashing(point, after=after)).receive(event)
    detector(cloud, now=NOW + 60_000).receive(event)
    decision, before = decisions(cloud)["t-1"], learnt(cloud)
    assert decision is not None
    assert decision.suspicious is (amount == FRAUD)
    assert before == 2, "each of the two accounts has learnt its transaction once"
    alerts = told(cloud)
    assert {(alert.transaction.alert_id, alert.score, alert.reasons) for alert in alerts} == (
        {(stored().alert_id, decision.score, decision.reasons)} if decision.suspicious else set()
    ), "one alert for the notifier, with what was decided first"
    for later in (NOW + 120_000, NOW + 90 * DAY):
        detector(cloud, now=later).receive(event)
    assert (decisions(cloud)["t-1"], learnt(cloud)) == (decision, before)


def test_a_crash_between_learning_and_recording_leaves_no_score(cloud: Cloud) -> None:
    event = event_of(cloud)
    with pytest.raises(CrashError):
        detector(cloud, Crashing(5, after=False)).receive(event)
    assert (decisions(cloud), learnt(cloud)) == ({"t-1": None}, 1)
    assert detector(cloud, now=NOW + 60_000).receive(event) is None
    assert decisions(cloud) == {"t-1": RecordedDecision(suspicious=False, decided_at=NOW + 60_000)}


def test_a_payment_judged_long_ago_is_not_judged_by_what_came_later(cloud: Cloud) -> None:
    """Seen once: after 30 more payments of the account a redrive judged one anew, .66 instead of 0."""
    first = event_of(cloud, transaction_id="first", timestamp=NOW - 40 * DAY)
    detector(cloud).receive(first)
    for number in range(30):
        at = NOW - (30 - number) * DAY
        detector(cloud).receive(event_of(cloud, transaction_id=f"later-{number}", timestamp=at))
    deny = control("merchant#merchant-1", standing="deny", standing_until=NOW)
    cloud.dynamodb.put_item(TableName="profiles-test", Item=to_item(deny))
    before, taught = decisions(cloud), learnt(cloud)
    assert told(cloud) == []
    assert detector(cloud).receive(first) is None
    assert (decisions(cloud), learnt(cloud), told(cloud)) == (before, taught, [])
    unknown = event_of(cloud, transaction_id="unknown", timestamp=NOW - 40 * DAY)
    detector(cloud).receive(unknown)
    assert len(told(cloud)) == 1, "one like it that was never judged is suspicious now"


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    payments=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([USUAL, Decimal("99.00"), FRAUD]), st.integers(0, 40)),
        min_size=1,
        max_size=5,
    ),
    deliveries=st.lists(st.integers(0, 4), max_size=12),
)
def test_no_delivery_changes_a_decision_in_any_order(
    cloud: Cloud, payments: list[tuple[int, Decimal, int]], deliveries: list[int]
) -> None:
    run = f"run-{next(RUNS)}"
    events = [
        event_of(
            cloud,
            transaction_id=f"{run}-{number}",
            account_id=f"{run}-{account}",
            amount=amount,
            timestamp=NOW - minutes * 60_000,
        )
        for number, (account, amount, minutes) in enumerate(payments)
    ]
    first: dict[str, RecordedDecision | None] = {}
    messages: list[Any] = []
    for step, number in enumerate([*deliveries, *range(len(events))]):
        if number < len(events):
            detector(cloud, now=NOW + step).receive(events[number])
            messages += told(cloud)
            standing = {each: made for each, made in decisions(cloud).items() if each.startswith(f"{run}-")}
            assert all(standing[each] == made for each, made in first.items())
            first = {each: made for each, made in standing.items() if made is not None}
    assert len(first) == len(events)
    suspicious = {each: made for each, made in first.items() if made is not None and made.suspicious}
    assert {message.transaction.transaction_id for message in messages} == set(suspicious)
    for message in messages:
        made = suspicious[message.transaction.transaction_id]
        assert (message.score, message.reasons) == (made.score, made.reasons)


def test_a_transaction_that_is_gone_is_told_to_nobody(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    assert detector(cloud).receive(bus_event(amount=FRAUD)) is None
    assert (decisions(cloud), told(cloud)) == ({}, []), "and no item is made of the decision alone"
    assert "expired or erased" in capsys.readouterr().out


def test_another_timestamp_makes_another_transaction(cloud: Cloud) -> None:
    for timestamp in (NOW, NOW + 1):
        detector(cloud, now=timestamp).receive(event_of(cloud, timestamp=timestamp))
    decided = [item["decision"]["decided_at"] for item in cloud.items("transactions-test")]
    assert sorted(decided) == [NOW, NOW + 1]


@pytest.mark.parametrize("attribute", [{"S": "yes"}, {"M": {}}, {"M": {"suspicious": {"S": "no"}}}])
def test_a_decision_that_is_not_ours_is_left_alone(cloud: Cloud, attribute: Any) -> None:
    event = event_of(cloud, amount=FRAUD)
    cloud.dynamodb.update_item(
        TableName="transactions-test",
        Key={name: event["detail"]["dynamodb"]["NewImage"][name] for name in ("transaction_id", "timestamp")},
        UpdateExpression="SET decision = :decision",
        ExpressionAttributeValues={":decision": attribute},
    )
    with pytest.raises(DetectorError, match="decision is not readable"):
        detector(cloud).receive(event)
    assert told(cloud) == []
