"""E-mail subscriptions. Each address receives nothing until it confirms its subscription."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from shared.infra.contracts import DataContract
from shared.infra.naming import Names, slug
from stacks.alerting.settings import AlertingSettings


def subscriptions(settings: AlertingSettings, data: DataContract, opts: pulumi.ResourceOptions) -> None:
    """Subscribe the security team to fraud alerts and the operators to alarms."""
    _subscribe("security", data.fraud_alerts_topic_arn, settings.security_team_emails, settings.names, opts)
    _subscribe("operators", data.operations_alarms_topic_arn, settings.operator_emails, settings.names, opts)


def _subscribe(
    group: str,
    topic_arn: pulumi.Input[str],
    addresses: Sequence[str],
    names: Names,
    opts: pulumi.ResourceOptions,
) -> None:
    for address in addresses:
        aws.sns.TopicSubscription(
            names.of(f"{group}-subscription-{slug(address)}", "unnamed"),
            topic=topic_arn,
            protocol="email",
            endpoint=address,
            opts=opts,
        )
