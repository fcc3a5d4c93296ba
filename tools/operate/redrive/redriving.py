"""Redrive messages of a dead-letter queue, and replay transactions from the table.

A message is deleted only after the next hop has accepted its content. Unreadable and refused messages stay in
the queue and are reported; the others continue.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from shared.infra import stems
from shared.runtime.events import TRACE_HEADER_ATTRIBUTE
from shared.runtime.fields import EventError
from tools.deploy.outputs import OperatorError
from tools.deploy.target import Target
from tools.operate.redrive.messages import StreamBatch, checked_alert, event_of_item, event_of_message
from tools.operate.sending import MOST_ENTRIES, Bus, NotTakenError, Pace, Queue

MOST_PAGES: Final = 1000  # an open shard returns empty pages without end
SECONDS_HIDDEN: Final = 60
"""How long a message is hidden while it is being redriven; those that stay are shown again at the end."""
PER_SECOND: Final = 100
_CONFIG: Final = Config(retries={"mode": "standard", "total_max_attempts": 4})
_GONE: Final = frozenset({"TrimmedDataAccessException", "ResourceNotFoundException"})
_OUR_RIGHTS: Final = frozenset({"AccessDeniedException", "AccessDenied", "ExpiredTokenException"})
"""Codes that no other message of the queue will be spared."""

AWS_ERRORS: Final = (BotoCoreError, ClientError)


class RedriveError(OperatorError):
    """A queue cannot be redriven, or the next hop refused a message; the message says what to do."""


@dataclass
class Outcome:
    """Numbers of received messages and redriven transactions, and the remaining messages with reasons."""

    messages: int = 0
    transactions: int = 0
    left: list[str] = field(default_factory=list)


class Redriver:
    """Redrives the queues of an environment.

    Args:
        target: The environment.
        session: Session with the credentials.
        dry_run: Whether to only report.
    """

    def __init__(self, target: Target, session: Session, *, dry_run: bool = False) -> None:
        self._target = target
        self._dry_run = dry_run

        def client(service: str) -> Any:
            return session.create_client(service, region_name=target.region, config=_CONFIG)

        self._sqs = client("sqs")
        self._dynamodb, self._streams = client("dynamodb"), client("dynamodbstreams")
        pace = Pace(PER_SECOND)
        self._bus = Bus(client("events"), target.bus_name, pace)
        self._queue = Queue(self._sqs, target.suspicious_queue_url, pace)
        suffix = target.environment_suffix
        self._ways: Mapping[str, Callable[[Mapping[str, Any]], int]] = {
            f"{stems.RULE_DLQ}-{suffix}": self._put_event,
            f"{stems.DETECTOR_DLQ}-{suffix}": self._put_event,
            f"{stems.PIPE_DLQ}-{suffix}": self._put_batch,
            target.suspicious_dlq_name: self._send_again,
        }

    @property
    def queues(self) -> Sequence[str]:
        """The queues that can be redriven; `bus-dlq` holds what cannot be read: replay by time instead."""
        return tuple(self._ways)

    def redrive(self, queue: str, limit: int | None = None) -> Outcome:
        """Redrive the current messages of a queue, at most `limit`.

        Raises:
            RedriveError: The queue cannot be redriven.
            AWS_ERRORS: A permission is missing; previous messages were redriven.
        """
        if queue not in self._ways:
            raise RedriveError(
                f"{queue} cannot be redriven; choose one of {', '.join(self.queues)}. Or replay a period: "
                f"make redrive ENV={self._target.environment} ARGS='--since 2026-11-22T21:00'"
            )
        url, way, outcome = self._target.queue_url(queue), self._ways[queue], Outcome()
        present = self._present(url)
        staying: list[str] = []
        try:
            for _ in range(present if limit is None else min(present, limit)):
                message = self._receive(url)
                if message is None:
                    break
                staying.append(message["ReceiptHandle"])
                try:
                    outcome.transactions += way(message)
                except (EventError, OperatorError, ClientError) as error:
                    outcome.left.append(f"message {message['MessageId']}: {_reason(error)}")
                    continue
                outcome.messages += 1
                if not self._dry_run:
                    self._sqs.delete_message(QueueUrl=url, ReceiptHandle=staying.pop())
        finally:
            self._show_again(url, staying)
        return outcome

    def replay(self, earliest: int, latest: int, show: Callable[[int], object] = lambda _: None) -> Outcome:
        """Put the transactions stored in a window on the bus.

        Scans the whole table. Existing decisions do not change; for missing ones, see `make reconcile`.

        Args:
            earliest: Start of the window, in epoch milliseconds.
            latest: End of the window.
            show: Called with the number of events after each page.

        Raises:
            NotTakenError: The bus refused events after several attempts.
        """
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._target.transactions_table_name,
            FilterExpression="received_at BETWEEN :earliest AND :latest",
            ExpressionAttributeValues={":earliest": {"N": str(earliest)}, ":latest": {"N": str(latest)}},
        )
        outcome = Outcome()
        for page in pages:
            events = []
            for item in page["Items"]:
                try:
                    events.append(event_of_item(item))
                except EventError as error:
                    outcome.left.append(f"item {item.get('transaction_id', {}).get('S')}: {error}")
            outcome.transactions += self._put(events)
            show(outcome.transactions)
        return outcome

    def _show_again(self, url: str, handles: Sequence[str]) -> None:
        """Make the remaining messages visible at once, for example for a redrive after a dry run."""
        for start in range(0, len(handles), MOST_ENTRIES):
            entries = [
                {"Id": str(place), "ReceiptHandle": handle, "VisibilityTimeout": 0}
                for place, handle in enumerate(handles[start : start + MOST_ENTRIES])
            ]
            self._sqs.change_message_visibility_batch(QueueUrl=url, Entries=entries)

    def _present(self, url: str) -> int:
        names = ["ApproximateNumberOfMessages"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return int(attributes[names[0]])

    def _receive(self, url: str) -> Mapping[str, Any] | None:
        messages = self._sqs.receive_message(
            QueueUrl=url,
            VisibilityTimeout=SECONDS_HIDDEN,
            WaitTimeSeconds=1,
            MessageSystemAttributeNames=[TRACE_HEADER_ATTRIBUTE],
        ).get("Messages")
        found: Mapping[str, Any] | None = messages[0] if messages else None
        return found

    def _put_event(self, message: Mapping[str, Any]) -> int:
        return self._put([event_of_message(message["Body"])])

    def _put_batch(self, message: Mapping[str, Any]) -> int:
        batch = StreamBatch.of_message(message["Body"], self._target.transactions_table_arn)
        return self._put(list(self._records(batch)))

    def _send_again(self, message: Mapping[str, Any]) -> int:
        header = message.get("Attributes", {}).get(TRACE_HEADER_ATTRIBUTE, "")
        body = checked_alert(message["Body"])
        return 1 if self._dry_run else self._queue.send([(body, header)])

    def _records(self, batch: StreamBatch) -> Iterator[Mapping[str, Any]]:
        """Yield the records of a batch's inserted items from the stream, which keeps them for 24 hours."""
        try:
            iterator = self._streams.get_shard_iterator(
                StreamArn=batch.stream_arn,
                ShardId=batch.shard_id,
                ShardIteratorType="AT_SEQUENCE_NUMBER",
                SequenceNumber=batch.first,
            )["ShardIterator"]
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                raise RedriveError(
                    "its records have expired from the stream: replay the table by time"
                ) from None
            raise
        for _ in range(MOST_PAGES):
            answer = self._streams.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                if int(record["dynamodb"]["SequenceNumber"]) > int(batch.last):
                    return
                if record["eventName"] == "INSERT":
                    yield event_of_item(record["dynamodb"]["NewImage"])
                if record["dynamodb"]["SequenceNumber"] == batch.last:
                    return
            iterator = answer.get("NextShardIterator")
            if not iterator:
                break
        raise RedriveError("some of its records have expired from the stream: replay the table by time")

    def _put(self, events: Sequence[Mapping[str, Any]]) -> int:
        return len(events) if self._dry_run else self._bus.put(events)


def _reason(error: Exception) -> str:
    """Return why a message stays in the queue; raise errors that affect all messages.

    Raises:
        ClientError: A permission is missing.
    """
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        if code in _OUR_RIGHTS:
            raise error
        return f"AWS rejects its stream position ({code})"
    if isinstance(error, NotTakenError):
        raise error
    return str(error)
