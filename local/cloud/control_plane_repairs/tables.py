"""DynamoDB: a stream that was ended can be begun again. moto remembers the old one and refuses."""

from typing import Any

from moto.dynamodb.exceptions import StreamAlreadyEnabledException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table


def _update_streams(_: DynamoDBBackend, table: Table, specification: dict[str, Any]) -> None:
    wanted = specification.get("StreamEnabled") or specification.get("StreamViewType")
    if wanted and (table.stream_specification or {}).get("StreamEnabled"):
        raise StreamAlreadyEnabledException
    table.set_stream_specification(specification)


def apply() -> None:
    """Judges by whether the stream is on, not by whether there ever was one."""
    for owner, name, replacement in ((DynamoDBBackend, "update_table_streams", _update_streams),):
        setattr(owner, name, replacement)
