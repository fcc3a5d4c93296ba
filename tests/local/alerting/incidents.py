"""What goes wrong in a pipeline, each for as long as a block takes."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from emulator.cloud import faults
from emulator.cloud.chaos import Strike
from emulator.cloud.faults import Fault
from emulator.tests import pipes
from shared.runtime.dynamodb import to_item
from stacks.compute.functions.ingest.transaction import item_of
from stacks.compute.functions.profiles.items import account_key, sample_key
from stacks.compute.functions.profiles.rules_item import RULES_KEY
from tests.local.alerting.ringing import Ringing, repeated
from tests.unit.functions.builders import stored, suspicious

HOUR_MILLISECONDS = 3_600_000

Incident = Callable[[Ringing], AbstractContextManager[None]]


@dataclass(frozen=True)
class Drive:
    """What goes wrong, the alarms that must ring, and what the operators do before they are over."""

    incident: Incident
    alarms: set[str]
    mend: Callable[[Ringing], None] = lambda _world: None

    def ring(self, world: Ringing) -> None:
        """Drive the alarms to ALARM and back, and read what the operators are told."""
        quiet = {each for each in self.alarms if world.states().get(each) == "ALARM"}
        world.wait_for("OK", quiet)
        with self.incident(world):
            world.wait_for("ALARM", self.alarms)
        self.mend(world)
        world.wait_for("OK", self.alarms, lambda: self.mend(world))
        told = next(mail for mail in reversed(world.mails) if f'"{min(self.alarms)}-alarm' in mail.subject)
        assert told.recipient == "operations@example.com"
        assert json.loads(told.body)["NewStateValue"] == "OK"


def broken(stem: str) -> Incident:
    return both(lambda world: world.broken(stem), lambda world: world.traffic())


def throttled(stem: str) -> Incident:
    return both(lambda world: world.throttled(stem), lambda world: world.traffic())


def struck(*kinds: Strike) -> Incident:
    return both(lambda world: world.struck(*kinds), lambda world: world.traffic())


def both(*incidents: Incident) -> Incident:
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

    def send() -> None:
        now = time.time_ns()
        name = f"alarm-{now}"
        transaction = stored(
            transaction_id=name,
            account_id=name,
            amount=Decimal("512.50"),
            received_at=received_at or now // 1_000_000,
        )
        world.send_alert(suspicious(transaction=transaction).to_json())

    with repeated(send, 0.7):
        yield


@contextmanager
def unread_messages(world: Ringing) -> Iterator[None]:
    """Something is in the queues that only AWS fills: a pipe that gave up, a bus that could not encrypt."""
    prefix = world.outputs["suspicious_queue_url"].rpartition("/")[0]
    for stem in ("pipe-dlq", "bus-dlq"):
        world.client("sqs").send_message(QueueUrl=f"{prefix}/{stem}-local", MessageBody="{}")
    yield


def stopped_pipe(world: Ringing) -> AbstractContextManager[None]:
    return pipes.stopped_pipe(world.emulator, world.outputs["pipe_name"])


@contextmanager
def halting_pipe(world: Ringing) -> Iterator[None]:
    """The pipe stands still now and then, so that it has several records to hand over at once."""

    def halt() -> None:
        with stopped_pipe(world):
            time.sleep(1)

    with repeated(halt, 0.5):
        yield


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

    def hold() -> None:
        faults.write(world.directory, [Fault("dynamodb:PutItem", "hold", "transactions-local")])
        time.sleep(1.4)
        faults.write(world.directory, [])

    with repeated(hold, 0.1):
        yield


@contextmanager
def verdicts(world: Ringing) -> Iterator[None]:
    """Analysts give verdicts."""
    function = world.function("verdicts")

    def give() -> None:
        try:
            world.client("lambda").invoke(FunctionName=function, Payload=b"{}")
        except Exception as error:  # noqa: BLE001 - throttled, which is what is wanted
            assert "TooManyRequests" in repr(error)  # noqa: PT017

    with repeated(give, 0.5):
        yield


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
    table = world.outputs["transactions_table_name"]

    def put() -> None:
        item = item_of(
            json.loads(world.body(), parse_float=Decimal),
            received_at=time.time_ns() // 1_000_000 - HOUR_MILLISECONDS,
            caller=None,
            trace_header="",
            time_to_live_days=1,
        )
        world.client("dynamodb").put_item(TableName=table, Item=to_item(item))

    with repeated(put, 0.7):
        yield


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
