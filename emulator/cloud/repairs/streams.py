"""DynamoDB streams: deliver records only through the stream, and trim them.

Moto invokes Lambda from inside each write; on AWS, pollers read the stream. Moto keeps every record; AWS
keeps them for 24 hours. Here they are trimmed once the only reader has passed them.
"""

from typing import Any

from moto.dynamodb.models.table import StreamRecord, StreamShard

from emulator.cloud import taps
from emulator.cloud.replacing import replaces

KEPT_BEHIND_READER = 1_000
"""Number of records kept in a stream after they are read, for inspection."""


@replaces(StreamShard, "add")
def _add(self: StreamShard, old: Any, new: Any) -> None:
    view = self.table.stream_specification["StreamViewType"]  # type: ignore[index]
    event_name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    number = self.starting_sequence_number + len(self.items)
    self.items.append(StreamRecord(self.table, view, event_name, old, new, number))
    taps.stream_written.tell(self.table.name)


def trim(shard: StreamShard, passed: int) -> None:
    """Drop records well before sequence number `passed`. The caller must hold moto's lock."""
    surplus = passed - KEPT_BEHIND_READER - shard.starting_sequence_number
    if surplus >= KEPT_BEHIND_READER:  # in bulk, because each deletion shifts the whole list
        del shard.items[:surplus]
        shard.starting_sequence_number += surplus
