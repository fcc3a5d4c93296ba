"""Cases of keys, tables, queues and topics."""

import json
from typing import Any

from emulator.tests.provider.contract.case import Case
from emulator.tests.provider.contract.documents import policy


def _index(name: str, text: str, number: str) -> dict[str, Any]:
    return {
        "name": name,
        "hashKey": text,
        "rangeKey": number,
        "projectionType": "INCLUDE",
        "nonKeyAttributes": ["x"],
    }


STORES = (
    Case(
        "aws:kms/key:Key",
        lambda _: {
            "description": "One",
            "enableKeyRotation": True,
            "deletionWindowInDays": 7,
            "policy": policy("kms:DescribeKey", Principal="*"),
            "tags": {"Name": "k"},
        },
        lambda _: {
            "description": "Two",
            "enableKeyRotation": False,
            "isEnabled": False,
            "deletionWindowInDays": 8,
            "policy": policy("kms:Decrypt", Principal="*"),
            "tags": {"Name": "k2"},
        },
        {"keyUsage": "SIGN_VERIFY"},
    ),
    Case(
        "aws:kms/alias:Alias",
        lambda w: {"name": "alias/contract", "targetKeyId": w.ids["key"]},
        lambda w: {"targetKeyId": w.ids["key2"]},
        {"name": "alias/other"},
    ),
    Case(
        "aws:dynamodb/table:Table",
        lambda w: {
            "name": "contract",
            "hashKey": "id",
            "rangeKey": "at",
            "attributes": [
                {"name": "id", "type": "S"},
                {"name": "at", "type": "N"},
                {"name": "state", "type": "S"},
            ],
            "globalSecondaryIndexes": [_index("by-state", "state", "at")],
            "billingMode": "PAY_PER_REQUEST",
            "streamEnabled": True,
            "streamViewType": "NEW_IMAGE",
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": w.arn("key")},
            "pointInTimeRecovery": {"enabled": False},
            "ttl": {"attributeName": "expires_at", "enabled": True},
            "deletionProtectionEnabled": False,
        },
        lambda w: {
            "attributes": [
                {"name": "id", "type": "S"},
                {"name": "at", "type": "N"},
                {"name": "state", "type": "S"},
                {"name": "kind", "type": "S"},
            ],
            "globalSecondaryIndexes": [
                _index("by-state", "state", "at") | {"nonKeyAttributes": ["x", "y"]},
                _index("by-kind", "kind", "at"),
            ],
            "ttl": {"attributeName": "gone_at", "enabled": True},
            "pointInTimeRecovery": {"enabled": True},
            "streamViewType": "NEW_AND_OLD_IMAGES",
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": w.arn("key2")},
            "tags": {"More": "x"},
        },
        {"name": "other", "hashKey": "at", "rangeKey": "id"},
    ),
    Case(
        "aws:sqs/queue:Queue",
        lambda w: {
            "name": "contract",
            "visibilityTimeoutSeconds": 360,
            "messageRetentionSeconds": 1209600,
            "receiveWaitTimeSeconds": 20,
            "kmsMasterKeyId": w.arn("key"),
            "kmsDataKeyReusePeriodSeconds": 300,
            "redrivePolicy": json.dumps({"deadLetterTargetArn": w.arn("dead"), "maxReceiveCount": 5}),
        },
        lambda w: {
            "visibilityTimeoutSeconds": 30,
            "kmsMasterKeyId": w.arn("key2"),
            "redrivePolicy": json.dumps({"deadLetterTargetArn": w.arn("dead"), "maxReceiveCount": 3}),
            "tags": {"More": "x"},
        },
        {"name": "other"},
    ),
    Case(
        "aws:sqs/queuePolicy:QueuePolicy",
        lambda w: {"queueUrl": w.ids["queue"], "policy": policy("sqs:SendMessage", Principal="*")},
        lambda _: {"policy": policy("sqs:ReceiveMessage", Principal="*")},
        {"queueUrl": "http://127.0.0.1/other"},
    ),
    Case(
        "aws:sns/topic:Topic",
        lambda w: {
            "name": "contract",
            "displayName": "Alerts",
            "kmsMasterKeyId": w.arn("key"),
            "tracingConfig": "Active",
        },
        lambda w: {
            "displayName": "Alarms",
            "kmsMasterKeyId": w.arn("key2"),
            "tracingConfig": "PassThrough",
            "tags": {"More": "x"},
        },
        {"name": "other"},
    ),
    Case(
        "aws:sns/topicPolicy:TopicPolicy",
        lambda w: {"arn": w.arn("topic"), "policy": policy("sns:Publish", Principal="*")},
        lambda _: {"policy": policy("sns:Subscribe", Principal="*")},
        {"arn": "arn:aws:sns:us-east-1:123456789012:other"},
    ),
    Case(
        "aws:sns/topicSubscription:TopicSubscription",
        lambda w: {"topic": w.arn("topic"), "protocol": "email", "endpoint": "a@example.com"},
        lambda _: {"rawMessageDelivery": True},
        {
            "topic": "arn:aws:sns:us-east-1:123456789012:other",
            "endpoint": "b@example.com",
            "protocol": "email-json",
        },
    ),
)
