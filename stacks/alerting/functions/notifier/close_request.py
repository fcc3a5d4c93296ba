"""The message that the notifier sends to itself to summarise a group at the end of its window. Pure."""

import json
from dataclasses import asdict, dataclass
from typing import Final, Self

from shared.runtime.events import MESSAGE_SCHEMA_VERSION
from shared.runtime.fields import EventError, Fields

KIND: Final = "close_group"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseRequest:
    """A request to close a group, with the trace of the alert that caused it."""

    account_id: str
    opened_by: str
    trace_header: str

    def to_json(self) -> str:
        """Return the message body."""
        return json.dumps({"schema_version": MESSAGE_SCHEMA_VERSION, "kind": KIND, **asdict(self)})

    @classmethod
    def read(cls, message: Fields) -> Self:
        """Read the fields of a message of this kind.

        Raises:
            EventError: Another schema version, or a field is missing or of a wrong type.
        """
        if message.integer("schema_version") != MESSAGE_SCHEMA_VERSION:
            raise EventError(f"message.schema_version is not {MESSAGE_SCHEMA_VERSION}")
        return cls(
            account_id=message.text("account_id"),
            opened_by=message.text("opened_by"),
            trace_header=message.text("trace_header"),
        )
