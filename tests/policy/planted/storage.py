"""Tables, queues and retries that lose what they hold."""

from tests.policy.mutations import (
    Planted,
    adding,
    all_of,
    in_environment,
    with_input,
    with_option,
)

FUNCTION = "lambda/function:Function"
TABLE = "dynamodb/table:Table"
QUEUE = "sqs/queue:Queue"
PIPE = "pipes/pipe:Pipe"
MAPPING = "lambda/eventSourceMapping:EventSourceMapping"
STREAM = "sourceParameters.dynamodbStreamParameters"
INVOKE = "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
TARGET = "cloudwatch/eventTarget:EventTarget"

PLANTED = (
    Planted(
        "tables_are_on_demand",
        with_input(TABLE, "profiles-table", "billingMode", "PROVISIONED"),
        "PROVISIONED",
    ),
    Planted(
        "tables_are_on_demand", with_input(TABLE, "alerts-table", "readCapacity", 5), "provisioned capacity"
    ),
    Planted(
        "transactions_are_keyed_by_id_and_timestamp",
        with_input(TABLE, "transactions", "rangeKey", None),
        "None",
    ),
    Planted(
        "transactions_are_keyed_by_id_and_timestamp",
        with_input(
            TABLE,
            "transactions",
            "attributes",
            [{"name": "transaction_id", "type": "S"}, {"name": "timestamp", "type": "S"}],
        ),
        "'timestamp': 'S'",
    ),
    Planted("transactions_are_streamed", with_input(TABLE, "transactions", "streamEnabled", False), "False"),
    Planted(
        "transactions_are_streamed",
        with_input(TABLE, "transactions", "streamViewType", "KEYS_ONLY"),
        "KEYS_ONLY",
    ),
    Planted(
        "production_tables_can_be_restored",
        all_of(
            in_environment("prod"),
            with_input(TABLE, "alerts-table", "pointInTimeRecovery", {"enabled": False}),
        ),
        "alerts",
    ),
    Planted(
        "production_tables_can_be_restored",
        with_input(TABLE, "profiles-table", "pointInTimeRecovery", None),
        "None",
    ),
    Planted(
        "suspicious_queue_is_invisible_360_seconds",
        with_input(QUEUE, "suspicious-queue", "visibilityTimeoutSeconds", 361),
        "361",
    ),
    Planted(
        "suspicious_queue_is_invisible_360_seconds",
        with_input(QUEUE, "suspicious-queue", "visibilityTimeoutSeconds", None),
        "None",
    ),
    Planted(
        "consumers_finish_well_before_visibility",
        with_input(FUNCTION, "notifier-function", "timeout", 60),
        "too long",
    ),
    Planted(
        "consumers_finish_well_before_visibility",
        with_input(
            MAPPING,
            "suspicious-queue-event-source-mapping",
            "eventSourceArn",
            "arn:aws:sqs:us-east-1:1:other",
        ),
        "not registered",
    ),
    Planted(
        "queues_have_a_dlq_or_are_one", with_input(QUEUE, "suspicious-queue", "redrivePolicy", None), "no DLQ"
    ),
    Planted(
        "queues_have_a_dlq_or_are_one",
        adding(QUEUE, "second-queue", {"redrivePolicy": None}, like="suspicious-queue"),
        "no DLQ",
    ),
    Planted(
        "queues_have_a_dlq_or_are_one",
        with_input(
            QUEUE,
            "pipe-dlq",
            "redrivePolicy",
            '{"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:bus-dlq-dev", "maxReceiveCount": 5}',
        ),
        "sends its messages on",
    ),
    Planted(
        "everything_that_fails_has_a_place",
        with_input(PIPE, "transactions-pipe", f"{STREAM}.deadLetterConfig", None),
        "no queue of ours",
    ),
    Planted(
        "everything_that_fails_has_a_place",
        with_input(TARGET, "detector-target", "deadLetterConfig", None),
        "no queue of ours",
    ),
    Planted(
        "everything_that_fails_has_a_place",
        with_input("cloudwatch/eventBus:EventBus", "transactions-bus", "deadLetterConfig", None),
        "no queue of ours",
    ),
    Planted(
        "everything_that_fails_has_a_place",
        with_input(INVOKE, "detector-invoke-config", "destinationConfig", None),
        "no queue of ours",
    ),
    Planted(
        "everything_that_fails_has_a_place",
        with_input(INVOKE, "detector-invoke-config", "functionName", "ingest-function-dev"),
        "invoked asynchronously",
    ),
    Planted(
        "failures_have_one_place_each",
        with_input(
            TARGET,
            "detector-target",
            "deadLetterConfig.arn",
            "arn:aws:sqs:us-east-1:123456789012:bus-dlq-dev",
        ),
        "bus-dlq",
    ),
    Planted(
        "messages_are_kept_fourteen_days",
        with_input(QUEUE, "suspicious-dlq", "messageRetentionSeconds", 345600),
        "345600",
    ),
    Planted(
        "messages_are_kept_fourteen_days",
        with_input(QUEUE, "rule-dlq", "messageRetentionSeconds", None),
        "None",
    ),
    Planted(
        "pipes_give_up",
        with_input(PIPE, "transactions-pipe", f"{STREAM}.maximumRetryAttempts", 10),
        "gives up after 10 retries",
    ),
    Planted(
        "pipes_give_up",
        with_input(PIPE, "transactions-pipe", f"{STREAM}.maximumRecordAgeInSeconds", 86400),
        "86400",
    ),
    Planted(
        "pipes_give_up",
        with_input(PIPE, "transactions-pipe", f"{STREAM}.onPartialBatchItemFailure", None),
        "bad record",
    ),
    Planted(
        "pipes_give_up", with_input(PIPE, "transactions-pipe", f"{STREAM}.batchSize", 100), "batch of 100"
    ),
    Planted(
        "pipes_give_up",
        with_input(PIPE, "transactions-pipe", f"{STREAM}.startingPosition", "LATEST"),
        "LATEST",
    ),
    Planted(
        "asynchronous_deliveries_give_up",
        with_input(TARGET, "detector-target", "retryPolicy.maximumRetryAttempts", None),
        "retry policy",
    ),
    Planted(
        "asynchronous_deliveries_give_up",
        with_input(INVOKE, "detector-invoke-config", "maximumEventAgeInSeconds", None),
        "not bounded",
    ),
    Planted(
        "pipes_pass_on_new_transactions_alone",
        with_input(PIPE, "transactions-pipe", "sourceParameters.filterCriteria", None),
        "filters are",
    ),
    Planted(
        "pipes_pass_on_new_transactions_alone",
        with_input(
            PIPE, "transactions-pipe", "source", "arn:aws:dynamodb:us-east-1:123456789012:table/alerts"
        ),
        "no stream of ours",
    ),
    Planted(
        "replaced_names_are_free_first",
        with_option(QUEUE, "suspicious-queue", "delete_before_replace", False),
        "own",
    ),
)
