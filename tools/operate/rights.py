"""IAM policies of operators and of those responsible for personal data."""

from shared.infra import stems
from tools.deploy.statements import Document, allow, allow_key, document, of_items
from tools.deploy.target import Target
from tools.operate.smoke.rights import statements as smoke_test


def operator(target: Target) -> Document:
    """Return the policy for `make smoke`, `load`, `redrive` and `reconcile`.

    Raises:
        OperatorError: The API's URL is not one of API Gateway.
    """
    transactions, streams = target.transactions_table_arn, target.transactions_stream_arn
    redriven = [target.queue_arn(name) for name in target.dead_letter_queues if not _is_bus_dlq(name)]
    return document(
        *smoke_test(target),
        allow("FollowTheLoad", ["dynamodb:GetItem"], [transactions], of_items("load-*")),
        allow("ReadTransactions", ["dynamodb:Scan", "dynamodb:DescribeTable"], [transactions]),
        allow("ReadAlerts", ["dynamodb:BatchGetItem"], [target.alerts_table_arn]),
        allow("ReadStream", ["dynamodb:GetShardIterator", "dynamodb:GetRecords"], [streams]),
        allow(
            "RedriveMessages",
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"],
            redriven,
        ),
        allow("SendToTheNotifier", ["sqs:SendMessage"], [target.suspicious_queue_arn]),
        allow_key("UseEncryptedQueues", ["kms:Decrypt", "kms:GenerateDataKey"], target.key_arn, "sqs"),
        allow("SendToTheDetector", ["events:PutEvents"], [target.bus_arn]),
    )


def data_protection(target: Target) -> Document:
    """Return the policy for `make export` and `make erase`."""
    # Messages of the pipe's dead-letter queue refer to records without containing them.
    queues = [name for name in target.dead_letter_queues if not name.startswith(stems.PIPE_DLQ)]
    return document(
        allow(
            "FindAndEraseItems",
            ["dynamodb:DescribeTable", "dynamodb:Scan", "dynamodb:DeleteItem"],
            [target.transactions_table_arn, target.profiles_table_arn, target.alerts_table_arn],
        ),
        allow_key("ReadEncryptedItems", ["kms:Decrypt"], target.key_arn, "dynamodb"),
        allow(
            "FindAndEraseMessages",
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"],
            [target.queue_arn(name) for name in queues],
        ),
        allow_key("ReadEncryptedMessages", ["kms:Decrypt"], target.key_arn, "sqs"),
    )


def _is_bus_dlq(name: str) -> bool:
    """Return whether a queue is the bus's, whose messages cannot be read and are replayed by time instead."""
    return name.startswith(stems.BUS_DLQ)
