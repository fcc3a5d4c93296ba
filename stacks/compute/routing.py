"""The event bus and the rule that routes transactions to the detector.

Each hop has a dead-letter queue.
"""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from shared.infra import stems
from shared.infra.arns import Arns
from shared.infra.contracts import NetworkContract
from shared.infra.naming import Names
from shared.infra.provider import named
from shared.infra.queue import Queue, QueueArguments, ServiceSender
from shared.runtime.events import RULE_PATTERN
from stacks.compute.detector import Detector

EVENTS_SERVICE = "events.amazonaws.com"
DELIVERY_ATTEMPTS = 185
DELIVERY_SECONDS = 24 * 3600
"""EventBridge's maximum: it retries for a day while Lambda is throttled or fails. If the function or its
permission is missing, it does not retry: the event goes to the dead-letter queue at once.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
"""


@dataclass(frozen=True)
class Bus:
    """The bus of stored transactions, and its dead-letter queue for events that it cannot encrypt."""

    bus: aws.cloudwatch.EventBus
    dead_letter_queue: Queue


@dataclass(frozen=True)
class Route:
    """The rule from the bus to the detector, and its dead-letter queue."""

    bus: aws.cloudwatch.EventBus
    rule: aws.cloudwatch.EventRule
    target: aws.cloudwatch.EventTarget
    dead_letter_queue: Queue


def event_bus(names: Names, network: NetworkContract, opts: pulumi.ResourceOptions) -> Bus:
    """Register a custom bus, encrypted with the customer managed key."""
    arns = Arns(names, network.account_id)
    dead = Queue(
        stems.BUS_DLQ,
        names,
        network.key_arn,
        opts,
        QueueArguments(sender=ServiceSender(EVENTS_SERVICE, arns.event_bus(stems.BUS))),
    )
    name = names.of(stems.BUS, "event-bus")
    bus = aws.cloudwatch.EventBus(
        name,
        name=name,
        description="Stored transactions, as raw records of the table's stream",
        kms_key_identifier=network.key_arn,
        dead_letter_config=aws.cloudwatch.EventBusDeadLetterConfigArgs(arn=dead.arn),
        opts=named(opts, dead.policy),
    )
    return Bus(bus, dead)


def route_to_detector(
    names: Names,
    network: NetworkContract,
    bus: aws.cloudwatch.EventBus,
    detector: Detector,
    opts: pulumi.ResourceOptions,
) -> Route:
    """Register the rule, with an event pattern and the detector as its only target.

    The target depends on all destinations for failed events.
    """
    name = names.of(stems.RULE, "rule")
    rule = aws.cloudwatch.EventRule(
        name,
        name=name,
        description="Each stored transaction goes to the detector once",
        event_bus_name=bus.name,
        event_pattern=json.dumps(RULE_PATTERN),
        state="ENABLED",
        opts=named(opts),
    )
    dead = Queue(
        stems.RULE_DLQ,
        names,
        network.key_arn,
        opts,
        QueueArguments(sender=ServiceSender(EVENTS_SERVICE, rule.arn)),
    )
    permission = aws.lambda_.Permission(
        names.of("detector-permission"),
        statement_id=names.of("detector-permission"),
        action="lambda:InvokeFunction",
        function=detector.function.name,
        principal=EVENTS_SERVICE,
        source_arn=rule.arn,
        opts=named(opts),
    )
    target = aws.cloudwatch.EventTarget(
        names.of("detector-target"),
        target_id=names.of("detector-target"),
        event_bus_name=bus.name,
        rule=rule.name,
        arn=detector.function.arn,
        retry_policy=aws.cloudwatch.EventTargetRetryPolicyArgs(
            maximum_retry_attempts=DELIVERY_ATTEMPTS, maximum_event_age_in_seconds=DELIVERY_SECONDS
        ),
        dead_letter_config=aws.cloudwatch.EventTargetDeadLetterConfigArgs(arn=dead.arn),
        opts=named(opts, permission, dead.policy, detector.retries),
    )
    return Route(bus, rule, target, dead)
