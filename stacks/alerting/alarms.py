"""The alarms of the pipeline, in the order that a transaction passes.

The threshold is zero where a single occurrence means that data was lost or nearly lost.
"""

import pulumi

from shared.infra import stems
from shared.infra.contracts import ComputeContract, DataContract
from shared.runtime.counting import PUBLISHED_RULES_REFUSED
from stacks.alerting import metrics
from stacks.alerting.alarm import FIVE_MINUTES, MINUTE, Alarm, SilenceAlarm, register
from stacks.alerting.settings import AlertingSettings
from stacks.alerting.watchdog import watchdog

SERVER_ERROR_SHARE = 0.01
ASYNCHRONOUS_AGE_MILLISECONDS = 60_000
QUEUE_AGE_SECONDS = 300


def alarms(
    settings: AlertingSettings,
    data: DataContract,
    compute: ComputeContract,
    notifier_name: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> list[pulumi.Output[str]]:
    """Register the alarms; return their names."""
    functions = {
        stems.INGEST: compute.ingest_function_name,
        stems.DETECTOR: compute.detector_function_name,
        stems.NOTIFIER: notifier_name,
        stems.VERDICTS: compute.verdicts_function_name,
    }
    definitions = [
        *_api(settings, compute),
        *(alarm for stem, name in functions.items() for alarm in _function(stem, name)),
        *_pipe(data, compute),
        *_rule(compute),
        *_asynchronous_detector(compute.detector_function_name),
        _published_rules(compute.detector_function_name),
        *watchdog(settings, data, compute, notifier_name),
        *_dead_letter_queues(settings, data, compute),
        *_mail(data),
    ]
    return register(definitions, settings.names, data.operations_alarms_topic_arn, opts)


def _api(settings: AlertingSettings, compute: ComputeContract) -> list[Alarm]:
    return [
        Alarm(
            "api-server-errors",
            metrics.of_api(compute, "5XXError", "Average"),
            "More than 1 % of requests returned a 5xx error over five minutes.",
            "Payment services retry, so nothing is lost yet. Check the logs, errors and throttles of the "
            "ingest and verdicts functions, and the health of DynamoDB in us-east-1.",
            threshold=SERVER_ERROR_SHARE,
        ),
        Alarm(
            "api-latency",
            metrics.of_api(compute, "Latency", "p99"),
            f"The p99 latency has exceeded {settings.api_latency_alarm_milliseconds} ms for fifteen minutes.",
            "Slow requests use up the reserved concurrency. Check the ingest function's duration and "
            "concurrent executions; if these reach fraud-compute:ingest_reserved_concurrency, raise it.",
            threshold=settings.api_latency_alarm_milliseconds,
            periods=3,
        ),
    ]


_FUNCTION_CONSEQUENCES = {
    stems.INGEST: "The payment service received a 5xx error and should resend the transaction.",
    stems.DETECTOR: "Lambda retries an event twice, then sends it to the queue detector-dlq.",
    stems.NOTIFIER: "A message returns after six minutes; after five receives it goes to suspicious-dlq.",
    stems.VERDICTS: "The analyst received a 5xx error and should retry; no verdict is partly written.",
}


def _function(stem: str, name: pulumi.Input[str]) -> list[Alarm]:
    consequence = _FUNCTION_CONSEQUENCES[stem]
    return [
        Alarm(
            f"{stem}-errors",
            metrics.of_function(name, "Errors", "Sum"),
            f"The {stem} function failed or timed out. {consequence}",
            "Search its log group for level ERROR, newest first; each line has the trace id. If it "
            "began with a deployment, roll back.",
        ),
        Alarm(
            f"{stem}-throttles",
            metrics.of_function(name, "Throttles", "Sum"),
            f"The {stem} function reached its reserved concurrency. {consequence}",
            f"If the traffic is genuine, raise {stem}_reserved_concurrency in the layer's settings and "
            "deploy it; check the account's quota of concurrent executions first.",
        ),
    ]


def _pipe(data: DataContract, compute: ComputeContract) -> list[Alarm | SilenceAlarm]:
    held_back = "Transactions are stored but not decided; the stream keeps them for 24 hours."
    return [
        Alarm(
            "pipe-failures",
            metrics.of_pipe(compute, "ExecutionFailed", "Sum"),
            f"The pipe from the table's stream to the bus failed. {held_back}",
            "Check the pipe's state and reason in the EventBridge console, then the role's policy "
            "and the key. A stopped pipe resumes from its last position when you start it.",
        ),
        Alarm(
            "pipe-partial-failures",
            metrics.of_pipe(compute, "ExecutionPartiallyFailed", "Sum"),
            "The bus accepted only part of a batch from the pipe; the pipe resends the rest.",
            "Watch the queue pipe-dlq: the pipe gave up on the records in it; replay them from the table.",
        ),
        Alarm(
            "pipe-throttles",
            metrics.of_pipe(compute, "ExecutionThrottled", "Sum"),
            f"The pipe is being throttled. {held_back}",
            "Compare the rate of PutEvents and of pipe executions with the account's quotas and request an "
            "increase of the quota that is reached.",
        ),
        Alarm(
            "pipe-timeouts",
            metrics.of_pipe(compute, "ExecutionTimeout", "Sum"),
            f"The bus does not answer the pipe in time. {held_back}",
            "Check the health of EventBridge in us-east-1; the pipe retries.",
        ),
        SilenceAlarm(
            "pipe-silence",
            incoming=metrics.of_writes(data.transactions_table_name, "PutItem"),
            outgoing=metrics.of_pipe(compute, "EventCount", "Sum"),
            meaning="Transactions are being stored, but the pipe has received none for ten minutes. They are "
            "not decided, and expire from the stream after 24 hours.",
            action="Check that the pipe is RUNNING and reads the table's current stream. If the stream "
            "was replaced, deploy the compute layer, which creates a new pipe.",
        ),
        SilenceAlarm(
            "detector-silence",
            incoming=metrics.of_pipe(compute, "EventCount", "Sum"),
            outgoing=metrics.of_function(compute.detector_function_name, "Invocations", "Sum"),
            meaning="The pipe forwards transactions, but the detector has not run for ten minutes. The bus "
            "drops events that match no rule, without an error: the transactions are not decided.",
            action="Check that the rule is enabled and targets the detector, deploy the compute "
            "layer, then replay the transactions of that period from the table.",
        ),
    ]


def _rule(compute: ComputeContract) -> list[Alarm]:
    return [
        Alarm(
            "rule-failures",
            metrics.of_rule(compute, "FailedInvocations", "Sum"),
            "EventBridge gave up delivering events to the detector; they are in the queue rule-dlq.",
            "Check that the function exists and that its permission names the rule (deploy the compute "
            "layer), then redrive the messages to the bus.",
        ),
        Alarm(
            "rule-dlq-failures",
            metrics.of_rule(compute, "InvocationsFailedToBeSentToDlq", "Sum"),
            "EventBridge could deliver events neither to the detector nor to rule-dlq: the events are lost.",
            "Check the policy of the queue rule-dlq and the key's statement for events.amazonaws.com; then "
            "replay the transactions of that period from the table.",
        ),
    ]


def _asynchronous_detector(name: pulumi.Input[str]) -> list[Alarm]:
    return [
        Alarm(
            "detector-events-dropped",
            metrics.of_function(name, "AsyncEventsDropped", "Sum"),
            "Lambda dropped events for the detector after all retries or six hours of waiting.",
            "They are in the queue detector-dlq unless detector-destination-failures-alarm is in ALARM "
            "too; find the cause in the function's log, then replay them.",
        ),
        Alarm(
            "detector-event-age",
            metrics.of_function(name, "AsyncEventAge", "Maximum"),
            "Events wait more than a minute for the detector: alerts are late.",
            "Check the detector's throttles and duration; Lambda drops events after six hours.",
            threshold=ASYNCHRONOUS_AGE_MILLISECONDS,
            period_seconds=MINUTE,
            periods=3,
        ),
        Alarm(
            "detector-destination-failures",
            metrics.of_function(name, "DestinationDeliveryFailures", "Sum"),
            "Lambda could not send a failed event to the queue detector-dlq: the event is lost.",
            "Check that the detector's role may send to that queue and use the key; then replay "
            "the transactions of that period from the table.",
        ),
    ]


def _published_rules(detector_name: pulumi.Input[str]) -> Alarm:
    return Alarm(
        "rules-refused",
        metrics.counted_by(detector_name, PUBLISHED_RULES_REFUSED),
        "The detector refuses the published rules and uses the last valid rules or its package's.",
        "make rules shows the error. Publish a corrected file, or return to the package's rules with "
        "RESET=yes: docs/runbooks/changing-rules.md.",
    )


def _dead_letter_queues(
    settings: AlertingSettings, data: DataContract, compute: ComputeContract
) -> list[Alarm]:
    names = {stems.SUSPICIOUS_DLQ: data.suspicious_dlq_name}
    for position, stem in enumerate(stems.COMPUTE_DEAD_LETTER_QUEUES):
        names[stem] = pulumi.Output.from_input(compute.dead_letter_queue_names)[position]
    depth = [
        Alarm(
            f"{stem}-depth",
            metrics.of_queue(names[stem], "ApproximateNumberOfMessagesVisible", "Maximum"),
            meaning,
            action,
            period_seconds=MINUTE,
        )
        for stem, meaning, action in _DEAD_LETTERS
    ]
    # A closing message is as old as the grouping window when it becomes visible.
    oldest = settings.alert_grouping_seconds + QUEUE_AGE_SECONDS
    age = Alarm(
        "suspicious-queue-age",
        metrics.of_queue(data.suspicious_queue_name, "ApproximateAgeOfOldestMessage", "Maximum"),
        f"The oldest message has been in the suspicious queue for more than {oldest} seconds: alerts, or "
        "summaries of grouped alerts, are late.",
        "Check the notifier's errors and throttles, and that its queue trigger is enabled.",
        threshold=oldest,
        period_seconds=FIVE_MINUTES,
    )
    return [age, *depth]


_REDRIVE = "redrive it: make redrive (docs/runbooks/dead-letter-queues.md)"
_DEAD_LETTERS = (
    (
        stems.SUSPICIOUS_DLQ,
        (
            "The notifier failed five times to record or mail a suspicious transaction: the security team "
            "does not know of it. The queue keeps it until 14 days after it was first sent."
        ),
        f"Search the notifier's log for the transaction id, fix the cause, then {_REDRIVE}.",
    ),
    (
        stems.DETECTOR_DLQ,
        "The detector failed three times on a transaction: it is stored but not decided.",
        f"The message contains the event and the error. Fix the cause, then {_REDRIVE}.",
    ),
    (
        stems.PIPE_DLQ,
        "The pipe gave up on stream records: their transactions are stored but not decided.",
        (
            "The message contains positions in the stream, which keeps records for 24 hours, not the items. "
            f"Fix the cause, then {_REDRIVE}."
        ),
    ),
    (
        stems.RULE_DLQ,
        "EventBridge could not deliver a transaction to the detector: it is stored but not decided.",
        f"The message is the event; its attributes give the reason. Fix the cause, then {_REDRIVE}.",
    ),
    (
        stems.BUS_DLQ,
        (
            "EventBridge could not encrypt or decrypt an event: the key is disabled, pending deletion, or "
            "its policy denies EventBridge."
        ),
        (
            "Check the key's state and its policy for events.amazonaws.com. The messages are encrypted "
            "with it: replay the transactions of that period from the table with make redrive."
        ),
    ),
)


def _mail(data: DataContract) -> list[Alarm | SilenceAlarm]:
    return [
        Alarm(
            "mail-failures",
            metrics.of_topic(data.fraud_alerts_topic_name, "NumberOfNotificationsFailed", "Sum"),
            "SNS could not deliver a fraud alert to a subscriber.",
            "Check which addresses bounce; the alert itself is in the alerts table.",
        ),
        SilenceAlarm(
            "mail-silence",
            incoming=metrics.of_topic(data.fraud_alerts_topic_name, "NumberOfMessagesPublished", "Sum"),
            outgoing=metrics.of_topic(data.fraud_alerts_topic_name, "NumberOfNotificationsDelivered", "Sum"),
            meaning="A fraud alert was published but delivered to nobody within fifteen minutes: SNS counts "
            "no failure if no subscription is confirmed.",
            action="Ask the security team to confirm the subscription mail that AWS sent to each address; "
            "alerts published meanwhile are in the alerts table.",
            # Alerts are rare, so a single one is significant.
            period_seconds=3 * FIVE_MINUTES,
            periods=1,
        ),
    ]
