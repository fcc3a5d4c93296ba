"""Send messages to queues on behalf of AWS services: dead letters and destination records."""

from collections.abc import Mapping

from emulator.cloud import deployed
from emulator.cloud.account import ACCOUNT_ID, MOTO_LOCK, backend
from emulator.cloud.authorization.authoriser import check, check_service
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.identities import Caller


class UndeliverableError(Exception):
    """A service could not send a message; the message names the queue and the reason."""


def send_as_role(caller: Caller, queue_arn: str, body: str) -> None:
    """Send with a role's permissions.

    Raises:
        UndeliverableError: The queue does not exist, or the role lacks a permission.
    """
    with MOTO_LOCK:
        refusal = check(caller, Requirement("sqs:SendMessage", queue_arn))
        if refusal is not None:
            raise UndeliverableError(refusal.message)
        _send(queue_arn, body, {})


def send_as_service(
    service: str, source_arn: str, queue_arn: str, body: str, attributes: Mapping[str, str]
) -> None:
    """Send as an AWS service (``events.amazonaws.com``) on behalf of `source_arn`.

    Raises:
        UndeliverableError: The queue does not exist, or the queue policy or key policy does not allow it.
    """
    context = {"aws:sourcearn": (source_arn,), "aws:sourceaccount": (ACCOUNT_ID,)}
    with MOTO_LOCK:
        refusal = check_service(service, Requirement("sqs:SendMessage", queue_arn, context))
        if refusal is not None:
            raise UndeliverableError(refusal.message)
        _send(queue_arn, body, attributes)


def _send(queue_arn: str, body: str, attributes: Mapping[str, str]) -> None:
    queue = deployed.queue(queue_arn)
    if queue is None:
        raise UndeliverableError(f"{queue_arn} does not exist")
    typed = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    backend("sqs").send_message(queue.name, body, message_attributes=typed)
