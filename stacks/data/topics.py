"""The SNS topics: fraud alerts for the security team, alarms for the operators."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from shared.infra import stems
from shared.infra.arns import Arns
from shared.infra.iam import Statement, document, tls_only
from shared.infra.provider import named


@dataclass(frozen=True)
class Topics:
    """The topics: encrypted with the customer managed key, TLS only."""

    fraud_alerts: aws.sns.Topic
    operations_alarms: aws.sns.Topic


def topics(arns: Arns, key_arn: pulumi.Input[str], opts: pulumi.ResourceOptions) -> Topics:
    """Register the topics and their policies, which replace the default that lets the account publish."""
    fraud_alerts = _topic(stems.FRAUD_ALERTS, "Fraud alerts", arns, key_arn, opts)
    operations_alarms = _topic(stems.OPERATIONS_ALARMS, "Fraud pipeline alarms", arns, key_arn, opts)
    # The notifier may publish fraud alerts by its role's policy.
    _policy(stems.FRAUD_ALERTS, fraud_alerts, [], arns, opts)
    _policy(
        stems.OPERATIONS_ALARMS, operations_alarms, [_alarms_publish(arns, operations_alarms.arn)], arns, opts
    )
    return Topics(fraud_alerts, operations_alarms)


def _topic(
    stem: str, display_name: str, arns: Arns, key_arn: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> aws.sns.Topic:
    name = arns.names.of(stem, "topic")
    return aws.sns.Topic(
        name,
        name=name,
        display_name=display_name,
        kms_master_key_id=key_arn,
        tracing_config="Active",
        opts=named(opts),
    )


def _policy(
    stem: str,
    topic: aws.sns.Topic,
    statements: Sequence[Statement],
    arns: Arns,
    opts: pulumi.ResourceOptions,
) -> None:
    aws.sns.TopicPolicy(
        arns.names.of(f"{stem}-policy"),
        arn=topic.arn,
        policy=document(tls_only("sns", topic.arn), *statements),
        opts=opts,
    )


def _alarms_publish(arns: Arns, topic_arn: pulumi.Input[str]) -> Statement:
    return Statement(
        sid="AlarmsPublish",
        principals={"Service": "cloudwatch.amazonaws.com"},
        actions=["sns:Publish"],
        resources=[topic_arn],
        conditions={
            "StringEquals": {"aws:SourceAccount": arns.account_id},
            "ArnLike": {"aws:SourceArn": arns.alarms()},
        },
    )
