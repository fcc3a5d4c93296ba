"""The detector function: scores stored transactions and forwards suspicious ones."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from shared.infra import stems
from shared.infra.calls import role_statements
from shared.infra.contracts import DataContract, NetworkContract
from shared.infra.function import Function, FunctionArguments
from shared.infra.iam import Statement
from shared.infra.queue import Queue
from stacks.compute.settings import ComputeSettings

PACKAGE = "stacks.compute.functions.detector"
PACKAGES = ("stacks.compute.functions.profiles",)
TIMEOUT_SECONDS = 15
MEMORY_MEGABYTES = 128
"""Lambda's minimum, four times what the function needs. For the costs of more, see docs/cost.md."""
RETRIES = 2
"""Lambda's maximum, after one minute and after two more."""
MAXIMUM_EVENT_AGE_SECONDS = 6 * 3600
"""Lambda's maximum: how long an event may wait while the function is throttled."""


@dataclass(frozen=True)
class Detector:
    """The function, its asynchronous configuration and its on-failure queue."""

    function: Function
    retries: aws.lambda_.FunctionEventInvokeConfig
    failures: Queue


def detector(
    settings: ComputeSettings, network: NetworkContract, data: DataContract, opts: pulumi.ResourceOptions
) -> Detector:
    """Register the function, which EventBridge invokes asynchronously, and its on-failure queue."""
    names = settings.names
    failures = Queue(stems.DETECTOR_DLQ, names, network.key_arn, opts)
    # Lambda sends to the on-failure queue with the function's role.
    deliver_failures = Statement(sid="DeliverFailures", actions=["sqs:SendMessage"], resources=[failures.arn])
    targets = {
        stems.TRANSACTIONS: data.transactions_table_arn,
        stems.PROFILES: data.profiles_table_arn,
        stems.CHANGES_INDEX: pulumi.Output.concat(
            data.profiles_table_arn, "/index/", data.profiles_index_name
        ),
        stems.SUSPICIOUS_QUEUE: data.suspicious_queue_arn,
    }
    function = Function(
        stems.DETECTOR,
        names,
        network,
        FunctionArguments(
            package=PACKAGE,
            packages=PACKAGES,
            statements=[
                *role_statements(stems.DETECTOR, targets, network.key_arn),
                deliver_failures,
            ],
            environment={
                "TRANSACTIONS_TABLE": data.transactions_table_name,
                "PROFILES_TABLE": data.profiles_table_name,
                "PROFILES_INDEX": data.profiles_index_name,
                "PROFILES_TIME_TO_LIVE_DAYS": data.profiles_time_to_live_days,
                "SUSPICIOUS_QUEUE_URL": data.suspicious_queue_url,
                "PSEUDONYM_SECRET": data.pseudonym_secret,
            },
            timeout_seconds=TIMEOUT_SECONDS,
            memory_megabytes=MEMORY_MEGABYTES,
            reserved_concurrency=settings.detector_reserved_concurrency,
            log_level=settings.log_level,
        ),
        opts,
    )
    retries = aws.lambda_.FunctionEventInvokeConfig(
        names.of("detector-invoke-config"),
        function_name=function.name,
        maximum_retry_attempts=RETRIES,
        maximum_event_age_in_seconds=MAXIMUM_EVENT_AGE_SECONDS,
        destination_config=aws.lambda_.FunctionEventInvokeConfigDestinationConfigArgs(
            on_failure=aws.lambda_.FunctionEventInvokeConfigDestinationConfigOnFailureArgs(
                destination=failures.arn
            )
        ),
        opts=opts,
    )
    return Detector(function, retries, failures)
