"""Parse the queue's two kinds of message. Pure."""

from shared.runtime.events import SuspiciousTransaction
from shared.runtime.fields import Fields
from stacks.alerting.functions.notifier.close_request import KIND, CloseRequest

Message = SuspiciousTransaction | CloseRequest


def read_message(body: str) -> Message:
    """Read a message body.

    Raises:
        EventError: Not JSON, another schema version, or a field is missing or of a wrong type.
    """
    message = Fields.from_json(body, "message")
    if message.optional_text("kind") == KIND:
        return CloseRequest.read(message)
    return SuspiciousTransaction.read(message)
