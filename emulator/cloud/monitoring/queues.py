"""SQS queue metrics."""

import time
from collections.abc import Iterator

from emulator.cloud.account import backend
from emulator.cloud.taps import Datum

NAMESPACE = "AWS/SQS"


def queue_data() -> Iterator[Datum]:
    """Yield each queue's number of visible messages, and the age of its oldest message in seconds."""
    now = time.time()
    for queue in list(backend("sqs").queues.values()):
        messages = list(queue._messages)  # noqa: SLF001 - moto counts hidden ones too
        visible = sum(max(each.visible_at, each.delayed_until) <= now * 1000 for each in messages)
        dimensions = {"QueueName": queue.name}
        yield Datum(NAMESPACE, "ApproximateNumberOfMessagesVisible", dimensions, visible, now)
        if messages:
            oldest = min(each.sent_timestamp or now * 1000 for each in messages)
            age = max(0.0, now - oldest / 1000)
            yield Datum(NAMESPACE, "ApproximateAgeOfOldestMessage", dimensions, age, now)
