"""Tables and queues: keys, capacity, streams, retention, visibility, and where what fails goes."""

import json
from collections.abc import Iterator

from tests.policy.checks.registry import check, every, setting
from tests.support.recorded import Estate, Resource

TABLE = "dynamodb/table:Table"
QUEUE = "sqs/queue:Queue"
FOURTEEN_DAYS = 14 * 24 * 3600
VISIBILITY_SECONDS = 360


@check
def tables_are_on_demand(estate: Estate) -> Iterator[str]:
    """Every table is billed by request and has no provisioned capacity."""
    for table in every(estate, TABLE):
        if setting(table, "billingMode") != "PAY_PER_REQUEST":
            yield f"{table}: billing mode is {setting(table, 'billingMode')!r}"
        if setting(table, "readCapacity") or setting(table, "writeCapacity"):
            yield f"{table}: has provisioned capacity"


@check
def transactions_are_keyed_by_id_and_timestamp(estate: Estate) -> Iterator[str]:
    """The table of transactions has the key transaction_id (string) and timestamp (number)."""
    table = estate.one(TABLE, "transactions")
    attributes = {each["name"]: each["type"] for each in setting(table, "attributes") or []}
    if (setting(table, "hashKey"), setting(table, "rangeKey")) != ("transaction_id", "timestamp"):
        yield f"{table}: key is {setting(table, 'hashKey')!r}, {setting(table, 'rangeKey')!r}"
    if attributes != {"transaction_id": "S", "timestamp": "N"}:
        yield f"{table}: attributes are {attributes}"


@check
def transactions_are_streamed(estate: Estate) -> Iterator[str]:
    """The table of transactions streams new images."""
    table = estate.one(TABLE, "transactions")
    if setting(table, "streamEnabled") is not True or setting(table, "streamViewType") != "NEW_IMAGE":
        yield f"{table}: stream is {setting(table, 'streamEnabled')!r}, {setting(table, 'streamViewType')!r}"


@check
def production_tables_can_be_restored(estate: Estate) -> Iterator[str]:
    """Point-in-time recovery is decided for every table, and on in production."""
    for table in every(estate, TABLE):
        enabled = setting(table, "pointInTimeRecovery", "enabled")
        if not isinstance(enabled, bool) or (estate.environment == "prod" and not enabled):
            yield f"{table}: point-in-time recovery is {enabled!r}"


@check
def suspicious_queue_is_invisible_360_seconds(estate: Estate) -> Iterator[str]:
    """A received message of the suspicious queue stays invisible for exactly 360 seconds."""
    queue = estate.one(QUEUE, "suspicious-queue")
    if setting(queue, "visibilityTimeoutSeconds") != VISIBILITY_SECONDS:
        yield f"{queue}: {setting(queue, 'visibilityTimeoutSeconds')!r} seconds"


@check
def consumers_finish_well_before_visibility(estate: Estate) -> Iterator[str]:
    """A message stays invisible for more than six times the timeout of the function that reads it."""
    queues = {queue.arn: queue for queue in every(estate, QUEUE)}
    functions = {setting(each, "name"): each for each in every(estate, "lambda/function:Function")}
    functions |= {each.arn: each for each in functions.values()}
    for mapping in every(estate, "lambda/eventSourceMapping:EventSourceMapping"):
        queue = queues.get(str(setting(mapping, "eventSourceArn")))
        function = functions.get(str(setting(mapping, "functionName")))
        if queue is None or function is None:
            yield f"{mapping}: its queue or function is not registered"
            continue
        window = setting(mapping, "maximumBatchingWindowInSeconds") or 0
        if setting(queue, "visibilityTimeoutSeconds") <= 6 * (setting(function, "timeout") or 3) + window:
            yield f"{function}: {setting(function, 'timeout')} s is too long for {queue.name}"


def dead_letter_targets(estate: Estate) -> dict[str, list[str]]:
    """ARNs that something sends its failures to, and what does."""
    paths = {
        "pipes/pipe:Pipe": ("sourceParameters", "dynamodbStreamParameters", "deadLetterConfig", "arn"),
        "cloudwatch/eventTarget:EventTarget": ("deadLetterConfig", "arn"),
        "cloudwatch/eventBus:EventBus": ("deadLetterConfig", "arn"),
        "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (
            "destinationConfig",
            "onFailure",
            "destination",
        ),
    }
    targets: dict[str, list[str]] = {}
    for type_, path in paths.items():
        for resource in every(estate, type_):
            targets.setdefault(str(setting(resource, *path)), []).append(str(resource))
    for queue in every(estate, QUEUE):
        if redrive := setting(queue, "redrivePolicy"):
            targets.setdefault(str(json.loads(redrive)["deadLetterTargetArn"]), []).append(str(queue))
    return targets


def dead_letter_queues(estate: Estate) -> tuple[Resource, ...]:
    """Queues that hold what failed."""
    targets = dead_letter_targets(estate)
    return tuple(queue for queue in every(estate, QUEUE) if queue.arn in targets)


@check
def queues_have_a_dlq_or_are_one(estate: Estate) -> Iterator[str]:
    """Every queue sends what fails five times to its DLQ, or is a DLQ; a DLQ sends nothing on."""
    dead = {queue.arn for queue in dead_letter_queues(estate)}
    for queue in every(estate, QUEUE):
        redrive = json.loads(setting(queue, "redrivePolicy") or "{}")
        if queue.arn in dead and redrive:
            yield f"{queue}: is a DLQ and sends its messages on"
        if queue.arn not in dead and redrive.get("maxReceiveCount") != 5:
            yield f"{queue}: has no DLQ after five receives: {redrive}"


@check
def everything_that_fails_has_a_place(estate: Estate) -> Iterator[str]:
    """Every pipe, rule target, bus, asynchronous function and queue sends its failures to a queue of ours."""
    queues = {queue.arn for queue in every(estate, QUEUE)}
    for arn, sources in dead_letter_targets(estate).items():
        if arn not in queues:
            yield f"{', '.join(sources)}: failures go to {arn}, no queue of ours"
    handled = {
        setting(each, "functionName")
        for each in every(estate, "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
    }
    by_arn = {each.arn: setting(each, "name") for each in every(estate, "lambda/function:Function")}
    for target in every(estate, "cloudwatch/eventTarget:EventTarget"):
        function = by_arn.get(setting(target, "arn"))
        if function is not None and not {function, setting(target, "arn")} & handled:
            yield f"{target}: {function} is invoked asynchronously and has no place for what fails"


@check
def failures_have_one_place_each(estate: Estate) -> Iterator[str]:
    """No two hops share a DLQ: what lies in one says where it failed, and its alarm says so."""
    for arn, sources in dead_letter_targets(estate).items():
        if len(sources) > 1:
            yield f"{arn}: takes the failures of {', '.join(sources)}"


@check
def messages_are_kept_fourteen_days(estate: Estate) -> Iterator[str]:
    """Every DLQ keeps a message 14 days, and so does every other queue: age counts from the first send."""
    if not dead_letter_queues(estate):
        yield "no queue is a DLQ"
    for queue in every(estate, QUEUE):
        if setting(queue, "messageRetentionSeconds") != FOURTEEN_DAYS:
            yield f"{queue}: keeps {setting(queue, 'messageRetentionSeconds')!r} seconds"


@check
def pipes_give_up(estate: Estate) -> Iterator[str]:
    """A pipe starts with the oldest record, and gives a bad one up alone and by age, before the stream."""
    for pipe in every(estate, "pipes/pipe:Pipe"):
        stream = setting(pipe, "sourceParameters", "dynamodbStreamParameters") or {}
        if stream.get("maximumRetryAttempts", -1) != -1:
            yield f"{pipe}: gives up after {stream.get('maximumRetryAttempts')!r} retries, within minutes"
        if not 0 < stream.get("maximumRecordAgeInSeconds", -1) < 24 * 3600:
            yield f"{pipe}: keeps a record {stream.get('maximumRecordAgeInSeconds')!r} s, the stream 24 h"
        if stream.get("onPartialBatchItemFailure") != "AUTOMATIC_BISECT":
            yield f"{pipe}: one bad record fails its batch"
        if not 0 < stream.get("batchSize", 0) <= 10:
            yield f"{pipe}: batch of {stream.get('batchSize')!r}, a bus takes 10"
        if stream.get("startingPosition") != "TRIM_HORIZON":
            yield f"{pipe}: starts at {stream.get('startingPosition')!r}, later than what was written first"


@check
def pipes_pass_on_new_transactions_alone(estate: Estate) -> Iterator[str]:
    """A pipe reads the stream of the table of transactions and lets inserts through, nothing else."""
    stream = estate.one(TABLE, "transactions").outputs.get("streamArn")
    for pipe in every(estate, "pipes/pipe:Pipe"):
        if stream is None or setting(pipe, "source") != stream:
            yield f"{pipe}: reads {setting(pipe, 'source')!r}, no stream of ours"
        filters = setting(pipe, "sourceParameters", "filterCriteria", "filters") or []
        patterns = [json.loads(each["pattern"]) for each in filters]
        if patterns != [{"eventName": ["INSERT"]}]:
            yield f"{pipe}: filters are {patterns}"


@check
def asynchronous_deliveries_give_up(estate: Estate) -> Iterator[str]:
    """Retries of rule targets and of asynchronous functions are bounded in number and in age."""
    for target in every(estate, "cloudwatch/eventTarget:EventTarget"):
        policy = setting(target, "retryPolicy") or {}
        if not policy.get("maximumRetryAttempts") or not policy.get("maximumEventAgeInSeconds"):
            yield f"{target}: retry policy is {policy}"
    for config in every(estate, "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"):
        if setting(config, "maximumRetryAttempts") is None or not setting(config, "maximumEventAgeInSeconds"):
            yield f"{config}: retries are not bounded"
