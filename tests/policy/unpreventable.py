"""Escalation paths that AWS has no condition key to prevent."""

from collections.abc import Mapping

from tests.policy.escalations import REGION, Right, boundary, iam, of, tagged

UNPREVENTABLE: Mapping[str, tuple[str, Right]] = {
    "CreateRole: whom the new role trusts": (
        "compute",
        iam("CreateRole", "role", "ingest-role-dev", iam__permissionsboundary=boundary("ingest-role-dev")),
    ),
    "AddPermission without SourceArn": (
        "compute",
        Right(
            "lambda:AddPermission",
            of("lambda", "function:detector-function-dev"),
            {"lambda:principal": ("events.amazonaws.com",)},
        ),
    ),
    "UpdateFunctionCode of the own layer": (
        "alerting",
        Right("lambda:UpdateFunctionCode", of("lambda", "function:notifier-function-dev")),
    ),
    "UpdateFunctionConfiguration: out of the network": (
        "compute",
        Right("lambda:UpdateFunctionConfiguration", of("lambda", "function:detector-function-dev")),
    ),
    "PutTargets: where events go that a target does not take": (
        "compute",
        Right(
            "events:PutTargets",
            of("events", "rule/transactions-bus-dev/transaction-stored-rule-dev"),
            {"events:targetarn": (of("lambda", "function:detector-function-dev"),)},
        ),
    ),
    "UpdateMethod: who may call the API": (
        "compute",
        Right(
            "apigateway:PATCH",
            "arn:aws:apigateway:us-east-1::/restapis/1/resources/1/methods/POST",
            tagged("compute"),
        ),
    ),
    "PUT of tags: an API of no layer": (
        "compute",
        Right(
            "apigateway:PUT",
            "arn:aws:apigateway:us-east-1::/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2F1",
            tagged("compute", "request"),
        ),
    ),
    "TagResource: a key of no layer and without an alias": (
        "network",
        Right("kms:TagResource", of("kms", "key/1"), tagged("network", "request")),
    ),
    "CreateTags: a security group of no layer": (
        "network",
        Right("ec2:CreateTags", of("ec2", "security-group/sg-1"), tagged("network", "request")),
    ),
    "Unsubscribe: any subscription": ("alerting", Right("sns:Unsubscribe", "*", REGION)),
    "PutKeyPolicy": (
        "network",
        Right(
            "kms:PutKeyPolicy",
            of("kms", "key/1"),
            tagged("network"),
        ),
    ),
    "SetQueueAttributes: the queue's policy": (
        "data",
        Right("sqs:SetQueueAttributes", of("sqs", "suspicious-queue-dev")),
    ),
    "SetTopicAttributes: the topic's policy": (
        "data",
        Right("sns:SetTopicAttributes", of("sns", "fraud-alerts-topic-dev")),
    ),
    "ModifyVpcEndpoint: the endpoint's policy": (
        "network",
        Right(
            "ec2:ModifyVpcEndpoint",
            of("ec2", "vpc-endpoint/vpce-1"),
            tagged("network"),
        ),
    ),
    "AuthorizeSecurityGroupEgress to anywhere": (
        "network",
        Right(
            "ec2:AuthorizeSecurityGroupEgress",
            of("ec2", "security-group/sg-1"),
            tagged("network"),
        ),
    ),
    "SetSubscriptionAttributes of any subscription": (
        "alerting",
        Right("sns:SetSubscriptionAttributes", "*", REGION),
    ),
}
"""Path -> the layer whose deployer has it, and the right. docs/threat-model.md says what detects it."""
