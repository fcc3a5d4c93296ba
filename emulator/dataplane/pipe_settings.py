"""Pipe settings, and the JSON of stream records and failed batches."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from emulator.dataplane.poller import BlockedError
from emulator.event_patterns import Pattern, parse_pattern

_TARGET_BATCH = 10
"""Maximum batch size of an event bus target."""


@dataclass(frozen=True, slots=True)
class PipeSettings:
    """A deployed pipe; -1 in `maximum_retries` and `maximum_age_seconds` means no limit."""

    name: str
    arn: str
    role_arn: str
    stream_arn: str
    bus_arn: str
    patterns: tuple[Pattern, ...]
    batch_size: int
    window_seconds: float
    maximum_retries: int
    maximum_age_seconds: int
    bisects: bool
    dead_letter_arn: str
    from_start: bool
    source: str
    detail_type: str
    template: str


def read_settings(pipe: Any) -> PipeSettings:
    """Return the settings of a moto pipe.

    Raises:
        BlockedError: The pipe uses an unsupported source or target.
    """
    if not pipe.source.split(":")[2] == "dynamodb" or ":event-bus/" not in pipe.target or pipe.enrichment:
        raise BlockedError("only a pipe from a DynamoDB stream straight to an event bus is moved here")
    source = pipe.source_parameters or {}
    stream = source.get("DynamoDBStreamParameters") or {}
    target = pipe.target_parameters or {}
    bus = target.get("EventBridgeEventBusParameters") or {}
    filters = (source.get("FilterCriteria") or {}).get("Filters") or []
    return PipeSettings(
        name=pipe.name,
        arn=pipe.arn,
        role_arn=pipe.role_arn,
        stream_arn=pipe.source,
        bus_arn=pipe.target,
        patterns=tuple(parse_pattern(each["Pattern"]) for each in filters),
        batch_size=min(int(stream.get("BatchSize") or _TARGET_BATCH), _TARGET_BATCH),
        window_seconds=float(stream.get("MaximumBatchingWindowInSeconds") or 0),
        maximum_retries=int(stream.get("MaximumRetryAttempts", -1)),
        maximum_age_seconds=int(stream.get("MaximumRecordAgeInSeconds", -1)),
        bisects=stream.get("OnPartialBatchItemFailure") == "AUTOMATIC_BISECT",
        dead_letter_arn=(stream.get("DeadLetterConfig") or {}).get("Arn", ""),
        from_start=stream.get("StartingPosition", "LATEST") == "TRIM_HORIZON",
        source=bus.get("Source") or f"Pipe {pipe.name}",
        detail_type=bus.get("DetailType") or "Event from aws:dynamodb",
        template=target.get("InputTemplate") or "",
    )


def stream_record(record: dict[str, Any], stream_arn: str) -> dict[str, Any]:
    """Return a stream record as pipes and Lambda represent it."""
    change = dict(record["dynamodb"])
    created = change["ApproximateCreationDateTime"]
    change["ApproximateCreationDateTime"] = int(created.replace(tzinfo=UTC).timestamp())
    return {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": "1.1",
        "eventSource": record["eventSource"],
        "awsRegion": record["awsRegion"],
        "dynamodb": change,
        "eventSourceARN": stream_arn,
    }


def failure_record(
    settings: PipeSettings, shard_id: str, records: list[dict[str, Any]], condition: str
) -> dict[str, Any]:
    """Return the dead-letter message for a failed batch, as AWS writes it."""
    first, last = records[0]["dynamodb"], records[-1]["dynamodb"]
    return {
        "context": {"partnerResourceArn": settings.arn, "condition": condition},
        "version": "1.0",
        "timestamp": _iso(time.time()),
        "DDBStreamBatchInfo": {
            "shardId": shard_id,
            "startSequenceNumber": first["SequenceNumber"],
            "endSequenceNumber": last["SequenceNumber"],
            "approximateArrivalOfFirstRecord": _iso(first["ApproximateCreationDateTime"]),
            "approximateArrivalOfLastRecord": _iso(last["ApproximateCreationDateTime"]),
            "batchSize": len(records),
            "streamArn": settings.stream_arn,
        },
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
