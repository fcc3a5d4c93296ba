"""Parse messages of the dead-letter queues, and convert them back to events. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from shared.runtime.events import DETAIL_TYPE, EVENT_SOURCE, stored_transaction
from shared.runtime.fields import EventError, Fields
from stacks.alerting.functions.notifier.messages import read_message

_SHARD_ID: Final = re.compile(r"[a-zA-Z0-9_.-]{28,65}")
_SEQUENCE_NUMBER: Final = re.compile(r"\d{21,40}")
"""As DynamoDB Streams has them: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html"""


@dataclass(frozen=True)
class StreamBatch:
    """The stream position of a pipe's failed batch, from a message of `pipe-dlq`, which has no records."""

    stream_arn: str
    shard_id: str
    first: str
    """Sequence number, like `last`, which belongs to the batch too."""
    last: str

    @classmethod
    def of_message(cls, body: str, table_arn: str) -> Self:
        """Read a message of the pipe's dead-letter queue.

        Args:
            body: Body of the message.
            table_arn: ARN of the stream's table.

        Raises:
            EventError: The message is invalid, or its position is not in a stream of that table.
        """
        batch = Fields.from_json(body, "message").child("DDBStreamBatchInfo")
        found = cls(
            stream_arn=batch.text("streamArn"),
            shard_id=batch.text("shardId"),
            first=batch.text("startSequenceNumber"),
            last=batch.text("endSequenceNumber"),
        )
        if not found.stream_arn.startswith(f"{table_arn}/stream/"):
            raise EventError("message.DDBStreamBatchInfo.streamArn is not a stream of the transactions table")
        if not _SHARD_ID.fullmatch(found.shard_id):
            raise EventError("message.DDBStreamBatchInfo.shardId is not a shard id")
        for name, number in (("start", found.first), ("end", found.last)):
            if not _SEQUENCE_NUMBER.fullmatch(number):
                raise EventError(f"message.DDBStreamBatchInfo.{name}SequenceNumber is not a sequence number")
        return found


def event_of_message(body: str) -> Mapping[str, Any]:
    """Return the event in a message of `rule-dlq` (the event itself) or `detector-dlq` (wrapped).

    Raises:
        EventError: The message has no event of a stored transaction.
    """
    Fields.from_json(body, "message")
    message: Mapping[str, Any] = json.loads(body)
    event: Mapping[str, Any] = message.get("requestPayload", message)
    Fields(event, "message.requestPayload")
    stored_transaction(event)
    return event


def checked_alert(body: str) -> str:
    """Return the body of a message, after a check that the notifier can read it.

    Raises:
        EventError: The notifier cannot read it, so that a redrive would be futile.
    """
    read_message(body)
    return body


def event_of_item(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the event of a stored transaction, as the pipe puts it on the bus.

    Args:
        item: Item in DynamoDB's wire format, from the table or the stream's new image.

    Raises:
        EventError: The item is not a stored transaction.
    """
    event = {
        "source": EVENT_SOURCE,
        "detail-type": DETAIL_TYPE,
        "detail": {"eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": {"NewImage": item}},
    }
    stored_transaction(event)
    return event
