"""The SQS queue component: encrypted with the customer managed key, TLS only, 14 days' retention."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from shared.infra.iam import Statement, document, tls_only
from shared.infra.naming import Names

RETENTION_SECONDS = 14 * 24 * 3600
"""SQS's maximum; a message keeps its age when it moves to a dead-letter queue."""


@dataclass(frozen=True)
class ServiceSender:
    """An AWS service that may send to the queue on behalf of one resource."""

    service: str
    source_arn: pulumi.Input[str]

    def statement(self, queue_arn: pulumi.Input[str]) -> Statement:
        """Return the statement for the queue's policy."""
        return Statement(
            sid="SendFromService",
            principals={"Service": self.service},
            actions=["sqs:SendMessage"],
            resources=[queue_arn],
            conditions={"ArnEquals": {"aws:SourceArn": self.source_arn}},
        )


@dataclass(frozen=True)
class QueueArguments:
    """Arguments that differ between queues."""

    sender: ServiceSender | None = None
    visibility_timeout_seconds: int = 30
    dead_letter_queue: "Queue | None" = None
    """Destination after ``maximum_receives``; None for a dead-letter queue."""
    maximum_receives: int = 5


class Queue(pulumi.ComponentResource):
    """A queue and its policy."""

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    url: pulumi.Output[str]
    policy: aws.sqs.QueuePolicy

    def __init__(
        self,
        stem: str,
        names: Names,
        key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions,
        arguments: QueueArguments = QueueArguments(),
    ) -> None:
        name = names.of(stem, "queue")
        super().__init__("fraud:infra:Queue", name, None, opts)
        redrive = None
        if arguments.dead_letter_queue is not None:
            redrive = pulumi.Output.json_dumps(
                {
                    "deadLetterTargetArn": arguments.dead_letter_queue.arn,
                    "maxReceiveCount": arguments.maximum_receives,
                }
            )
        queue = aws.sqs.Queue(
            name,
            name=name,
            kms_master_key_id=key_arn,
            kms_data_key_reuse_period_seconds=300,
            message_retention_seconds=RETENTION_SECONDS,
            visibility_timeout_seconds=arguments.visibility_timeout_seconds,
            receive_wait_time_seconds=20,
            redrive_policy=redrive,
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        statements = [tls_only("sqs", queue.arn)]
        if arguments.sender is not None:
            statements.append(arguments.sender.statement(queue.arn))
        self.policy = aws.sqs.QueuePolicy(
            names.of(f"{stem}-policy"),
            queue_url=queue.url,
            policy=document(*statements),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name, self.arn, self.url = queue.name, queue.arn, queue.url
        self.register_outputs({"name": self.name, "arn": self.arn, "url": self.url})
