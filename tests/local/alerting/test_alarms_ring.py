"""Each alarm is driven from OK to ALARM and back by what it is for, and the operators' mails say so."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from emulator.cloud import faults
from emulator.cloud.chaos import Strike
from emulator.cloud.faults import Fault
from emulator.process import EmulatorProcess
from shared.runtime.dynamodb import to_item
from stacks.compute.functions.ingest.transaction import item_of
from stacks.compute.functions.profiles.items import account_key, sample_key
from stacks.compute.functions.profiles.rules_item import RULES_KEY
from tests.local.alerting.ringing import Ringing
from tests.support.harness import estate
from tests.unit.functions.builders import stored, suspicious
from tools.local.running.environment import Environment

ALARM_SCALE, VISIBILITY_SCALE = 1 / 60, 1 / 180
"""Five minutes are five seconds; six minutes until a message comes again are two seconds."""
HOUR_MILLISECONDS = 3_600_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ringing]:
    directory = tmp_path_factory.mktemp("alarms")
    process = EmulatorProcess(
        directory, "--alarm-scale", str(ALARM_SCALE), "--visibility-scale", str(VISIBILITY_SCALE)
    )
    environment = Environment(directory)
    try:
        emulator = environment.bring_up(process)
        yield Ringing(emulator, directory, environment.outputs_by_layer())
    finally:
        assert process.stop() == []


Incident = Callable[[Ringing], AbstractContextManager[None]]


@dataclass(frozen=True)
class Drive:
    """What goes wrong, the alarms that must ring, and what the operators do before they are over."""

    incident: Incident
    alarms: set[str]
    mend: Callable[[Ringing], None] = lambda _world: None


def broken(stem: str) -> Incident:
    return _both(lambda world: world.broken(stem), lambda world: world.traffic())


def throttled(stem: str) -> Incident:
    return _both(lambda world: world.throttled(stem), lambda world: world.traffic())


def struck(*kinds: Strike) -> Incident:
    return _both(lambda world: world.struck(*kinds), lambda world: world.traffic())


def _both(*incidents: Incident) -> Incident:
    @contextmanager
    def all_of(world: Ringing) -> Iterator[None]:
        with ExitStack() as entered:
            for each in incidents:
                entered.enter_context(each(world))
            yield

    return all_of


@contextmanager
def alerts(world: Ringing, *, received_at: int | None = None) -> Iterator[None]:
    """Alerts reach the notifier, about one a second."""
    done = threading.Event()

    def send() -> None:
        number = 0
        while not done.wait(0.7):
            number += 1
            at = received_at or time.time_ns() // 1_000_000
            name = f"alarm-{time.time_ns()}-{number}"
            transaction = stored(
                transaction_id=name, account_id=name, amount=Decimal("512.50"), received_at=at
            )
            world.send_alert(suspicious(transaction=transaction).to_json())

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        done.set()
        sender.join()


@contextmanager
def unread_messages(world: Ringing) -> Iterator[None]:
    """Something is in the queues that only AWS fills: a pipe that gave up, a bus that could not encrypt."""
    prefix = world.outputs["suspicious_queue_url"].rpartition("/")[0]
    for stem in ("pipe-dlq", "bus-dlq"):
        world.client("sqs").send_message(QueueUrl=f"{prefix}/{stem}-local", MessageBody="{}")
    yield


@contextmanager
def stopped_pipe(world: Ringing) -> Iterator[None]:
    pipes, name = world.client("pipes"), world.outputs["pipe_name"]
    pipes.stop_pipe(Name=name)
    try:
        yield
    finally:
        pipes.start_pipe(Name=name)


@contextmanager
def rule_without_target(world: Ringing) -> Iterator[None]:
    events, names = world.client("events"), _rule(world)
    targets = events.list_targets_by_rule(**names)["Targets"]
    kept = {"EventBusName": names["EventBusName"], "Rule": names["Rule"]}
    events.remove_targets(**kept, Ids=[each["Id"] for each in targets])
    try:
        yield
    finally:
        events.put_targets(**kept, Targets=targets)


@contextmanager
def no_permission(world: Ringing) -> Iterator[None]:
    """The rule may not start the detector, nor put aside what it cannot hand over."""
    functions, name = world.client("lambda"), world.function("detector")
    policy = json.loads(functions.get_policy(FunctionName=name)["Policy"])
    (statement,) = policy["Statement"]
    functions.remove_permission(FunctionName=name, StatementId=statement["Sid"])
    try:
        yield
    finally:
        functions.add_permission(
            FunctionName=name,
            StatementId=statement["Sid"],
            Action=statement["Action"],
            Principal=statement["Principal"]["Service"],
            SourceArn=statement["Condition"]["ArnLike"]["AWS:SourceArn"],
        )


@contextmanager
def closed_rule_queue(world: Ringing) -> Iterator[None]:
    sqs = world.client("sqs")
    url = f"{world.outputs['suspicious_queue_url'].rpartition('/')[0]}/rule-dlq-local"
    policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


@contextmanager
def forbidden_destination(world: Ringing) -> Iterator[None]:
    iam, role = world.client("iam"), "detector-role-local"
    statement = {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName="deny", PolicyDocument=document)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="deny")


@contextmanager
def slow_table(world: Ringing) -> Iterator[None]:
    """DynamoDB lets every write of a transaction wait for more than a second."""
    done = threading.Event()

    def hold() -> None:
        while not done.is_set():
            faults.write(world.directory, [Fault("dynamodb:PutItem", "hold", "transactions-local")])
            done.wait(1.4)
            faults.write(world.directory, [])
            done.wait(0.1)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        yield
    finally:
        done.set()
        holder.join()


@contextmanager
def verdicts(world: Ringing) -> Iterator[None]:
    """Analysts give verdicts."""
    done = threading.Event()

    def give() -> None:
        function = world.function("verdicts")
        while not done.wait(0.5):
            try:
                world.client("lambda").invoke(FunctionName=function, Payload=b"{}")
            except Exception as error:  # noqa: BLE001 - throttled, which is what is wanted
                assert "TooManyRequests" in repr(error)  # noqa: PT017

    giver = threading.Thread(target=give)
    giver.start()
    try:
        yield
    finally:
        done.set()
        giver.join()


@contextmanager
def damaged_profile(world: Ringing) -> Iterator[None]:
    key = account_key("damaged-account")
    with world.item(profile_id=key, state="no profile"), world.traffic(account_id="damaged-account"):
        yield


@contextmanager
def damaged_population(world: Ringing) -> Iterator[None]:
    with ExitStack() as entered:
        for shard in range(4):
            entered.enter_context(world.item(profile_id=sample_key(shard), state="of another version"))
        entered.enter_context(world.traffic())
        yield


@contextmanager
def bad_rules(world: Ringing) -> Iterator[None]:
    with world.item(profile_id=RULES_KEY, rules="{}"), world.traffic():
        yield


@contextmanager
def denied_account(world: Ringing) -> Iterator[None]:
    """Every payment of an account is suspicious: it is on the list deny."""
    controls = ("tools.analyst.controls", "--account", "denied-account", "--by", "a test", "--list")
    world.command(*controls, "deny")
    try:
        with world.traffic(account_id="denied-account"):
            yield
    finally:
        world.command(*controls, "none")


@contextmanager
def old_transactions(world: Ringing) -> Iterator[None]:
    """Transactions reach the detector an hour after they were received."""
    done = threading.Event()

    def put() -> None:
        table = world.outputs["transactions_table_name"]
        while not done.wait(0.7):
            item = item_of(
                json.loads(world.body(), parse_float=Decimal),
                received_at=time.time_ns() // 1_000_000 - HOUR_MILLISECONDS,
                trace_header="",
                time_to_live_days=1,
            )
            world.client("dynamodb").put_item(TableName=table, Item=to_item(item))

    putter = threading.Thread(target=put)
    putter.start()
    try:
        yield
    finally:
        done.set()
        putter.join()


@contextmanager
def bouncing_mail(world: Ringing) -> Iterator[None]:
    sns, topic = world.client("sns"), world.outputs["fraud_alerts_topic_arn"]
    made = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="bounce@simulator.amazonses.com")
    try:
        with alerts(world):
            yield
    finally:
        sns.unsubscribe(SubscriptionArn=made["SubscriptionArn"])


@contextmanager
def nobody_subscribed(world: Ringing) -> Iterator[None]:
    sns, topic = world.client("sns"), world.outputs["fraud_alerts_topic_arn"]
    subscriptions = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    for each in subscriptions:
        sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])
    try:
        with alerts(world):
            yield
    finally:
        for each in subscriptions:
            sns.subscribe(TopicArn=topic, Protocol=each["Protocol"], Endpoint=each["Endpoint"])


@contextmanager
def late_alerts(world: Ringing) -> Iterator[None]:
    with alerts(world, received_at=time.time_ns() // 1_000_000 - HOUR_MILLISECONDS):
        yield


def _rule(world: Ringing) -> dict[str, Any]:
    return {"EventBusName": world.outputs["bus_name"], "Rule": world.outputs["rule_name"]}


def empties(*stems: str) -> Callable[[Ringing], None]:
    def empty(world: Ringing) -> None:
        for stem in stems:
            world.empty(stem)

    return empty


DRIVES = {
    "ingest fails": Drive(broken("ingest"), {"ingest-errors", "api-server-errors"}),
    "ingest throttled": Drive(throttled("ingest"), {"ingest-throttles"}),
    "slow table": Drive(_both(slow_table, lambda world: world.traffic()), {"api-latency"}),
    "detector fails": Drive(
        broken("detector"),
        {"detector-errors", "detector-events-dropped", "detector-dlq-depth", "decision-gap"},
        empties("detector-dlq"),
    ),
    "detector throttled": Drive(throttled("detector"), {"detector-throttles", "detector-event-age"}),
    "no destination": Drive(
        _both(broken("detector"), forbidden_destination), {"detector-destination-failures"}
    ),
    "notifier fails": Drive(
        _both(lambda world: world.broken("notifier"), alerts),
        {"notifier-errors", "suspicious-dlq-depth"},
        empties("suspicious-dlq"),
    ),
    "notifier throttled": Drive(
        _both(lambda world: world.throttled("notifier"), alerts),
        {"notifier-throttles", "suspicious-queue-age"},
        empties("suspicious-queue", "suspicious-dlq"),
    ),
    "verdicts fail": Drive(_both(lambda world: world.broken("verdicts"), verdicts), {"verdicts-errors"}),
    "verdicts throttled": Drive(
        _both(lambda world: world.throttled("verdicts"), verdicts), {"verdicts-throttles"}
    ),
    "pipe stopped by a fault": Drive(struck(Strike.PIPE_STOPPED), {"pipe-failures"}),
    "bus takes a part": Drive(struck(Strike.PIPE_TOOK_A_PART), {"pipe-partial-failures"}),
    "pipe throttled": Drive(struck(Strike.PIPE_THROTTLED), {"pipe-throttles"}),
    "pipe timed out": Drive(struck(Strike.PIPE_TIMED_OUT), {"pipe-timeouts"}),
    "pipe stopped": Drive(_both(stopped_pipe, lambda world: world.traffic()), {"pipe-silence"}),
    "no target": Drive(_both(rule_without_target, lambda world: world.traffic()), {"detector-silence"}),
    "no permission": Drive(
        _both(no_permission, lambda world: world.traffic()),
        {"rule-failures", "rule-dlq-depth"},
        empties("rule-dlq"),
    ),
    "no permission, nor a queue": Drive(
        _both(no_permission, closed_rule_queue, lambda world: world.traffic()), {"rule-dlq-failures"}
    ),
    "given up": Drive(unread_messages, {"pipe-dlq-depth", "bus-dlq-depth"}, empties("pipe-dlq", "bus-dlq")),
    "tables throttled": Drive(struck(Strike.CALL_THROTTLED), {"tables-throttled"}),
    "damaged profile": Drive(damaged_profile, {"profiles-set-aside"}),
    "damaged population": Drive(damaged_population, {"detector-degraded"}),
    "bad rules": Drive(bad_rules, {"rules-refused"}),
    "alerts not recorded": Drive(
        _both(lambda world: world.broken("notifier"), denied_account),
        {"alert-gap"},
        empties("suspicious-queue", "suspicious-dlq"),
    ),
    "many alerts": Drive(
        _both(
            lambda world: world.settings("alerting", "fraud-alerting:most_alerts_per_10000=2000"),
            denied_account,
        ),
        {"alert-rate"},
    ),
    "late decisions": Drive(old_transactions, {"decision-lag"}),
    "mail bounces": Drive(bouncing_mail, {"mail-failures"}),
    "nobody subscribed": Drive(nobody_subscribed, {"mail-silence"}),
    "late alerts": Drive(late_alerts, {"mail-lag"}),
}


def test_every_alarm_is_driven() -> None:
    deployed = {
        each.inputs["name"].removesuffix("-alarm-local")
        for each in estate("local").of_type("cloudwatch/metricAlarm:MetricAlarm")
    }
    driven = {alarm for drive in DRIVES.values() for alarm in drive.alarms}
    assert driven == deployed


@pytest.mark.parametrize("name", DRIVES)
def test_an_alarm_rings_and_is_over(name: str, world: Ringing) -> None:
    drive = DRIVES[name]
    quiet = {each for each in drive.alarms if world.states().get(each) == "ALARM"}
    world.wait_for("OK", quiet)
    with drive.incident(world):
        world.wait_for("ALARM", drive.alarms)
    drive.mend(world)
    world.wait_for("OK", drive.alarms, lambda: drive.mend(world))
    told = next(mail for mail in reversed(world.mails) if f'"{min(drive.alarms)}-alarm' in mail.subject)
    assert told.recipient == "operations@example.com"
    assert json.loads(told.body)["NewStateValue"] == "OK"
