"""Lambda handler for batches of the queue, with partial batch responses.

A message that fails, or cannot be read, is reported by its id and becomes visible again after the queue's
visibility timeout; after the maximum receives it moves to the dead-letter queue.
"""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from shared.runtime.fields import EventError
from shared.runtime.invocation import Context, build_while_initialising
from shared.runtime.logs import Logger, where_raised
from stacks.alerting.functions.notifier.adapters import (
    AlertsTable,
    FraudAlertsTopic,
    create_dynamodb,
    create_sns,
)
from stacks.alerting.functions.notifier.close_request import CloseRequest
from stacks.alerting.functions.notifier.closing import Closing
from stacks.alerting.functions.notifier.dependencies import Dependencies
from stacks.alerting.functions.notifier.groups_table import ClosingQueue, GroupsTable, create_sqs
from stacks.alerting.functions.notifier.messages import Message, read_message
from stacks.alerting.functions.notifier.notification import Notification
from stacks.alerting.functions.notifier.ports import NotifierError
from stacks.alerting.functions.notifier.settings import NotifierSettings

# Time that an alert needs if calls are slow; one that is cut off is mailed by its next delivery.
_NEEDED_MILLISECONDS: Final = 14_000


class BatchHandler:
    """Processes the messages of a batch one by one."""

    def __init__(self, dependencies: Dependencies) -> None:
        self._notification = Notification(dependencies)
        self._closing = Closing(dependencies)
        self._log = dependencies.log

    def handle(self, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Return the ids of the failed messages."""
        failed = [record["messageId"] for record in event["Records"] if not self._handled(record, context)]
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}

    def _handled(self, record: Mapping[str, Any], context: Context) -> bool:
        log = self._log.bind(message_id=record["messageId"])
        remaining = context.get_remaining_time_in_millis()
        if remaining < _NEEDED_MILLISECONDS:
            log.warning("no time left, to be delivered again", remaining_milliseconds=remaining)
            return False
        try:
            self._do(read_message(record["body"]), remaining)
        except EventError as error:
            log.failure("unreadable message", reason=str(error))
            return False
        except NotifierError as error:
            log.warning("not mailed, to be delivered again", reason=str(error))
            return False
        except Exception as error:  # noqa: BLE001 - a fault in one message must not fail its neighbours
            log.failure("failed", error=type(error).__name__, where=where_raised(error))
            return False
        return True

    def _do(self, message: Message, remaining: int) -> None:
        if isinstance(message, CloseRequest):
            self._closing.close(message, remaining_milliseconds=remaining)
        else:
            self._notification.notify(message, remaining_milliseconds=remaining)


@cache
def batch_handler() -> BatchHandler:
    """Return the process's service, built once."""
    settings = NotifierSettings.read(os.environ)
    log = Logger("notifier", settings.common.log_level)
    dynamodb = create_dynamodb()
    return BatchHandler(
        Dependencies(
            records=AlertsTable(dynamodb, settings.alerts_table),
            groups=GroupsTable(dynamodb, settings.alerts_table),
            closings=ClosingQueue(create_sqs(), settings.suspicious_queue_url),
            mailer=FraudAlertsTopic(create_sns(), settings.fraud_alerts_topic_arn),
            settings=settings,
            log=log,
        )
    )


def handle(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Process a batch of the queue."""
    return batch_handler().handle(event, context)


build_while_initialising(batch_handler)
