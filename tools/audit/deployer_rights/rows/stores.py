"""DynamoDB, SQS, SNS: named by us, so that every ARN is exact.

Sources: internal/service/dynamodb/table.go, internal/service/sqs/{queue,queue_policy}.go and
internal/service/sns/{topic,topic_policy,topic_subscription}.go of terraform-provider-aws; the service
authorization reference; for the key's actions "Encryption at rest" in the DynamoDB developer guide.
"""

from collections.abc import Iterator, Mapping

from tools.audit.deployer_rights.grants import Grant, Scope
from tools.audit.deployer_rights.rows.row import Row, look_anywhere, through_key
from tools.deploy.program_runner.recorded import Resource


def _table(scope: Scope, resource: Resource) -> Iterator[Grant]:
    arn = (scope.arn("dynamodb", f"table/{resource.inputs['name']}"),)
    yield Grant(
        "ReadTables",
        (
            "dynamodb:DescribeTable",
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:ListTagsOfResource",
        ),
        arn,
        reads=True,
    )
    yield Grant(
        "WriteTables",
        (
            "dynamodb:CreateTable",
            "dynamodb:UpdateTable",
            "dynamodb:UpdateTimeToLive",
            "dynamodb:UpdateContinuousBackups",
            "dynamodb:TagResource",
            "dynamodb:UntagResource",
            "dynamodb:DeleteTable",
        ),
        arn,
    )
    if resource.inputs.get("serverSideEncryption", {}).get("kmsKeyArn"):
        # DynamoDB reaches the key by grants that the creator of the table makes.
        yield through_key(
            scope,
            "dynamodb",
            "kms:CreateGrant",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:GenerateDataKey",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        )


def _queue(scope: Scope, resource: Resource) -> Iterator[Grant]:
    yield from _on_queue(scope, resource.inputs["name"])


def _queue_policy(scope: Scope, resource: Resource) -> Iterator[Grant]:
    yield from _on_queue(scope, resource.inputs["queueUrl"].rpartition("/")[2])


def _on_queue(scope: Scope, name: str) -> Iterator[Grant]:
    arn = (scope.arn("sqs", name),)
    read = ("sqs:GetQueueAttributes", "sqs:ListQueueTags")
    yield Grant("ReadQueues", read, arn, reads=True)
    yield Grant(
        "WriteQueues",
        ("sqs:CreateQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue", "sqs:DeleteQueue"),
        arn,
    )


def _topic(scope: Scope, resource: Resource) -> Iterator[Grant]:
    yield from _on_topic(scope.arn("sns", resource.inputs["name"]))


def _topic_policy(scope: Scope, resource: Resource) -> Iterator[Grant]:
    yield from _on_topic(scope.arn("sns", resource.inputs["arn"].rpartition(":")[2]))


def _on_topic(arn: str) -> Iterator[Grant]:
    yield Grant("ReadTopics", ("sns:GetTopicAttributes", "sns:ListTagsForResource"), (arn,), reads=True)
    yield Grant(
        "WriteTopics",
        (
            "sns:CreateTopic",
            "sns:SetTopicAttributes",
            "sns:TagResource",
            "sns:UntagResource",
            "sns:DeleteTopic",
        ),
        (arn,),
    )


def _subscription(scope: Scope, resource: Resource) -> Iterator[Grant]:
    topic = scope.arn("sns", resource.inputs["topic"].rpartition(":")[2])
    protocol = resource.inputs["protocol"]
    # Whoever may subscribe any address reads every alert.
    yield Grant(
        f"Subscribe{''.join(part.capitalize() for part in resource.name.split('-'))}",
        ("sns:Subscribe",),
        (topic,),
        {"StringEquals": {"sns:Protocol": (protocol,), "sns:Endpoint": (resource.inputs["endpoint"],)}},
    )
    yield Grant(
        "ChangeSubscriptions",
        ("sns:SetSubscriptionAttributes", "sns:Unsubscribe"),
        ("*",),
        scope.in_region,
        reason="AWS has no resource-level form for a subscription, whose id is SNS's own",
    )
    yield look_anywhere(scope, "ReadSubscriptions", "sns:GetSubscriptionAttributes")


ROWS: Mapping[str, Row] = {
    "aws:dynamodb/table:Table": _table,
    "aws:sqs/queue:Queue": _queue,
    "aws:sqs/queuePolicy:QueuePolicy": _queue_policy,
    "aws:sns/topic:Topic": _topic,
    "aws:sns/topicPolicy:TopicPolicy": _topic_policy,
    "aws:sns/topicSubscription:TopicSubscription": _subscription,
}
