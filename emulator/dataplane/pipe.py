"""EventBridge pipes from a DynamoDB stream to an event bus.

Sources: "Amazon DynamoDB stream as a source", "Batching and concurrency" and "Error handling" of
EventBridge Pipes in the EventBridge user guide. The pipe uses its role's permissions and keeps the order of
records. A batch that the target refuses is retried, split if so configured, and finally described in a
message to the pipe's dead-letter queue.
"""

import json
import logging
import time
from typing import Any

from emulator.cloud import deployed, taps
from emulator.cloud.account import MOTO_LOCK, backend
from emulator.cloud.authorization.authoriser import check
from emulator.cloud.authorization.requirements import Requirement, put_events_requirement
from emulator.cloud.chaos import Chaos, Strike
from emulator.cloud.identities import Caller
from emulator.cloud.repairs.events import put_events
from emulator.cloud.repairs.streams import trim
from emulator.cloud.role_sessions import AssumeRoleError, role_caller
from emulator.cloud.taps import measure
from emulator.dataplane.input_template import render_template
from emulator.dataplane.options import DataPlaneOptions
from emulator.dataplane.pipe_settings import PipeSettings, failure_record, read_settings, stream_record
from emulator.dataplane.poller import BlockedError, Poller
from emulator.dataplane.queue_sender import UndeliverableError, send_as_role
from emulator.event_patterns import Pattern

log = logging.getLogger(__name__)

SERVICE = "pipes.amazonaws.com"
_READ_RIGHTS = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)
"""Permissions that a pipe's role needs ("Permissions for DynamoDB Streams" in the EventBridge user guide)."""
_NONE_TAKEN = {
    Strike.PIPE_THROTTLED: "ExecutionThrottled",
    Strike.PIPE_TIMED_OUT: "ExecutionTimeout",
}
_IDLE_SECONDS = 5.0
_RETRY_SECONDS = 1.0


class PipeRunner(Poller):
    """Moves the records of a pipe while it exists.

    Args:
        pipe: Moto's pipe; its settings are read for each batch.
        options: Delays between retries.
        chaos: Decides which faults strike.
    """

    def __init__(self, pipe: Any, options: DataPlaneOptions, chaos: Chaos) -> None:
        super().__init__(f"pipe {pipe.name}", taps.stream_written)
        self.pipe = pipe
        self._name: str = pipe.name
        self._options = options
        self._chaos = chaos
        self._position: int | None = None
        self.start()

    def _poll(self) -> float:
        try:
            return 0.0 if self._move_batch() else _IDLE_SECONDS
        except BlockedError:
            self._measure("ExecutionFailed")
            raise

    def _move_batch(self) -> bool:
        """Move the next batch, if there is one and the pipe is running."""
        with MOTO_LOCK:
            if backend("pipes").pipes.get(self._name) is not self.pipe:
                return False
            settings = read_settings(self.pipe)
            running = self.pipe.desired_state == "RUNNING"
            caller, shard = self._open_source(settings)
        if not running:
            return False
        records = self._read(shard, settings)
        if not records:
            return False
        if settings.window_seconds and len(records) < settings.batch_size:
            time.sleep(settings.window_seconds * self._options.delay_scale)
            records = self._read(shard, settings)
        wanted = [record for record in records if _passes(record, settings.patterns)]
        if wanted:
            self._measure("EventCount", len(wanted))
            content = json.dumps(wanted[0]).encode()
            if self._chaos.outage(Strike.PIPE_STOPPED, self._name, content):
                raise BlockedError("stopped by chaos")
            self._deliver(settings, caller, shard, wanted)
            if self._chaos.strikes(Strike.BATCH_REPEATED, self._name, content):
                return True
        self._position = int(records[-1]["dynamodb"]["SequenceNumber"]) + 1
        with MOTO_LOCK:
            trim(shard, self._position)
        return True

    def _open_source(self, settings: PipeSettings) -> tuple[Caller, Any]:
        """Return the pipe's caller and the stream's shard, after checking the role's permissions."""
        table = deployed.table_of_stream(settings.stream_arn)
        if table is None:
            raise BlockedError(f"Stream not found: {settings.stream_arn}")
        try:
            caller = role_caller(
                settings.role_arn, SERVICE, settings.name, {"aws:sourcearn": (settings.arn,)}
            )
        except AssumeRoleError as error:
            raise BlockedError(str(error)) from error
        refusal = check(caller, *(Requirement(action, settings.stream_arn) for action in _READ_RIGHTS))
        if refusal is not None:
            raise BlockedError(refusal.message)
        shard = table.stream_shard
        if self._position is None:
            written = 0 if settings.from_start else len(shard.items)
            self._position = shard.starting_sequence_number + written
        return caller, shard

    def _read(self, shard: Any, settings: PipeSettings) -> list[dict[str, Any]]:
        with MOTO_LOCK:
            start = max((self._position or 0) - shard.starting_sequence_number, 0)
            items = shard.items[start : start + settings.batch_size]
            return [stream_record(item.record, settings.stream_arn) for item in items]

    def _deliver(
        self, settings: PipeSettings, caller: Caller, shard: Any, records: list[dict[str, Any]]
    ) -> None:
        """Put records on the bus until each is accepted or described in the dead-letter queue.

        Splitting a batch is not a retry: only batches that cannot be split further use up attempts.
        """
        retries = 0
        while True:
            wanted = len(records)
            records, problem = self._try_put(settings, caller, records)
            self._measure("ExecutionFailed", int(len(records) == wanted))
            self._measure("ExecutionPartiallyFailed", int(0 < len(records) < wanted))
            if not records:
                return
            if self._stopping:
                raise BlockedError("the embedded AWS is stopping")
            if settings.bisects and len(records) > 1:
                middle = len(records) // 2
                self._deliver(settings, caller, shard, records[:middle])
                self._deliver(settings, caller, shard, records[middle:])
                return
            exhausted = 0 <= settings.maximum_retries <= retries
            if exhausted or _too_old(records, settings):
                condition = "RetryAttemptsExhausted" if exhausted else "MaximumRecordAgeExceeded"
                log.warning("pipe %s gives up %d records: %s", self._name, len(records), problem)
                self._give_up(settings, caller, failure_record(settings, shard.id, records, condition))
                return
            retries += 1
            time.sleep(_RETRY_SECONDS * self._options.delay_scale)

    def _try_put(
        self, settings: PipeSettings, caller: Caller, records: list[dict[str, Any]]
    ) -> tuple[list[dict[str, Any]], str]:
        """Put records on the bus, unless a fault makes it refuse some or all of them."""
        content = json.dumps(records[0]).encode()
        for kind, name in _NONE_TAKEN.items():
            if self._chaos.strikes(kind, self._name, content):
                self._measure(name)
                return records, "struck by chaos"
        if len(records) > 1 and self._chaos.strikes(Strike.PIPE_TOOK_A_PART, self._name, content):
            refused, problem = _try_put(settings, caller, records[:1])
            return refused + records[1:], problem or "struck by chaos"
        return _try_put(settings, caller, records)

    def _measure(self, name: str, value: float = 1) -> None:
        measure("AWS/EventBridge/Pipes", name, {"PipeName": self._name}, value)

    def _give_up(self, settings: PipeSettings, caller: Caller, description: dict[str, Any]) -> None:
        if not settings.dead_letter_arn:
            log.error("pipe %s: records are lost, it has no dead-letter queue: %s", self._name, description)
            return
        try:
            send_as_role(caller, settings.dead_letter_arn, json.dumps(description))
        except UndeliverableError as error:
            log.error("pipe %s: records are lost: %s; %s", self._name, error, description)  # noqa: TRY400


def _passes(record: dict[str, Any], patterns: tuple[Pattern, ...]) -> bool:
    return not patterns or any(pattern.matches(record) for pattern in patterns)


def _try_put(
    settings: PipeSettings, caller: Caller, records: list[dict[str, Any]]
) -> tuple[list[dict[str, Any]], str]:
    """Put records on the bus; return the refused ones and the reason."""
    requirement = put_events_requirement(settings.bus_arn, settings.source, settings.detail_type)
    with MOTO_LOCK:
        refusal = check(caller, requirement)
    if refusal is not None:
        return records, refusal.message
    entries = [
        {
            "Source": settings.source,
            "DetailType": settings.detail_type,
            "Detail": render_template(settings.template, record) if settings.template else json.dumps(record),
            "EventBusName": settings.bus_arn,
        }
        for record in records
    ]
    results = put_events(entries)
    refused = [record for record, result in zip(records, results, strict=True) if "ErrorCode" in result]
    return refused, "; ".join(sorted({result["ErrorMessage"] for result in results if "ErrorCode" in result}))


def _too_old(records: list[dict[str, Any]], settings: PipeSettings) -> bool:
    oldest: float = records[0]["dynamodb"]["ApproximateCreationDateTime"]
    return 0 <= settings.maximum_age_seconds < time.time() - oldest
