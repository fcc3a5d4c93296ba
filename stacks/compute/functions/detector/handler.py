"""Lambda handler of the rule's events: one stored transaction each, delivered asynchronously.

An event that cannot be handled raises: Lambda delivers it again, and after the last attempt sends it to the
function's queue of failures. A duplicate ends quietly: the decision that was recorded first stands.
"""

import os
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from shared.runtime.invocation import Context, build_while_initialising
from shared.runtime.logs import Logger
from stacks.compute.functions.detector.active_rules import ActiveRules
from stacks.compute.functions.detector.adapters import (
    ProfilesTable,
    PublishedRules,
    SuspiciousQueue,
    TransactionsTable,
    create_dynamodb,
    create_sqs,
)
from stacks.compute.functions.detector.controls_table import ControlsTable
from stacks.compute.functions.detector.detection import Detection
from stacks.compute.functions.detector.first_uses_table import FirstUsesTable
from stacks.compute.functions.detector.population_table import PopulationTable
from stacks.compute.functions.detector.scoring import load_rules
from stacks.compute.functions.detector.settings import DetectorSettings


@cache
def detection() -> Detection:
    """Return the service of this process, built once."""
    settings = DetectorSettings.read(os.environ)
    dynamodb = create_dynamodb()
    log = Logger("detector", settings.common.log_level)
    return Detection(
        ProfilesTable(
            dynamodb,
            settings.profiles_table,
            ControlsTable(dynamodb, settings.profiles_table, settings.profiles_index),
        ),
        FirstUsesTable(dynamodb, settings.profiles_table),
        PopulationTable(dynamodb, settings.profiles_table),
        TransactionsTable(dynamodb, settings.transactions_table),
        SuspiciousQueue(create_sqs(), settings.suspicious_queue_url),
        rules=ActiveRules(
            PublishedRules(dynamodb, settings.profiles_table), load_rules(), log, settings.function_name
        ),
        log=log,
        function_name=settings.function_name,
        pseudonym_secret=settings.common.pseudonym_secret,
        time_to_live=timedelta(days=settings.profiles_time_to_live_days),
    )


def handle(event: Mapping[str, Any], context: Context) -> None:  # noqa: ARG001 - Lambda's signature
    """Decide about the transaction of one event."""
    detection().receive(event)


build_while_initialising(detection)
