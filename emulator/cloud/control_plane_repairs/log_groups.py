"""CloudWatch Logs: change a log group's KMS key; moto only accepts one at creation."""

import json

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse

from emulator.cloud.replacing import replaces


def _group(response: LogsResponse) -> LogGroup:
    name = response._get_param("logGroupName")  # noqa: SLF001 - a repair reaches inside moto
    group: LogGroup | None = response.logs_backend.groups.get(name)
    if group is None:
        raise ResourceNotFoundException(f"The specified log group does not exist: {name}")
    return group


@replaces(LogsResponse, "associate_kms_key")
def _associate_kms_key(self: LogsResponse) -> str:
    _group(self).kms_key_id = self._get_param("kmsKeyId")
    return json.dumps({})


@replaces(LogsResponse, "disassociate_kms_key")
def _disassociate_kms_key(self: LogsResponse) -> str:
    _group(self).kms_key_id = None
    return json.dumps({})
