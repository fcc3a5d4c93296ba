"""The notifier function: records suspicious transactions from the queue and mails each once."""

import pulumi
import pulumi_aws as aws

from shared.infra import stems
from shared.infra.calls import role_statements
from shared.infra.contracts import ComputeContract, DataContract, NetworkContract
from shared.infra.function import Function, FunctionArguments
from shared.infra.iam import Statement
from stacks.alerting.settings import AlertingSettings

PACKAGE = "stacks.alerting.functions.notifier"
TIMEOUT_SECONDS = 30
BATCH_SIZE = 10
"""X-Ray links at most 20 messages to an invocation."""


def notifier(
    settings: AlertingSettings,
    network: NetworkContract,
    data: DataContract,
    compute: ComputeContract,
    opts: pulumi.ResourceOptions,
) -> Function:
    """Register the function and its event source mapping, with partial batch responses."""
    targets = {
        stems.ALERTS: data.alerts_table_arn,
        stems.FRAUD_ALERTS: data.fraud_alerts_topic_arn,
        stems.SUSPICIOUS_QUEUE: data.suspicious_queue_arn,
    }
    function = Function(
        stems.NOTIFIER,
        settings.names,
        network,
        FunctionArguments(
            package=PACKAGE,
            statements=[
                *role_statements(stems.NOTIFIER, targets, network.key_arn),
                # Lambda polls the queue with the function's role.
                Statement(
                    sid="PollSuspiciousQueue",
                    actions=["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                    resources=[data.suspicious_queue_arn],
                ),
            ],
            environment={
                "ALERTS_TABLE": data.alerts_table_name,
                "ALERTS_TIME_TO_LIVE_DAYS": data.alerts_time_to_live_days,
                "FRAUD_ALERTS_TOPIC_ARN": data.fraud_alerts_topic_arn,
                "TRANSACTIONS_TABLE": data.transactions_table_name,
                "SUSPICIOUS_QUEUE_URL": data.suspicious_queue_url,
                "ALERT_GROUPING_SECONDS": str(settings.alert_grouping_seconds),
                "MOST_MAILS_PER_MINUTE": str(settings.most_mails_per_minute),
                "VERDICTS_URL": compute.verdicts_url,
                "PSEUDONYM_SECRET": data.pseudonym_secret,
            },
            timeout_seconds=TIMEOUT_SECONDS,
            reserved_concurrency=settings.notifier_reserved_concurrency,
            log_level=settings.log_level,
        ),
        opts,
    )
    aws.lambda_.EventSourceMapping(
        settings.names.of("suspicious-queue-event-source-mapping"),
        event_source_arn=data.suspicious_queue_arn,
        function_name=function.name,
        batch_size=BATCH_SIZE,
        function_response_types=["ReportBatchItemFailures"],
        scaling_config=aws.lambda_.EventSourceMappingScalingConfigArgs(
            maximum_concurrency=settings.notifier_maximum_concurrency
        ),
        tags={"Name": settings.names.of("suspicious-queue-event-source-mapping")},
        opts=opts,
    )
    return function
