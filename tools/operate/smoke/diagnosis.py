"""From the hop that failed and what could be seen there: the likely causes, and the next commands.

What the evidence shows comes first; what it cannot exclude follows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.infra import stems
from tools.deploy.target import Target
from tools.operate.smoke.hops import Evidence, Hop, HopFailedError

RUNBOOK: Final = "docs/runbooks/dead-letter-queues.md"


@dataclass
class Advice:
    """Likely causes, the likeliest first, and commands that can be copied, each where it first helps."""

    causes: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def add(self, cause: str, *commands: str) -> None:
        """Take in a cause and the commands that tell whether it is the one, or mend it."""
        self.causes.append(cause)
        self.commands.extend(command for command in commands if command not in self.commands)


def advise(target: Target, failure: HopFailedError) -> Advice:
    """Return what to think of and what to do next."""
    advice = Advice()
    _dead_letters(target, failure.evidence, advice)
    _ADVISERS[failure.hop](target, failure, advice)
    return advice


def _answered(target: Target, failure: HopFailedError, advice: Advice) -> None:
    status = failure.evidence.status
    logs = _logs(target, target.ingest_function_name, failure.transaction_id)
    outputs = f"make outputs-compute ENV={target.environment}"
    if status == 0:
        advice.add("the URL is unreachable from this machine, or its API was replaced", outputs)
    elif status == 403:
        advice.add(
            f"the caller may not invoke {target.invoke_arn}, or its credentials are of another account",
            "aws sts get-caller-identity",
            f"make rights ENV={target.environment} JOB=smoke-test",
        )
    elif status == 400:
        advice.add(
            "the API rejects timestamps as old as the account's history: fraud-compute:accepted_age_hours is "
            "shorter than --history-hours",
            f"make smoke ENV={target.environment} ARGS='--history-hours 1'",
        )
        advice.add("the schema requires a field that this test does not send", logs)
    elif status == 429:
        advice.add("other callers use up the stage's 1000 requests a second, or the account's throttle limit")
    else:
        advice.add(
            "ingest failed or is throttled: check its log, ingest-errors-alarm and ingest-throttles-alarm",
            logs,
        )
        advice.add("DynamoDB or the key denies the write: ingest logs the error code", logs)


def _stored(target: Target, failure: HopFailedError, advice: Advice) -> None:
    advice.add(
        f"the API behind {target.transactions_url} belongs to another environment and stores in another "
        "table",
        f"make outputs ENV={target.environment}",
        _logs(target, target.ingest_function_name, failure.transaction_id),
    )


def _judged(target: Target, failure: HopFailedError, advice: Advice) -> None:
    evidence, environment = failure.evidence, target.environment
    deploy = f"make deploy-compute ENV={environment}"
    if evidence.pipe and not evidence.pipe.startswith("RUNNING"):
        advice.add(
            f"the pipe {target.pipe_name} is {evidence.pipe}: "
            "stored transactions stay in the stream for 24 hours",
            f"aws pipes start-pipe --name {target.pipe_name}",
            deploy,
        )
    if evidence.rule and evidence.rule != "ENABLED":
        advice.add(
            f"the rule {target.rule_name} is {evidence.rule}: the bus drops events that match no rule",
            f"aws events enable-rule --event-bus-name {target.bus_name} --name {target.rule_name}",
        )
    advice.add(
        f"{target.detector_function_name} fails, is throttled, or starts slowly after a deployment",
        _logs(target, target.detector_function_name, failure.transaction_id),
        _error_logs(target, target.detector_function_name),
    )
    advice.add(
        "the pipe reads a replaced stream, or the rule has no target",
        f"make refresh-compute ENV={environment}",
        deploy,
    )


def _recorded(target: Target, failure: HopFailedError, advice: Advice) -> None:
    evidence = failure.evidence
    notifier_logs = _error_logs(target, target.notifier_function_name)
    if evidence.grown(target.suspicious_queue_name):
        advice.add(
            f"a message is in {target.suspicious_queue_name}: the notifier's trigger is disabled, or it "
            "fails before it records the alert",
            f"aws lambda list-event-source-mappings --function-name {target.notifier_function_name}",
            notifier_logs,
            f"make deploy-alerting ENV={target.environment}",
        )
        return
    advice.add(
        "the extreme transaction is not suspicious under the rules: the log has its score and reasons",
        _logs(target, target.detector_function_name, failure.transaction_id),
    )
    advice.add("the notifier received the message and failed: it returns after six minutes", notifier_logs)


def _mailed(target: Target, failure: HopFailedError, advice: Advice) -> None:
    advice.add(
        f"{target.fraud_alerts_topic_name} denies the notifier: check its permission to publish, the SNS "
        "endpoint policy, and the key",
        _logs(target, target.notifier_function_name, failure.transaction_id),
        f"aws sns get-topic-attributes --topic-arn {target.fraud_alerts_topic_arn}",
    )
    advice.add(
        "the notifier stopped between record and mail: the message returns after six minutes, up to five "
        "times",
        _error_logs(target, target.notifier_function_name),
    )


def _queues(target: Target, failure: HopFailedError, advice: Advice) -> None:
    del failure
    advice.add(
        "the transaction passed: another one failed meanwhile, or a repeated delivery of this one",
        f"make outputs ENV={target.environment}",
    )


def _dead_letters(target: Target, evidence: Evidence, advice: Advice) -> None:
    meanings = {f"{stem}-{target.environment_suffix}": meaning for stem, meaning in _DEAD_LETTERS.items()}
    for queue in target.dead_letter_queues:
        if evidence.grown(queue):
            advice.add(
                f"{queue} has grown: {meanings.get(queue, 'a message failed permanently')} "
                f"(to read and redrive it: {RUNBOOK})",
                f"aws sqs receive-message --queue-url {target.queue_url(queue)} --attribute-names All "
                "--message-attribute-names All --visibility-timeout 0",
            )


def _logs(target: Target, function_name: str, transaction_id: str) -> str:
    return (
        f"aws logs tail {target.log_group(function_name)} --since 15m --filter-pattern '\"{transaction_id}\"'"
    )


def _error_logs(target: Target, function_name: str) -> str:
    return f"aws logs tail {target.log_group(function_name)} --since 15m --filter-pattern '\"ERROR\"'"


_DEAD_LETTERS: Final[Mapping[str, str]] = {
    stems.PIPE_DLQ: "the pipe gave up on a record",
    stems.BUS_DLQ: "EventBridge could not encrypt an event",
    stems.RULE_DLQ: "EventBridge could not deliver an event to the detector",
    stems.DETECTOR_DLQ: "the detector failed three times on an event",
    stems.SUSPICIOUS_DLQ: "the notifier failed five times on an alert",
}

_ADVISERS: Final[Mapping[Hop, Callable[[Target, HopFailedError, Advice], None]]] = {
    Hop.ANSWERED: _answered,
    Hop.STORED: _stored,
    Hop.JUDGED: _judged,
    Hop.RECORDED: _recorded,
    Hop.MAILED: _mailed,
    Hop.QUEUES: _queues,
}
