"""The pipe from the table's stream to the bus: new items only, as raw stream records.

There is no input template, because EventBridge would render missing optional fields as nothing, and the
record keeps DynamoDB's types, which the detector reads without loss.
"""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from shared.infra import stems
from shared.infra.arns import Arns
from shared.infra.contracts import DataContract, NetworkContract
from shared.infra.iam import Conditions, Statement, document, through
from shared.infra.provider import named
from shared.infra.queue import Queue
from shared.infra.role import Trust, bounded_role
from shared.runtime.events import DETAIL_TYPE, EVENT_SOURCE, PIPE_FILTER_PATTERN
from stacks.compute.routing import Route
from stacks.compute.settings import ComputeSettings

BATCH_SIZE = 10
"""Maximum batch size of an event bus target."""
PARALLEL_BATCHES = 10
"""Concurrent batches per shard. Order is kept per transaction; the detector tolerates any other."""
RETRIES = -1
"""Unlimited: a few retries end within minutes, but a bus can be unreachable for longer."""
MAXIMUM_AGE_SECONDS = 12 * 3600
"""Half of the stream's retention: a failed record remains readable for another 12 hours."""


@dataclass(frozen=True)
class Pipe:
    """The pipe and its dead-letter queue."""

    pipe: aws.pipes.Pipe
    dead_letter_queue: Queue


def transactions_pipe(
    settings: ComputeSettings,
    network: NetworkContract,
    data: DataContract,
    route: Route,
    opts: pulumi.ResourceOptions,
) -> Pipe:
    """Register the pipe, which starts with the oldest record so that none stored before it is lost.

    It depends on the route to the detector, because a bus drops events that match no rule.
    """
    names = settings.names
    dead = Queue(stems.PIPE_DLQ, names, network.key_arn, opts)
    role, policy = _role(settings, network, _rights(network, data, route.bus, dead), opts)
    name = names.of(stems.PIPE, "pipe")
    pipe = aws.pipes.Pipe(
        name,
        name=name,
        description="New transactions from the table's stream to the bus",
        role_arn=role.arn,
        desired_state="RUNNING",
        source=data.transactions_stream_arn,
        source_parameters=_source_parameters(dead),
        target=route.bus.arn,
        target_parameters=aws.pipes.PipeTargetParametersArgs(
            eventbridge_event_bus_parameters=aws.pipes.PipeTargetParametersEventbridgeEventBusParametersArgs(
                source=EVENT_SOURCE, detail_type=DETAIL_TYPE
            )
        ),
        # The source cannot be updated: a new stream requires a new pipe.
        opts=pulumi.ResourceOptions.merge(
            named(opts, policy, route.target), pulumi.ResourceOptions(replace_on_changes=["source"])
        ),
    )
    return Pipe(pipe, dead)


def _source_parameters(dead: Queue) -> aws.pipes.PipeSourceParametersArgs:
    return aws.pipes.PipeSourceParametersArgs(
        filter_criteria=aws.pipes.PipeSourceParametersFilterCriteriaArgs(
            filters=[
                aws.pipes.PipeSourceParametersFilterCriteriaFilterArgs(
                    pattern=json.dumps(PIPE_FILTER_PATTERN)
                )
            ]
        ),
        dynamodb_stream_parameters=aws.pipes.PipeSourceParametersDynamodbStreamParametersArgs(
            starting_position="TRIM_HORIZON",
            batch_size=BATCH_SIZE,
            parallelization_factor=PARALLEL_BATCHES,
            on_partial_batch_item_failure="AUTOMATIC_BISECT",
            maximum_retry_attempts=RETRIES,
            maximum_record_age_in_seconds=MAXIMUM_AGE_SECONDS,
            dead_letter_config=aws.pipes.PipeSourceParametersDynamodbStreamParametersDeadLetterConfigArgs(
                arn=dead.arn
            ),
        ),
    )


def _role(
    settings: ComputeSettings,
    network: NetworkContract,
    rights: list[Statement],
    opts: pulumi.ResourceOptions,
) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
    names = settings.names
    arns = Arns(names, network.account_id)
    only_this_pipe: Conditions = {
        "StringEquals": {"aws:SourceAccount": network.account_id},
        "ArnEquals": {"aws:SourceArn": arns.pipe(stems.PIPE)},
    }
    role = bounded_role(
        arns,
        stems.PIPE_ROLE,
        Trust("pipes.amazonaws.com", only_this_pipe),
        f"Role of {names.of(stems.PIPE, 'pipe')}",
        named(opts),
    )
    policy_name = names.of("pipe-policy", "role-policy")
    policy = aws.iam.RolePolicy(
        policy_name, name=policy_name, role=role.name, policy=document(*rights), opts=named(opts)
    )
    return role, policy


def _rights(
    network: NetworkContract, data: DataContract, bus: aws.cloudwatch.EventBus, dead: Queue
) -> list[Statement]:
    return [
        Statement(
            sid="ReadStream",
            actions=[
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
                "dynamodb:ListStreams",
            ],
            resources=[data.transactions_stream_arn],
        ),
        Statement(
            sid="PutStoredTransactions",
            actions=["events:PutEvents"],
            resources=[bus.arn],
            conditions={"StringEquals": {"events:source": EVENT_SOURCE, "events:detail-type": DETAIL_TYPE}},
        ),
        Statement(sid="DeliverFailures", actions=["sqs:SendMessage"], resources=[dead.arn]),
        through(network.key_arn, "dynamodb", "kms:Decrypt"),
        through(network.key_arn, "sqs", "kms:GenerateDataKey", "kms:Decrypt"),
    ]
