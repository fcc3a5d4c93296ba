"""The first decision about a transaction stands: after crashes, duplicates, late deliveries, in any order."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.runtime.alerts import transaction_facts
from shared.runtime.decisions import (
    DECISION_ATTRIBUTE,
    RecordedDecision,
    decision_of_item,
    suspicious_transaction,
)
from shared.runtime.dynamodb import to_attribute, to_item
from shared.runtime.events import AlertReason, SuspiciousTransaction
from shared.runtime.fields import EventError
from shared.runtime.logs import Logger
from shared.runtime.reduction import device_name, reduced
from stacks.alerting.functions.notifier.record import alert_record
from stacks.compute.functions.detector.active_rules import ActiveRules
from stacks.compute.functions.detector.adapters import (
    ProfilesTable,
    PublishedRules,
    SuspiciousQueue,
    TransactionsTable,
)
from stacks.compute.functions.detector.detection import Detection
from stacks.compute.functions.detector.first_uses_table import FirstUsesTable
from stacks.compute.functions.detector.population_table import PopulationTable
from stacks.compute.functions.detector.ports import DetectorError
from stacks.compute.functions.detector.recording import recorded
from stacks.compute.functions.detector.scoring import AccountProfile, MerchantProfile, Scorer, load_rules
from stacks.compute.functions.ingest.transaction import item_of
from stacks.compute.functions.profiles.transactions import scored_transaction
from tests.unit.functions.builders import NOW, SECRET, TRACE_HEADER, body, bus_event, stored, suspicious
from tests.unit.functions.conftest import Cloud, control, controls_in
from tests.unit.functions.histories import account_of, habit, limited

RULES = limited(USD=4_000.0)
FRAUD = Decimal("5000.00")
"""Over the limit: suspicious, whoever pays it."""
USUAL = Decimal("12.50")
DAY = 86_400_000
RUNS = count()
"""Tells the examples of one test apart, which share their tables."""


class CrashError(BaseException):
    """The process ends, wherever it is."""


class Crashing:
    """Wraps the parts of a detector; the process ends at one call of them, before or after its effect."""

    def __init__(self, point: int, *, after: bool) -> None:
        self._point = point
        self._after = after
        self.calls: list[str] = []

    def around(self, part: object) -> Any:
        """The part, with each of its calls counted."""
        crashing = self

        class Wrapped:
            def __getattr__(self, name: str) -> Any:
                member = getattr(part, name)
                return (
                    crashing.counted(f"{type(part).__name__}.{name}", member) if callable(member) else member
                )

        return Wrapped()

    def counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def made(*arguments: Any, **named: Any) -> Any:
            self.calls.append(name)
            ends = len(self.calls) - 1 == self._point
            if ends and not self._after:
                raise CrashError
            answer = call(*arguments, **named)
            if ends:
                raise CrashError
            return answer

        return made


NEVER = Crashing(-1, after=False)


def detector(cloud: Cloud, crashing: Crashing = NEVER, *, now: int = NOW) -> Detection:
    """A detector as a new process has it."""
    dynamodb, log = cloud.dynamodb, Logger("detector", "ERROR")
    return Detection(
        crashing.around(ProfilesTable(dynamodb, "profiles-test", controls_in(dynamodb))),
        crashing.around(FirstUsesTable(dynamodb, "profiles-test")),
        crashing.around(PopulationTable(dynamodb, "profiles-test")),
        crashing.around(TransactionsTable(dynamodb, "transactions-test")),
        crashing.around(SuspiciousQueue(cloud.sqs, cloud.queue_url)),
        rules=ActiveRules(PublishedRules(dynamodb, "profiles-test"), RULES, log, "detector"),
        log=log,
        function_name="detector",
        pseudonym_secret=SECRET,
        time_to_live=timedelta(days=180),
        clock=lambda: now,
    )


def event_of(cloud: Cloud, **changes: Any) -> dict[str, Any]:
    """Store a transaction, unless it is, and return its event."""
    event = bus_event(**changes)
    cloud.store(event["detail"]["dynamodb"]["NewImage"])
    return event


def decisions(cloud: Cloud) -> dict[str, RecordedDecision | None]:
    """Transaction id -> the decision that its item carries."""
    items = cloud.dynamodb.scan(TableName="transactions-test")["Items"]
    return {item["transaction_id"]["S"]: decision_of_item(item) for item in items}


def told(cloud: Cloud) -> list[SuspiciousTransaction]:
    """Take what waits for the notifier."""
    taken = cloud.messages(cloud.queue_url)
    for message in taken:
        cloud.sqs.delete_message(QueueUrl=cloud.queue_url, ReceiptHandle=message["ReceiptHandle"])
    return [SuspiciousTransaction.from_json(message["Body"]) for message in taken]


def learnt(cloud: Cloud) -> int:
    """How many transactions the accounts' profiles have learnt."""
    profiles = [item for item in cloud.items("profiles-test") if item["profile_id"].startswith("account#")]
    return sum(AccountProfile.from_state(item["state"]).count for item in profiles)


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
    messages: list[SuspiciousTransaction] = []
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


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.decimals(0, 1, places=6)


@given(
    st.builds(
        RecordedDecision,
        suspicious=st.booleans(),
        decided_at=st.integers(0, 2**53),
        score=st.none() | numbers,
        score_threshold=st.none() | numbers,
        rules_version=st.none() | texts,
        suppressed_by=st.none() | texts,
        base=st.none() | numbers,
        scored_without=st.lists(texts, max_size=3).map(tuple),
        reasons=st.lists(
            st.builds(
                AlertReason,
                code=texts,
                observed=texts,
                baseline=texts,
                threshold=texts,
                unit=texts,
                contribution=numbers,
                points=st.none() | numbers,
            )
        ).map(tuple),
    )
)
def test_a_decision_is_read_back_as_it_was_written(decision: RecordedDecision) -> None:
    assert decision_of_item({"decision": to_attribute(decision.values())}) == decision


def test_what_raised_no_alert_has_no_message() -> None:
    with pytest.raises(EventError, match="no alert"):
        suspicious_transaction(stored(), RecordedDecision(suspicious=False, decided_at=NOW), TRACE_HEADER)


DEVICE, ADDRESS = "8f14e45f-ceea-4e7a-9c1d-0123456789ab", "203.0.113.195"
LATITUDE, LONGITUDE = Decimal("-52.520008"), Decimal("13.404954")


def test_message_and_record_hold_neither_device_nor_address_nor_the_exact_place() -> None:
    """They live for years; the transaction, which has all of it, does not."""
    paid = stored(device_id=DEVICE, ip_address=ADDRESS, latitude=LATITUDE, longitude=LONGITUDE)
    new_device = replace(suspicious().reasons[0], code="new_device", observed=DEVICE)
    decision = RecordedDecision(
        suspicious=True,
        decided_at=NOW,
        score=Decimal("0.9"),
        score_threshold=Decimal("0.5"),
        rules_version="1",
        reasons=(new_device,),
    )
    told = suspicious_transaction(paid, decision, TRACE_HEADER)
    record = alert_record(told, account="acct-1", trace_id="", now=NOW, time_to_live_days=7)
    by_a_verdict = transaction_facts(paid)
    for text in (told.to_json(), repr(record), repr(by_a_verdict)):
        for raw in (DEVICE, ADDRESS, str(LATITUDE), str(LONGITUDE)):
            assert raw not in text
    name = device_name(DEVICE)
    assert (told.transaction.latitude, told.transaction.longitude) == (Decimal("-52.52"), Decimal("13.40"))
    assert told.transaction.device_id == record["device_id"] == by_a_verdict["device_id"] == name
    assert told.reasons[0].observed == name
    assert device_name(name) == name != device_name("another")
    assert reduced(told.transaction) == told.transaction


def test_a_full_payment_and_its_decision_fit_into_one_write_unit() -> None:
    """DynamoDB bills the larger of the item before and after the write, in steps of 1 KB."""
    values = body(
        transaction_id="8f14e45f-ceea-4e7a-9c1d-0123456789ab",
        account_id="acc-8f14e45f-ceea-4e7a",
        merchant_id="merchant-8f14e45f-ceea",
        merchant_category="grocery",
        country="DE",
        channel="web",
        device_id="8f14e45f-ceea-4e7a-9c1d-0123456789ab",
        ip_address="203.0.113.195",
        latitude=Decimal("-52.520008"),
        longitude=Decimal("-13.404954"),
        card_present=False,
    )
    item = item_of(values, received_at=NOW, trace_header=TRACE_HEADER, time_to_live_days=365)
    scorer = Scorer(load_rules())
    account = account_of(*habit(30))
    transaction = scored_transaction(stored(**values))
    assessment = scorer.assess(transaction, account, MerchantProfile(), scorer.unknown_population())
    item[DECISION_ATTRIBUTE] = recorded(assessment.decision, NOW).values()
    assert 500 < _size(to_item(item)) <= 1024


def _size(item: Mapping[str, Any]) -> int:
    """Bytes of an item as DynamoDB counts them.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(len(name.encode()) + _value_size(*value.popitem()) for name, value in item.items())


def _value_size(kind: str, value: Any) -> int:
    match kind:
        case "N":
            return len(value.strip("-").replace(".", "")) // 2 + 2
        case "S":
            return len(value.encode())
        case "M":
            return 3 + len(value) + _size(value)
        case "L":
            return 3 + len(value) + sum(_value_size(*each.popitem()) for each in value)
    return 1
