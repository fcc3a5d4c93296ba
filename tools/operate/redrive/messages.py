"""What the messages of the dead-letter queues hold, and the events that they become again. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from shared.runtime.events import DETAIL_TYPE, EVENT_SOURCE, stored_transaction
from shared.runtime.fields import Fields


@dataclass(frozen=True)
class StreamBatch:
    """Where the records lie that a pipe gave up on: a message of `pipe-dlq` names them and holds none."""

    stream_arn: str
    shard_id: str
    first: str
    """Sequence number, like `last`, which belongs to the batch too."""
    last: str

    @classmethod
    def of_message(cls, body: str) -> Self:
        """Read a message of the pipe's dead-letter queue.

        Raises:
            EventError: It is not one.
        """
        batch = Fields.from_json(body, "message").child("DDBStreamBatchInfo")
        return cls(
            stream_arn=batch.text("streamArn"),
            shard_id=batch.text("shardId"),
            first=batch.text("startSequenceNumber"),
            last=batch.text("endSequenceNumber"),
        )


def event_of_message(body: str) -> Mapping[str, Any]:
    """Return the event in a message of `rule-dlq` (the event itself) or `detector-dlq` (wrapped).

    Raises:
        EventError: The message holds no event of a stored transaction.
    """
    Fields.from_json(body, "message")
    message: Mapping[str, Any] = json.loads(body)
    event: Mapping[str, Any] = message.get("requestPayload", message)
    stored_transaction(event)
    return event


def event_of_item(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the event of a stored transaction, as the pipe puts it on the bus.

    Args:
        item: In DynamoDB's wire form, from the table or from the stream's new image.

    Raises:
        EventError: It is not a stored transaction.
    """
    event = {
        "source": EVENT_SOURCE,
        "detail-type": DETAIL_TYPE,
        "detail": {"eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": {"NewImage": item}},
    }
    stored_transaction(event)
    return event


def entry(event: Mapping[str, Any], bus_name: str) -> dict[str, str]:
    """Return what PutEvents takes for an event."""
    return {
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Detail": json.dumps(event["detail"]),
        "EventBusName": bus_name,
    }
