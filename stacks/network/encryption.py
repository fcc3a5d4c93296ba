"""The customer managed key that encrypts everything at rest, and its policy.

Identities in the account use the key by their own policies. The key policy names services that act without a
role, each limited to the resource that it encrypts. No statement has ``kms:*``.
"""

import pulumi
import pulumi_aws as aws

from shared.infra import stems
from shared.infra.arns import REGION, Arns
from shared.infra.iam import Conditions, Principals, Statement, key_policy
from shared.infra.provider import named

DELETION_WINDOW_DAYS = 7
"""AWS's minimum; the deletion can be cancelled for a week."""

_ENCRYPT_AND_DECRYPT = (
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:DescribeKey",
)
_ENVELOPE = ("kms:GenerateDataKey", "kms:Decrypt")


def encryption_key(arns: Arns, opts: pulumi.ResourceOptions) -> aws.kms.Key:
    """Register the key, with yearly rotation, and its alias."""
    names = arns.names
    key = aws.kms.Key(
        names.of("kms-key"),
        description=f"Everything at rest in the fraud pipeline of {names.suffix}",
        enable_key_rotation=True,
        deletion_window_in_days=DELETION_WINDOW_DAYS,
        policy=key_policy(*_account_statements(arns), *_service_statements(arns)),
        tags={"Name": names.of("kms-key")},
        opts=opts,
    )
    aws.kms.Alias(
        names.of("kms-alias"),
        name=names.alias("kms-key"),
        target_key_id=key.id,
        opts=named(opts),
    )
    return key


def _account_statements(arns: Arns) -> list[Statement]:
    account: Principals = {"AWS": arns.account_root()}
    return [
        Statement(
            sid="KeyAdministration",
            principals=account,
            actions=[
                "kms:DescribeKey",
                "kms:GetKeyPolicy",
                "kms:PutKeyPolicy",
                "kms:ListKeyPolicies",
                "kms:GetKeyRotationStatus",
                "kms:EnableKeyRotation",
                "kms:DisableKeyRotation",
                "kms:ListKeyRotations",
                "kms:ListResourceTags",
                "kms:TagResource",
                "kms:UntagResource",
                "kms:UpdateKeyDescription",
                "kms:EnableKey",
                "kms:DisableKey",
                "kms:ScheduleKeyDeletion",
                "kms:CancelKeyDeletion",
                "kms:CreateAlias",
                "kms:UpdateAlias",
                "kms:DeleteAlias",
                "kms:ListGrants",
                "kms:RevokeGrant",
            ],
        ),
        Statement(sid="UseGrantedByIam", principals=account, actions=_ENCRYPT_AND_DECRYPT),
        Statement(
            sid="GrantsForAwsResources",
            principals=account,
            actions=["kms:CreateGrant"],
            conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]


def _service_statements(arns: Arns) -> list[Statement]:
    log_groups = [
        *(arns.log_group(function) for functions in stems.FUNCTIONS.values() for function in functions),
        arns.named_log_group(stems.API_ACCESS_LOGS),
        arns.named_log_group(stems.CANARY_LOG),
    ]
    bus = arns.event_bus(stems.BUS)
    # SQS and SNS use the ARN of the queue or topic as encryption context, which KMS sees in every call. The
    # aws:Source keys depend on the sender.
    dead_letter_queues = [arns.queue(stems.RULE_DLQ), arns.queue(stems.BUS_DLQ)]
    alarms_topic = arns.topic(stems.OPERATIONS_ALARMS)
    return [
        _service(
            "CloudWatchLogs",
            f"logs.{REGION}.amazonaws.com",
            _ENCRYPT_AND_DECRYPT,
            {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
        ),
        # As AWS documents: describing the key has no encryption context.
        _service("EventBridgeFindsTheKey", "events.amazonaws.com", ("kms:DescribeKey",), {}),
        _service(
            "EventBridgeBus",
            "events.amazonaws.com",
            _ENVELOPE,
            {"StringEquals": {"kms:EncryptionContext:aws:events:event-bus:arn": bus, "aws:SourceArn": bus}},
        ),
        _service(
            "EventBridgeDeadLetterQueues",
            "events.amazonaws.com",
            _ENVELOPE,
            {"StringEquals": {"kms:EncryptionContext:aws:sqs:arn": dead_letter_queues}},
        ),
        _service(
            "CloudWatchAlarms",
            "cloudwatch.amazonaws.com",
            _ENVELOPE,
            {"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": alarms_topic}},
        ),
    ]


def _service(sid: str, service: str, actions: tuple[str, ...], conditions: Conditions) -> Statement:
    return Statement(sid=sid, principals={"Service": service}, actions=actions, conditions=conditions)
