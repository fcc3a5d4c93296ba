"""CloudWatch Logs: a log group's key can be changed. moto only takes one when the group is made."""

import json

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse


def _group(response: LogsResponse) -> LogGroup:
    name = response._get_param("logGroupName")  # noqa: SLF001 - a repair reaches inside moto
    group: LogGroup | None = response.logs_backend.groups.get(name)
    if group is None:
        raise ResourceNotFoundException(f"The specified log group does not exist: {name}")
    return group


def _associate_kms_key(self: LogsResponse) -> str:
    _group(self).kms_key_id = self._get_param("kmsKeyId")
    return json.dumps({})


def _disassociate_kms_key(self: LogsResponse) -> str:
    _group(self).kms_key_id = None
    return json.dumps({})


def apply() -> None:
    """Add the two operations."""
    for owner, name, replacement in (
        (LogsResponse, "associate_kms_key", _associate_kms_key),
        (LogsResponse, "disassociate_kms_key", _disassociate_kms_key),
    ):
        setattr(owner, name, replacement)
