"""A detector that may crash at any call, and what it leaves."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from shared.runtime.decisions import RecordedDecision, decision_of_item
from shared.runtime.events import SuspiciousTransaction
from shared.runtime.logs import Logger
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
from stacks.compute.functions.detector.scoring import AccountProfile
from tests.unit.functions.builders import NOW, SECRET, bus_event
from tests.unit.functions.conftest import Cloud, controls_in
from tests.unit.functions.histories import limited

RULES = limited(USD=4_000.0)
FRAUD = Decimal("5000.00")
"""Over the limit: suspicious, whoever pays it."""
USUAL = Decimal("12.50")


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
