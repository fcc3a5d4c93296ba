"""The log group for metrics of `make canary` and `make stability`, in the embedded metric format."""

import pulumi
import pulumi_aws as aws

from shared.infra import stems
from shared.infra.contracts import NetworkContract
from shared.infra.function import LOG_RETENTION_DAYS
from shared.infra.provider import named
from stacks.alerting.settings import AlertingSettings


def canary(settings: AlertingSettings, network: NetworkContract, opts: pulumi.ResourceOptions) -> None:
    """Register the log group, if a job sends synthetic frauds.

    Unlike `cloudwatch:PutMetricData`, writing to a log group has resource-level permissions.
    """
    if settings.canary_within_hours:
        name = settings.names.of(stems.CANARY_LOG)
        aws.cloudwatch.LogGroup(
            name,
            name=name,
            retention_in_days=LOG_RETENTION_DAYS,
            kms_key_id=network.key_arn,
            opts=named(opts),
        )
