"""Encryption: what lies still is under the customer-managed key, what moves is under TLS."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulator.provider.registry import RESOURCES
from emulator.provider.schema import schema_of
from tests.policy.checks.registry import check, every, setting, texts
from tests.support.recorded import Estate, Resource

KEY_INPUT: Mapping[str, tuple[str, ...]] = {
    token.removeprefix("aws:"): tuple(known.encrypted_by.split("."))
    for token, known in RESOURCES.items()
    if known.encrypted_by
}
"""What keeps data, and the input that must hold the ARN of the customer-managed key."""
KEY_FOR_NO_DATA: Mapping[str, str] = {
    "pipes/pipe:Pipe": "events are never at rest in a pipe; its filter pattern is no secret",
    "lambda/eventSourceMapping:EventSourceMapping": "the key is for its filter pattern, which is no secret",
}
"""Types that take a key and keep no data, each with the reason."""


def _the_key(estate: Estate) -> Resource:
    return estate.one("kms/key:Key", "kms-key")


@check
def one_customer_managed_key(estate: Estate) -> Iterator[str]:
    """There is exactly one key, symmetric, enabled, rotated every year."""
    keys = every(estate, "kms/key:Key")
    if len(keys) != 1:
        yield f"{len(keys)} keys are registered: {[str(key) for key in keys]}"
    for key in keys:
        if setting(key, "enableKeyRotation") is not True:
            yield f"{key}: is not rotated"
        if setting(key, "isEnabled") is False:
            yield f"{key}: is disabled"
        if setting(key, "keyUsage") not in {None, "ENCRYPT_DECRYPT"}:
            yield f"{key}: usage is {setting(key, 'keyUsage')!r}"


@check
def every_type_is_classified(estate: Estate) -> Iterator[str]:
    """The catalogue says of every type whether it keeps data; one that takes a key seldom keeps none."""
    for resource in estate.resources:
        if not resource.custom or resource.type.startswith("pulumi:providers:"):
            continue
        if resource.type not in RESOURCES:
            yield f"{resource}: the catalogue in emulator/provider does not have the type"
        elif not RESOURCES[resource.type].encrypted_by and _takes_a_key(resource):
            yield f"{resource}: takes a key, and the catalogue says that it keeps no data"


def _takes_a_key(resource: Resource) -> bool:
    names = schema_of(resource.type).inputs.fields
    short = resource.type.removeprefix("aws:")
    return short not in KEY_FOR_NO_DATA and any(name.startswith("kms") for name in names)


@check
def data_at_rest_is_under_the_key(estate: Estate) -> Iterator[str]:
    """Every table, queue, topic, log group, bus and function names the customer-managed key by its ARN."""
    key = _the_key(estate).arn
    for type_, path in KEY_INPUT.items():
        for resource in every(estate, type_):
            if setting(resource, *path) != key:
                yield f"{resource}: {'.'.join(path)} is {setting(resource, *path)!r}"
            if resource.inputs.get("sqsManagedSseEnabled"):
                yield f"{resource}: is encrypted with a key of SQS"
    for table in every(estate, "dynamodb/table:Table"):
        if setting(table, "serverSideEncryption", "enabled") is not True:
            yield f"{table}: server-side encryption is off"


@check
def stages_cache_nothing(estate: Estate) -> Iterator[str]:
    """No stage has a cache cluster, whose contents would lie under a key of AWS."""
    for stage in every(estate, "apigateway/stage:Stage"):
        if setting(stage, "cacheClusterEnabled"):
            yield f"{stage}: has a cache"
    for settings in every(estate, "apigateway/methodSettings:MethodSettings"):
        if setting(settings, "settings", "cachingEnabled"):
            yield f"{settings}: caches answers"


TLS_ACTIONS: Mapping[str, frozenset[str]] = {
    "sqs": frozenset({"sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"}),
    "sns": frozenset({"sns:Publish", "sns:Subscribe"}),
}
"""Actions that carry a message or an address; a policy for TLS alone must deny at least these."""


def _denies_plain_transport(statements: Sequence[Mapping[str, Any]], service: str, arn: str) -> bool:
    for statement in statements:
        principal = statement.get("Principal")
        everyone = principal == "*" or (isinstance(principal, dict) and "*" in texts(principal.get("AWS")))
        if (
            statement["Effect"] == "Deny"
            and everyone
            and texts(statement.get("Resource")) == (arn,)
            and TLS_ACTIONS[service] <= set(texts(statement.get("Action")))
            and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        ):
            return True
    return False


@check
def queues_and_topics_speak_tls_only(estate: Estate) -> Iterator[str]:
    """Every queue and topic has exactly one policy, and it denies everyone an unencrypted connection."""
    queue_policies = [
        (setting(each, "queueUrl"), each) for each in every(estate, "sqs/queuePolicy:QueuePolicy")
    ]
    topic_policies = [(setting(each, "arn"), each) for each in every(estate, "sns/topicPolicy:TopicPolicy")]
    for service, resources, policies in (
        ("sqs", every(estate, "sqs/queue:Queue"), queue_policies),
        ("sns", every(estate, "sns/topic:Topic"), topic_policies),
    ):
        for resource in resources:
            mine = [policy for target, policy in policies if target == resource.id]
            if len(mine) != 1:
                yield f"{resource}: has {len(mine)} policies"
            for policy in mine:
                statements = json.loads(setting(policy, "policy"))["Statement"]
                if not _denies_plain_transport(statements, service, resource.arn):
                    yield f"{policy}: lets {resource.name} be used without TLS"


@check
def subscriptions_are_mail_only(estate: Estate) -> Iterator[str]:
    """Topics deliver to mail addresses, never over plain HTTP."""
    for subscription in every(estate, "sns/topicSubscription:TopicSubscription"):
        if setting(subscription, "protocol") != "email" or "@" not in str(setting(subscription, "endpoint")):
            how, where = setting(subscription, "protocol"), setting(subscription, "endpoint")
            yield f"{subscription}: {how!r} to {where!r}"


def _key_statements(estate: Estate, service: str) -> list[Mapping[str, Any]]:
    policy = json.loads(setting(_the_key(estate), "policy") or '{"Statement": []}')
    return [
        statement
        for statement in policy["Statement"]
        if service in texts((statement.get("Principal") or {}).get("Service"))
        and statement["Effect"] == "Allow"
    ]


def _conditioned(statements: Sequence[Mapping[str, Any]], key: str, action: str) -> set[str]:
    """Values of a condition key under which an action is allowed."""
    return {
        value
        for statement in statements
        if action in texts(statement["Action"])
        for keys in statement.get("Condition", {}).values()
        for value in texts(keys.get(key))
    }


@check
def key_serves_exactly_our_log_groups(estate: Estate) -> Iterator[str]:
    """CloudWatch Logs may use the key for every log group of this environment and of no other."""
    groups = {group.arn for group in every(estate, "cloudwatch/logGroup:LogGroup")}
    statements = _key_statements(estate, "logs.us-east-1.amazonaws.com")
    for action in ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"):
        allowed = _conditioned(statements, "kms:EncryptionContext:aws:logs:arn", action)
        if missing := sorted(groups - allowed):
            yield f"the key lets CloudWatch Logs do no {action} for {missing}"
        if strangers := sorted(arn for arn in allowed if not arn.endswith(f"-{estate.suffix}")):
            yield f"the key lets CloudWatch Logs do {action} for {strangers}"


@check
def key_serves_buses_and_their_dlqs(estate: Estate) -> Iterator[str]:
    """EventBridge may encrypt and decrypt for each bus, and for the DLQs that its buses and rules send to."""
    statements = _key_statements(estate, "events.amazonaws.com")
    buses = {bus.arn for bus in every(estate, "cloudwatch/eventBus:EventBus")}
    senders = (
        *every(estate, "cloudwatch/eventBus:EventBus"),
        *every(estate, "cloudwatch/eventTarget:EventTarget"),
    )
    queues = {str(setting(sender, "deadLetterConfig", "arn")) for sender in senders}
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        contexts = _conditioned(statements, "kms:EncryptionContext:aws:events:event-bus:arn", action)
        if missing := sorted(buses - contexts):
            yield f"the key lets EventBridge do no {action} for events of {missing}"
        if missing := sorted(queues - _conditioned(statements, "kms:EncryptionContext:aws:sqs:arn", action)):
            yield f"the key lets EventBridge do no {action} for messages to {missing}"
    if not any("kms:DescribeKey" in texts(statement["Action"]) for statement in statements):
        yield "the key lets EventBridge not describe it"


@check
def key_policy_binds_every_service(estate: Estate) -> Iterator[str]:
    """A service that may use the key is bound by encryption context or source, but for looking at it."""
    services = {"logs.us-east-1.amazonaws.com", "events.amazonaws.com", "cloudwatch.amazonaws.com"}
    for service in services:
        statements = _key_statements(estate, service)
        if not statements:
            yield f"the key policy has no statement for {service}"
        for statement in statements:
            if not statement.get("Condition") and set(texts(statement["Action"])) != {"kms:DescribeKey"}:
                yield f"the key policy's {statement['Sid']} serves all of {service} anywhere"
    policy = json.loads(setting(_the_key(estate), "policy") or '{"Statement": []}')
    for statement in policy["Statement"]:
        if strangers := set(texts((statement.get("Principal") or {}).get("Service"))) - services:
            yield f"the key policy's {statement['Sid']} serves {sorted(strangers)}"


@check
def alarms_reach_the_operators(estate: Estate) -> Iterator[str]:
    """Alarm, topic, key: an alarm notifies a topic of ours that CloudWatch may publish to and decrypt for."""
    topics = {topic.arn: topic for topic in every(estate, "sns/topic:Topic")}
    policies = {
        setting(each, "arn"): json.loads(setting(each, "policy"))["Statement"]
        for each in every(estate, "sns/topicPolicy:TopicPolicy")
    }
    statements = _key_statements(estate, "cloudwatch.amazonaws.com")
    audible = [
        _conditioned(statements, "kms:EncryptionContext:aws:sns:topicArn", action)
        for action in ("kms:GenerateDataKey", "kms:Decrypt")
    ]
    subscribed = {setting(each, "topic") for each in every(estate, "sns/topicSubscription:TopicSubscription")}
    for alarm in every(estate, "cloudwatch/metricAlarm:MetricAlarm"):
        actions = texts(setting(alarm, "alarmActions"))
        if not actions:
            yield f"{alarm}: notifies nobody"
        for arn in actions:
            if arn not in topics:
                yield f"{alarm}: notifies {arn}, no topic of ours"
            elif not all(arn in topic_arns for topic_arns in audible):
                yield f"{alarm}: the key lets CloudWatch send nothing to {arn}: the alarm is silent"
            elif not _lets_cloudwatch_publish(policies.get(arn, []), arn):
                yield f"{alarm}: CloudWatch may not publish to {arn}"
            elif arn not in subscribed:
                yield f"{alarm}: nobody is subscribed to {arn}"
        if setting(alarm, "actionsEnabled") is False:
            yield f"{alarm}: its actions are disabled"


def _lets_cloudwatch_publish(statements: Sequence[Mapping[str, Any]], topic: str) -> bool:
    return any(
        statement["Effect"] == "Allow"
        and "cloudwatch.amazonaws.com" in texts((statement.get("Principal") or {}).get("Service"))
        and "sns:Publish" in texts(statement["Action"])
        and topic in texts(statement["Resource"])
        for statement in statements
    )


@check
def only_cloudwatch_publishes_alarms(estate: Estate) -> Iterator[str]:
    """Nobody but CloudWatch may publish to the operators' topic, and only from this account."""
    topic = estate.one("sns/topic:Topic", "operations-alarms-topic")
    for policy in every(estate, "sns/topicPolicy:TopicPolicy"):
        if setting(policy, "arn") != topic.arn:
            continue
        for statement in json.loads(setting(policy, "policy"))["Statement"]:
            if statement["Effect"] != "Allow":
                continue
            if statement.get("Principal") != {"Service": "cloudwatch.amazonaws.com"}:
                yield f"{policy}: {statement['Sid']} lets {statement.get('Principal')} publish"
            if "aws:SourceAccount" not in json.dumps(statement.get("Condition") or {}):
                yield f"{policy}: {statement['Sid']} lets every account's alarms in"
