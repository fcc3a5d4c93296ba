"""SQS: thread safety, speed with many messages, and system attributes.

Unlike AWS, moto 5.2.5 loses a message that is sent while another is deleted; copies every received message;
searches all old receipt handles at each delete, and keeps deleted ones for ever; drops the system attributes
(the trace header) in SendMessageBatch; invokes event source mappings from inside the send and loses failed
messages; moves messages to a dead-letter queue without waking its readers. FIFO queues are refused.
"""

# ruff: noqa: SLF001, PLR0913, PLR0917 - a repair reaches inside moto and keeps its signatures

import copy
import time
import uuid
from typing import Any

from moto.sqs.exceptions import InvalidParameterValue, ReceiptHandleIsInvalid
from moto.sqs.models import Message, Queue, SQSBackend, _filter_message_attributes

from emulator.cloud import taps
from emulator.cloud.replacing import replaces

_SEPARATOR = "#"


def _now_ms() -> float:
    return time.time() * 1000


@replaces(Queue, "add_message")
def _add_message(self: Queue, message: Message) -> None:
    if self.fifo_queue:
        raise InvalidParameterValue("FIFO queues are not part of the embedded AWS")
    with self._messages_lock:
        self._messages.append(message)
        self._messages_lock.notify_all()
    taps.message_added.tell(self.name)


def _find(queue: Queue, receipt_handle: str) -> Message | None:
    """Return the message with a receipt handle, or None if it is deleted.

    Raises:
        ReceiptHandleIsInvalid: This emulator never issued the handle.
    """
    message_id, separator, _ = receipt_handle.partition(_SEPARATOR)
    if not separator:
        raise ReceiptHandleIsInvalid
    return next((message for message in queue._messages if message.id == message_id), None)


@replaces(Queue, "delete_message")
def _delete_message(self: Queue, receipt_handle: str) -> None:
    with self._messages_lock:
        message = _find(self, receipt_handle)
        if message is not None:
            self._messages.remove(message)
            self._pending_messages.discard(message)


@replaces(SQSBackend, "change_message_visibility")
def _change_visibility(
    self: SQSBackend, queue_name: str, receipt_handle: str, visibility_timeout: int
) -> None:
    queue = self.get_queue(queue_name)
    with queue._messages_lock:
        message = _find(queue, receipt_handle)
        if message is None:
            raise InvalidParameterValue(
                f"Value {receipt_handle} for parameter ReceiptHandle is invalid. "
                "Reason: Message does not exist or is not available for visibility timeout change."
            )
        message.change_visibility(int(visibility_timeout))
        queue._messages_lock.notify_all()
    taps.message_added.tell(queue_name)


@replaces(SQSBackend, "receive_message")
def _receive_message(
    self: SQSBackend,
    queue_name: str,
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> list[Message]:
    queue = self.get_queue(queue_name)
    deadline = time.monotonic() + int(wait_seconds_timeout or 0)
    while True:
        with queue._messages_lock:
            received = _take_visible(queue, int(count), int(visibility_timeout))
            remaining = deadline - time.monotonic()
            if received or remaining <= 0:
                break
            queue._messages_lock.wait(min(remaining, 0.5))
    for message in received:
        _filter_message_attributes(message, message_attribute_names or [])
    return received


def _take_visible(queue: Queue, count: int, visibility_timeout: int) -> list[Message]:
    now = _now_ms()
    oldest = now - queue.message_retention_period * 1000  # type: ignore[attr-defined]
    received: list[Message] = []
    for message in list(queue._messages):
        if message.visible_at > now or message.delayed_until > now:
            continue
        if (message.sent_timestamp or now) < oldest:
            queue._messages.remove(message)
        elif _is_exhausted(queue, message):
            queue._messages.remove(message)
            message.visible_at = 0.0
            queue.dead_letter_queue.add_message(message)  # type: ignore[union-attr]
        else:
            message.receipt_handle = f"{message.id}{_SEPARATOR}{uuid.uuid4().hex}"
            message.approximate_receive_count += 1
            message.approximate_first_receive_timestamp = message.approximate_first_receive_timestamp or int(
                now
            )
            message.visible_at = now + visibility_timeout * 1000
            received.append(copy.copy(message))
            if len(received) >= count:
                break
    return received


def _is_exhausted(queue: Queue, message: Message) -> bool:
    policy: dict[str, Any] | None = queue.redrive_policy
    if not policy or queue.dead_letter_queue is None:
        return False
    return message.approximate_receive_count >= int(policy["maxReceiveCount"])


def next_visible_in(queue: Queue) -> float | None:
    """Return the seconds until the next hidden or delayed message becomes visible; None without one."""
    now = _now_ms()
    with queue._messages_lock:
        times = [max(message.visible_at, message.delayed_until) for message in queue._messages]
    hidden = [each for each in times if each > now]
    return (min(hidden) - now) / 1000 if hidden else None


@replaces(SQSBackend, "send_message")
def _send_message(
    self: SQSBackend,
    queue_name: str,
    message_body: str,
    message_attributes: dict[str, Any] | None = None,
    delay_seconds: int | None = None,
    deduplication_id: str | None = None,
    group_id: str | None = None,
    system_attributes: dict[str, Any] | None = None,
    validate_group_id: bool = True,
) -> Message:
    queue = self.get_queue(queue_name)
    default: int = queue.delay_seconds  # type: ignore[attr-defined]
    delay = default if delay_seconds is None else int(delay_seconds)
    self._validate_message(queue, message_body, delay, deduplication_id, group_id, validate_group_id)
    if not 0 <= delay <= 900:
        raise InvalidParameterValue(
            f"Value {delay} for parameter DelaySeconds is invalid. "
            "Reason: DelaySeconds must be >= 0 and <= 900."
        )
    message = Message(str(uuid.uuid4()), message_body, system_attributes)
    message.message_attributes = message_attributes or {}
    message.mark_sent(delay_seconds=delay)
    queue.add_message(message)
    return message


_original_batch = SQSBackend.send_message_batch


@replaces(SQSBackend, "send_message_batch")
def _send_message_batch(
    self: SQSBackend, queue_name: str, entries: dict[str, dict[str, Any]]
) -> tuple[list[Message], list[dict[str, Any]]]:
    sent, failed = _original_batch(self, queue_name, entries)
    attributes = {entry["Id"]: entry.get("MessageSystemAttributes") for entry in entries.values()}
    for message in sent:
        message.system_attributes = attributes.get(message.user_id) or {}  # type: ignore[attr-defined]
    return sent, failed
