"""KMS permissions that a call on encrypted data requires.

Moto stores the key's name and encrypts nothing. On AWS, the service that uses the key on the caller's behalf
refuses a caller without permissions on the key, so the emulator requires them. Sources: "Key management" in
the SQS and SNS developer guides, "Encryption at rest" in the DynamoDB developer guide.
"""

from collections.abc import Iterator

from emulator.cloud.account import ACCOUNT_ID, backend
from emulator.cloud.authorization.requirements import Requirement, key_arn, via_service

_WRITES = ("kms:GenerateDataKey", "kms:Decrypt")
_READS = ("kms:Decrypt",)

_KEY_ACTIONS = {
    "sqs:SendMessage": _WRITES,
    "sqs:ReceiveMessage": _READS,
    "sns:Publish": _WRITES,
    "dynamodb:GetItem": _READS,
    "dynamodb:BatchGetItem": _READS,
    "dynamodb:Query": _READS,
    "dynamodb:Scan": _READS,
    "dynamodb:PutItem": _READS,
    "dynamodb:UpdateItem": _READS,
    "dynamodb:DeleteItem": _READS,
    "dynamodb:BatchWriteItem": _READS,
    "dynamodb:ConditionCheckItem": _READS,
    "dynamodb:GetRecords": _READS,
}


def key_requirements(requirement: Requirement) -> Iterator[Requirement]:
    """Yield the permissions on a customer managed key that `requirement` implies; none for AWS owned keys."""
    actions = _KEY_ACTIONS.get(requirement.action)
    if actions is None:
        return
    service = requirement.action.partition(":")[0]
    key_id, context_key, context_value = _KEY_READERS[service](requirement.resource)
    if not key_id or "alias/aws/" in key_id:
        return
    context = {
        "kms:viaservice": via_service(service),
        "kms:calleraccount": (ACCOUNT_ID,),
        f"kms:encryptioncontext:{context_key}": (context_value,),
    }
    for name in ("aws:sourcearn", "aws:sourceaccount"):
        if name in requirement.context:
            context[name] = requirement.context[name]
    for action in actions:
        yield Requirement(action, key_arn(key_id), context)


def _queue_key(resource: str) -> tuple[str, str, str]:
    queue = backend("sqs").queues.get(resource.rpartition(":")[2])
    return (queue.kms_master_key_id or "") if queue else "", "aws:sqs:arn", resource


def _topic_key(resource: str) -> tuple[str, str, str]:
    topic = backend("sns").topics.get(resource)
    return (topic.kms_master_key_id or "") if topic else "", "aws:sns:topicarn", resource


def _table_key(resource: str) -> tuple[str, str, str]:
    name = resource.partition(":table/")[2].split("/")[0]
    table = backend("dynamodb").tables.get(name)
    specification = (table.sse_specification or {}) if table else {}
    return specification.get("KMSMasterKeyId", ""), "aws:dynamodb:tablename", name


_KEY_READERS = {"sqs": _queue_key, "sns": _topic_key, "dynamodb": _table_key}
