"""DynamoDB: enable a stream again after disabling it, and change a table's KMS key.

Moto refuses a second stream, and ignores encryption in UpdateTable.
"""

from typing import Any

from moto.dynamodb.exceptions import StreamAlreadyEnabledException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from emulator.cloud.replacing import replaces

_update_table = DynamoHandler.update_table


@replaces(DynamoDBBackend, "update_table_streams")
def _update_streams(_: DynamoDBBackend, table: Table, specification: dict[str, Any]) -> None:
    wanted = specification.get("StreamEnabled") or specification.get("StreamViewType")
    if wanted and (table.stream_specification or {}).get("StreamEnabled"):
        raise StreamAlreadyEnabledException
    table.set_stream_specification(specification)


@replaces(DynamoHandler, "update_table")
def _update_table_and_key(self: DynamoHandler) -> Any:
    answer = _update_table(self)
    if wanted := self.body.get("SSESpecification"):
        table = self.dynamodb_backend.get_table(self.body["TableName"])
        table.sse_specification = wanted if wanted.get("Enabled") else None
    return answer
