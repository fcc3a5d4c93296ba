"""Every alarm of the pipeline, in the order in which a transaction passes.

A threshold is zero where a single occurrence means that something was lost or nearly lost.
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
    """Register them all, each telling the operators; return their names."""
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
            "More than 1 % of the requests got a 5xx answer over five minutes.",
            "Payment services retry by themselves, nothing is lost yet. Look at the ingest function's log, "
            "errors and throttles, at the verdicts function's, and at the health of DynamoDB in us-east-1.",
            threshold=SERVER_ERROR_SHARE,
        ),
        Alarm(
            "api-latency",
            metrics.of_api(compute, "Latency", "p99"),
            f"One request in a hundred takes longer than {settings.api_latency_alarm_milliseconds} ms, "
            "for fifteen minutes.",
            "Slow requests use up the reserved concurrency. Compare the ingest function's duration with "
            "its concurrent executions; raise fraud-compute:ingest_reserved_concurrency if they meet.",
            threshold=settings.api_latency_alarm_milliseconds,
            periods=3,
        ),
    ]


_FUNCTION_CONSEQUENCES = {
    stems.INGEST: "The payment service got a 5xx answer and should send the transaction again.",
    stems.DETECTOR: "Lambda tries an event twice more; then it goes to the queue detector-dlq.",
    stems.NOTIFIER: "A message comes back after six minutes; after five receives it goes to suspicious-dlq.",
    stems.VERDICTS: "The analyst got a 5xx answer and should give the verdict again; none is half written.",
}


def _function(stem: str, name: pulumi.Input[str]) -> list[Alarm]:
    consequence = _FUNCTION_CONSEQUENCES[stem]
    return [
        Alarm(
            f"{stem}-errors",
            metrics.of_function(name, "Errors", "Sum"),
            f"The {stem} function failed or timed out. {consequence}",
            "Search its log group for level ERROR, newest first; each line carries the trace id. If it "
            "began with a deployment, deploy the version before.",
        ),
        Alarm(
            f"{stem}-throttles",
            metrics.of_function(name, "Throttles", "Sum"),
            f"The {stem} function was wanted more often than its reserved concurrency allows. {consequence}",
            f"If traffic is real, raise {stem}_reserved_concurrency in the layer's settings and deploy it; "
            "check the account's quota of concurrent executions first.",
        ),
    ]


def _pipe(data: DataContract, compute: ComputeContract) -> list[Alarm | SilenceAlarm]:
    held_back = "Transactions are stored but wait, unjudged; the stream keeps them for 24 hours."
    return [
        Alarm(
            "pipe-failures",
            metrics.of_pipe(compute, "ExecutionFailed", "Sum"),
            f"The pipe from the table's stream to the bus failed. {held_back}",
            "Look at the pipe's state and reason in the EventBridge console, then at the role's policy "
            "and the key. A stopped pipe continues where it was once it is started.",
        ),
        Alarm(
            "pipe-partial-failures",
            metrics.of_pipe(compute, "ExecutionPartiallyFailed", "Sum"),
            "The bus took only a part of a batch from the pipe; the pipe sends the rest again.",
            "Watch the queue pipe-dlq: what is there was given up and must be replayed from the table.",
        ),
        Alarm(
            "pipe-throttles",
            metrics.of_pipe(compute, "ExecutionThrottled", "Sum"),
            f"The pipe is being throttled. {held_back}",
            "Compare the rate of PutEvents and of pipe executions with the account's quotas and ask AWS "
            "to raise the one that is met.",
        ),
        Alarm(
            "pipe-timeouts",
            metrics.of_pipe(compute, "ExecutionTimeout", "Sum"),
            f"The bus does not answer the pipe in time. {held_back}",
            "Check the health of EventBridge in us-east-1; the pipe tries again by itself.",
        ),
        SilenceAlarm(
            "pipe-silence",
            incoming=metrics.of_writes(data.transactions_table_name, "PutItem"),
            outgoing=metrics.of_pipe(compute, "EventCount", "Sum"),
            meaning="Transactions are being stored, and for ten minutes the pipe has not seen one. Nobody "
            "judges them; after 24 hours they leave the stream unseen.",
            action="See whether the pipe is RUNNING and bound to the table's present stream; if the stream "
            "was replaced, deploy the compute layer, which makes a new pipe.",
        ),
        SilenceAlarm(
            "detector-silence",
            incoming=metrics.of_pipe(compute, "EventCount", "Sum"),
            outgoing=metrics.of_function(compute.detector_function_name, "Invocations", "Sum"),
            meaning="The pipe passes transactions on, and for ten minutes the detector has not run. A bus "
            "drops what no rule takes, without an error: nobody judges them.",
            action="See whether the rule is enabled and has the detector as its target, deploy the compute "
            "layer, then replay the transactions of that time from the table.",
        ),
    ]


def _rule(compute: ComputeContract) -> list[Alarm]:
    return [
        Alarm(
            "rule-failures",
            metrics.of_rule(compute, "FailedInvocations", "Sum"),
            "EventBridge gave up handing events to the detector; they are in the queue rule-dlq.",
            "Check that the function exists and that its permission names the rule (deploy the compute "
            "layer), then move the messages back onto the bus.",
        ),
        Alarm(
            "rule-dlq-failures",
            metrics.of_rule(compute, "InvocationsFailedToBeSentToDlq", "Sum"),
            "EventBridge could neither reach the detector nor put the events aside: they are lost to it.",
            "Check the policy of the queue rule-dlq and the key's statement for events.amazonaws.com; then "
            "replay the transactions of that time from the table.",
        ),
    ]


def _asynchronous_detector(name: pulumi.Input[str]) -> list[Alarm]:
    return [
        Alarm(
            "detector-events-dropped",
            metrics.of_function(name, "AsyncEventsDropped", "Sum"),
            "Lambda dropped events for the detector after all retries or six hours of waiting.",
            "They are in the queue detector-dlq unless the alarm detector-destination-failures-alarm rings "
            "too; find the cause in the function's log, then replay them.",
        ),
        Alarm(
            "detector-event-age",
            metrics.of_function(name, "AsyncEventAge", "Maximum"),
            "Events wait more than a minute for the detector: alerts are late.",
            "Look for throttles and for long durations of the detector; after six hours events are dropped.",
            threshold=ASYNCHRONOUS_AGE_MILLISECONDS,
            period_seconds=MINUTE,
            periods=3,
        ),
        Alarm(
            "detector-destination-failures",
            metrics.of_function(name, "DestinationDeliveryFailures", "Sum"),
            "Lambda could not put a failed event into the queue detector-dlq: it is lost to us.",
            "Check the right of the detector's role to send to that queue and to use the key; then replay "
            "the transactions of that time from the table.",
        ),
    ]


def _published_rules(detector_name: pulumi.Input[str]) -> Alarm:
    return Alarm(
        "rules-refused",
        metrics.counted_by(detector_name, PUBLISHED_RULES_REFUSED),
        "The detector refuses the published rules, and judges by the last good ones or by its package's.",
        "make rules says what is wrong with them. Publish others, or go back to the package's by RESET=yes: "
        "docs/runbooks/changing-rules.md.",
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
    # The message that ends a window of grouping is as old as the window when it comes.
    oldest = settings.alert_grouping_seconds + QUEUE_AGE_SECONDS
    age = Alarm(
        "suspicious-queue-age",
        metrics.of_queue(data.suspicious_queue_name, "ApproximateAgeOfOldestMessage", "Maximum"),
        f"The oldest message has been in the suspicious queue for more than {oldest} seconds: alerts, or "
        "the summaries of grouped ones, are late.",
        "Look at the errors and throttles of the notifier, and whether its queue trigger is enabled.",
        threshold=oldest,
        period_seconds=FIVE_MINUTES,
    )
    return [age, *depth]


_REDRIVE = "give it another try: make redrive (docs/runbooks/dead-letter-queues.md)"
_DEAD_LETTERS = (
    (
        stems.SUSPICIOUS_DLQ,
        (
            "A suspicious transaction could not be recorded or mailed in five attempts: the security team "
            "does not know of it. It is kept until 14 days after it was first sent."
        ),
        f"Read the notifier's log for its transaction id, remove the cause, then {_REDRIVE}.",
    ),
    (
        stems.DETECTOR_DLQ,
        "The detector failed three times on a transaction: it is stored, but nobody has judged it.",
        f"The message holds the event and the error. Remove the cause, then {_REDRIVE}.",
    ),
    (
        stems.PIPE_DLQ,
        "The pipe gave up on records of the stream: those transactions are stored, but nobody judges them.",
        (
            "The message names places in the stream, kept for 24 hours, not the items. Remove the "
            f"cause, then {_REDRIVE}."
        ),
    ),
    (
        stems.RULE_DLQ,
        "EventBridge could not hand a transaction to the detector: it is stored, but nobody has judged it.",
        f"The message is the whole event, its attributes say why. Remove the cause, then {_REDRIVE}.",
    ),
    (
        stems.BUS_DLQ,
        (
            "EventBridge could not encrypt or decrypt an event: the key is disabled, pending deletion, or "
            "closed to it."
        ),
        (
            "Check the key's state and its policy for events.amazonaws.com. The messages are encrypted "
            "under it: replay the transactions of that time from the table by make redrive."
        ),
    ),
)


def _mail(data: DataContract) -> list[Alarm | SilenceAlarm]:
    return [
        Alarm(
            "mail-failures",
            metrics.of_topic(data.fraud_alerts_topic_name, "NumberOfNotificationsFailed", "Sum"),
            "SNS could not deliver a fraud alert to a subscriber.",
            "See which addresses bounce; the alert itself is in the table of alerts.",
        ),
        SilenceAlarm(
            "mail-silence",
            incoming=metrics.of_topic(data.fraud_alerts_topic_name, "NumberOfMessagesPublished", "Sum"),
            outgoing=metrics.of_topic(data.fraud_alerts_topic_name, "NumberOfNotificationsDelivered", "Sum"),
            meaning="A fraud alert was published and reached nobody within fifteen minutes: SNS counts no "
            "failure where no subscription is confirmed.",
            action="Have the security team confirm the mail that AWS sent to each address; what was "
            "published meanwhile is in the table of alerts.",
            # Alerts are rare: to wait for a second one would be to miss the first.
            period_seconds=3 * FIVE_MINUTES,
            periods=1,
        ),
    ]
