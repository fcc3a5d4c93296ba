"""A detector on the tables and the queue of a test, with what it sends and stores."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

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
from stacks.compute.functions.detector.scoring import AccountProfile, Decision
from tests.unit.functions.builders import NOW, SECRET, bus_event
from tests.unit.functions.conftest import Cloud
from tests.unit.functions.histories import limited

RULES = limited(USD=4_000.0)
FRAUD = Decimal("5000.00")
"""Over the limit: suspicious, whoever pays it."""


def detector_with(
    profiles: ProfilesTable,
    cloud: Cloud,
    queue: SuspiciousQueue | None = None,
    first_uses: FirstUsesTable | None = None,
    decisions: TransactionsTable | None = None,
) -> Detection:
    return Detection(
        profiles,
        first_uses or FirstUsesTable(cloud.dynamodb, "profiles-test"),
        PopulationTable(cloud.dynamodb, "profiles-test"),
        decisions or TransactionsTable(cloud.dynamodb, "transactions-test"),
        queue or SuspiciousQueue(cloud.sqs, cloud.queue_url),
        rules=ActiveRules(
            PublishedRules(cloud.dynamodb, "profiles-test"), RULES, Logger("detector"), "detector"
        ),
        log=Logger("detector"),
        function_name="detector",
        pseudonym_secret=SECRET,
        time_to_live=timedelta(days=180),
        clock=lambda: NOW,
    )


def deliver(detector: Detection, cloud: Cloud, **changes: Any) -> Decision | None:
    """Store a transaction, unless it is, and deliver its event."""
    event = bus_event(**changes)
    cloud.store(event["detail"]["dynamodb"]["NewImage"])
    return detector.receive(event)


def messages(cloud: Cloud) -> list[SuspiciousTransaction]:
    return [SuspiciousTransaction.from_json(message["Body"]) for message in cloud.messages(cloud.queue_url)]


def learnt(cloud: Cloud) -> int:
    """How many transactions the one account's profile has learnt."""
    profiles = [item for item in cloud.items("profiles-test") if item["profile_id"] == "account#account-1"]
    return sum(AccountProfile.from_state(item["state"]).count for item in profiles)
