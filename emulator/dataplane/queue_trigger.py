"""SQS event source mappings: poll a queue with the function's role and invoke the function with batches.

Source: "Using Lambda with Amazon SQS" in the Lambda developer guide. Failed messages become visible again
    after
the queue's visibility timeout, and move to the dead-letter queue after the redrive policy's maximum receives.
"""

import copy
import json
import logging
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

from emulator.cloud import deployed, taps
from emulator.cloud.account import MOTO_LOCK, REGION, backend
from emulator.cloud.authorization.authoriser import check
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.chaos import Chaos, Strike
from emulator.cloud.repairs.queues import next_visible_in
from emulator.cloud.role_sessions import AssumeRoleError, role_caller
from emulator.dataplane.lambda_service import FunctionCall, LambdaService
from emulator.dataplane.options import DataPlaneOptions
from emulator.dataplane.poller import BlockedError, Poller
from emulator.runtime.configuration import NoFunctionError
from emulator.runtime.outcome import Outcome, TooManyRequestsError

log = logging.getLogger(__name__)

_LONGEST_SLEEP_SECONDS = 5.0
_DEFAULT_CONCURRENCY = 5
"""Initial number of concurrent batches of Lambda's pollers, used if no maximum is set."""

_THROTTLED_PAUSE_SECONDS = 0.5
_RIGHTS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


@dataclass(frozen=True, slots=True)
class _Source:
    """A mapping with its queue and function, read for each poll."""

    queue: Any
    queue_arn: str
    function_arn: str
    batch_size: int
    window_seconds: float
    maximum_concurrency: int
    reports_failures: bool


class QueueTrigger(Poller):
    """Polls for an event source mapping.

    Args:
        mapping_id: UUID of the mapping.
        service: Invokes the function.
        options: Scale of the visibility timeout.
        chaos: Decides which faults strike.
    """

    def __init__(
        self, mapping_id: str, service: LambdaService, options: DataPlaneOptions, chaos: Chaos
    ) -> None:
        super().__init__(f"event source mapping {mapping_id}", taps.message_added)
        self._mapping_id = mapping_id
        self._service = service
        self._options = options
        self._chaos = chaos
        self._changed = threading.Condition()
        self._in_work = 0
        self.start()

    def _poll(self) -> float:
        """Receive a batch and invoke the function; return the seconds until the next poll."""
        source = self._read_source()
        if source is None:
            return _LONGEST_SLEEP_SECONDS
        with self._changed:
            while self._in_work >= source.maximum_concurrency:
                if self._stopping:
                    return 0.0
                self._changed.wait(0.5)
        messages = self._receive(source, source.batch_size)
        if not messages:
            return min(next_visible_in(source.queue) or _LONGEST_SLEEP_SECONDS, _LONGEST_SLEEP_SECONDS)
        self._fill(source, messages)
        with self._changed:
            self._in_work += 1
        threading.Thread(
            target=self._process, args=(source, messages), name="queue-batch", daemon=True
        ).start()
        return 0.0

    def _fill(self, source: _Source, messages: list[Any]) -> None:
        """Receive more messages within the batching window."""
        deadline = time.monotonic() + source.window_seconds
        while len(messages) < source.batch_size and not self._stopping:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return
            self._wake.wait(remaining)
            self._wake.clear()
            messages += self._receive(source, source.batch_size - len(messages))

    def _read_source(self) -> _Source | None:
        """Return the current mapping, or None while it is disabled or its queue is missing.

        Raises:
            BlockedError: The function or one of its permissions is missing.
        """
        with MOTO_LOCK:
            mapping = backend("lambda").get_event_source_mapping(self._mapping_id)
            if mapping is None or not mapping.enabled:
                return None
            queue = deployed.queue(mapping.event_source_arn)
            function = deployed.function(mapping.function_arn)
            if queue is None:
                return None
            if function is None:
                raise BlockedError(f"Function not found: {mapping.function_arn}")
            try:
                caller = role_caller(function.role, "lambda.amazonaws.com", function.function_name, {})
            except AssumeRoleError as error:
                raise BlockedError(str(error)) from error
            refusal = check(caller, *(Requirement(action, mapping.event_source_arn) for action in _RIGHTS))
            if refusal is not None:
                raise BlockedError(refusal.message)
            return _Source(
                queue=queue,
                queue_arn=mapping.event_source_arn,
                function_arn=function.function_arn,
                batch_size=mapping.batch_size,
                window_seconds=float(mapping.max_batch_window or 0),
                maximum_concurrency=(mapping.scaling_config or {}).get(
                    "MaximumConcurrency", _DEFAULT_CONCURRENCY
                ),
                reports_failures="ReportBatchItemFailures" in (mapping.function_response_types or []),
            )

    def _receive(self, source: _Source, count: int) -> list[Any]:
        received: list[Any] = backend("sqs").receive_message(
            source.queue.name, count, 0, self._hidden_seconds(source), ["All"]
        )
        return received

    def _hidden_seconds(self, source: _Source) -> int:
        timeout = int(source.queue.visibility_timeout)
        return max(1, round(timeout * self._options.visibility_scale))

    def _process(self, source: _Source, messages: list[Any]) -> None:
        try:
            self._invoke(source, messages)
        except Exception:
            log.exception("event source mapping %s: a batch failed", self._mapping_id)
        finally:
            with self._changed:
                self._in_work -= 1
                self._changed.notify_all()
            self._wake.set()

    def _invoke(self, source: _Source, messages: list[Any]) -> None:
        records = [sqs_record(message, source.queue_arn) for message in messages]
        payload = json.dumps({"Records": records}).encode()
        trace_header = records[0]["attributes"].get("AWSTraceHeader", "") if len(records) == 1 else ""
        call = FunctionCall(source.function_arn, payload, trace_header, str(uuid.uuid4()))
        hidden_until = time.monotonic() + self._hidden_seconds(source)
        while True:
            try:
                outcome = self._service.invoke(call)
                break
            except TooManyRequestsError:
                if self._stopping or time.monotonic() + _THROTTLED_PAUSE_SECONDS >= hidden_until:
                    return
                time.sleep(_THROTTLED_PAUSE_SECONDS)
            except NoFunctionError:
                return
        failed = failed_messages(
            outcome, [message.id for message in messages], reports_failures=source.reports_failures
        )
        for message in messages:
            again = self._chaos.strikes(Strike.MESSAGE_REPEATED, source.queue.name, message.body.encode())
            if message.id not in failed and not again:
                backend("sqs").delete_message(source.queue.name, message.receipt_handle)


def sqs_record(message: Any, queue_arn: str) -> dict[str, Any]:
    """Return a message as a Lambda event record."""
    attributes = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(message.sent_timestamp),
        "SenderId": message.sender_id,
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
    }
    trace = (message.system_attributes or {}).get("AWSTraceHeader")
    if trace:
        attributes["AWSTraceHeader"] = trace["StringValue"]
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": _message_attributes(message),
        "md5OfBody": message.body_md5,
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }


def _message_attributes(message: Any) -> dict[str, Any]:
    converted = {}
    for name, attribute in copy.copy(message.message_attributes).items():
        kind = "binaryValue" if "BinaryValue" in attribute else "stringValue"
        value = attribute.get("BinaryValue") or attribute.get("StringValue")
        converted[name] = {
            kind: value,
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": attribute.get("DataType", "String"),
        }
    return converted


def failed_messages(outcome: Outcome, message_ids: list[str], *, reports_failures: bool) -> set[str]:
    """Return the ids of the messages that stay in the queue.

    All messages stay if the function failed, or if it reports batch item failures and its response is
    invalid. None stay if it succeeded without reporting failures.
    """
    everything = set(message_ids)
    if outcome.failed:
        return everything
    try:
        answer = json.loads(outcome.payload or b"null") if reports_failures else None
    except ValueError:
        return everything
    items = answer.get("batchItemFailures") if isinstance(answer, dict) else answer
    if not items:
        return set()
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return everything
    identifiers = {str(item.get("itemIdentifier")) for item in items}
    return identifiers if identifiers.issubset(everything) else everything
