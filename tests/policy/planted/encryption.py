"""Data without the key, connections without TLS, alarms without a listener."""

from tests.policy.mutations import (
    Planted,
    adding,
    append,
    drop,
    on_alarms_of,
    set_in,
    with_input,
    with_statements,
    without,
)

KEY = "kms/key:Key"
QUEUE = "sqs/queue:Queue"
TABLE = "dynamodb/table:Table"
TOPIC_POLICY = "sns/topicPolicy:TopicPolicy"

LOGS_CONDITION = {
    "ArnEquals": {
        "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/other-prod"
    }
}
OTHER_TOPIC_CONDITION = {
    "StringEquals": {
        "kms:EncryptionContext:aws:sns:topicArn": "arn:aws:sns:us-east-1:123456789012:fraud-alerts-topic-dev"
    }
}

PLANTED = (
    Planted("one_customer_managed_key", adding(KEY, "second-key", like="kms-key"), "2 keys"),
    Planted("one_customer_managed_key", with_input(KEY, "kms-key", "enableKeyRotation", False), "rotated"),
    Planted("one_customer_managed_key", with_input(KEY, "kms-key", "keyUsage", "SIGN_VERIFY"), "SIGN_VERIFY"),
    Planted("one_customer_managed_key", with_input(KEY, "kms-key", "isEnabled", False), "disabled"),
    Planted("every_type_is_classified", adding("s3/bucket:Bucket", "archive"), "archive-dev"),
    Planted(
        "data_at_rest_is_under_the_key",
        with_input(QUEUE, "pipe-dlq", "kmsMasterKeyId", "alias/aws/sqs"),
        "alias/aws/sqs",
    ),
    Planted(
        "data_at_rest_is_under_the_key",
        with_input(TABLE, "profiles-table", "serverSideEncryption", {"enabled": False}),
        "off",
    ),
    Planted(
        "data_at_rest_is_under_the_key",
        with_input("sns/topic:Topic", "fraud-alerts-topic", "kmsMasterKeyId", None),
        "None",
    ),
    Planted(
        "data_at_rest_is_under_the_key",
        with_input("cloudwatch/logGroup:LogGroup", "notifier-log-group", "kmsKeyId", None),
        "kmsKeyId",
    ),
    Planted(
        "data_at_rest_is_under_the_key",
        with_input("cloudwatch/eventBus:EventBus", "transactions-bus", "kmsKeyIdentifier", None),
        "kmsKeyIdentifier",
    ),
    Planted(
        "data_at_rest_is_under_the_key",
        with_input(QUEUE, "bus-dlq", "sqsManagedSseEnabled", True),
        "key of SQS",
    ),
    Planted(
        "stages_cache_nothing",
        with_input("apigateway/stage:Stage", "api-stage", "cacheClusterEnabled", True),
        "cache",
    ),
    Planted(
        "stages_cache_nothing",
        with_input(
            "apigateway/methodSettings:MethodSettings", "api-method-settings", "settings.cachingEnabled", True
        ),
        "caches",
    ),
    Planted(
        "queues_and_topics_speak_tls_only",
        without("sqs/queuePolicy:QueuePolicy", "rule-dlq-policy"),
        "0 policies",
    ),
    Planted(
        "queues_and_topics_speak_tls_only",
        with_statements(
            TOPIC_POLICY, "operations-alarms-topic-policy", "policy", drop("DenyUnencryptedTransport")
        ),
        "without TLS",
    ),
    Planted(
        "queues_and_topics_speak_tls_only",
        with_statements(
            "sqs/queuePolicy:QueuePolicy",
            "suspicious-queue-policy",
            "policy",
            set_in("DenyUnencryptedTransport", "Condition", {"Bool": {"aws:SecureTransport": "true"}}),
        ),
        "without TLS",
    ),
    Planted(
        "queues_and_topics_speak_tls_only",
        with_statements(
            "sqs/queuePolicy:QueuePolicy",
            "suspicious-queue-policy",
            "policy",
            set_in("DenyUnencryptedTransport", "Action", ["sqs:SendMessage"]),
        ),
        "without TLS",
    ),
    Planted(
        "subscriptions_are_mail_only",
        adding(
            "sns/topicSubscription:TopicSubscription",
            "webhook",
            {"protocol": "http", "endpoint": "http://example.com", "topic": "arn"},
        ),
        "webhook-dev",
    ),
    Planted(
        "key_serves_exactly_our_log_groups",
        with_statements(KEY, "kms-key", "policy", drop("CloudWatchLogs")),
        "/aws/lambda/notifier-function-dev",
    ),
    Planted(
        "key_serves_exactly_our_log_groups",
        with_statements(KEY, "kms-key", "policy", set_in("CloudWatchLogs", "Condition", LOGS_CONDITION)),
        "other-prod",
    ),
    Planted(
        "key_serves_buses_and_their_dlqs",
        with_statements(KEY, "kms-key", "policy", drop("EventBridgeBus")),
        "transactions-bus",
    ),
    Planted(
        "key_serves_buses_and_their_dlqs",
        with_statements(KEY, "kms-key", "policy", drop("EventBridgeDeadLetterQueues")),
        "rule-dlq",
    ),
    Planted(
        "key_serves_buses_and_their_dlqs",
        with_statements(KEY, "kms-key", "policy", drop("EventBridgeFindsTheKey")),
        "describe",
    ),
    Planted(
        "key_policy_binds_every_service",
        with_statements(KEY, "kms-key", "policy", set_in("CloudWatchAlarms", "Condition", None)),
        "CloudWatchAlarms",
    ),
    Planted(
        "key_policy_binds_every_service",
        with_statements(KEY, "kms-key", "policy", drop("CloudWatchAlarms")),
        "no statement",
    ),
    Planted(
        "key_policy_binds_every_service",
        with_statements(
            KEY,
            "kms-key",
            "policy",
            append(
                Sid="Mail",
                Effect="Allow",
                Principal={"Service": "ses.amazonaws.com"},
                Action=["kms:Decrypt"],
                Resource="*",
                Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}},
            ),
        ),
        "ses.amazonaws.com",
    ),
    Planted(
        "alarms_reach_the_operators",
        with_statements(KEY, "kms-key", "policy", set_in("CloudWatchAlarms", "Action", ["kms:Decrypt"])),
        "the alarm is silent",
    ),
    Planted(
        "alarms_reach_the_operators",
        with_statements(
            KEY, "kms-key", "policy", set_in("CloudWatchAlarms", "Condition", OTHER_TOPIC_CONDITION)
        ),
        "the key lets CloudWatch send nothing",
    ),
    Planted(
        "alarms_reach_the_operators",
        with_statements(TOPIC_POLICY, "operations-alarms-topic-policy", "policy", drop("AlarmsPublish")),
        "may not publish",
    ),
    Planted("alarms_reach_the_operators", on_alarms_of("Errors", "alarmActions", []), "notifies nobody"),
    Planted(
        "alarms_reach_the_operators",
        on_alarms_of("Errors", "alarmActions", ["arn:aws:sns:us-east-1:123456789012:other"]),
        "no topic of ours",
    ),
    Planted("alarms_reach_the_operators", on_alarms_of("Errors", "actionsEnabled", False), "disabled"),
    Planted(
        "only_cloudwatch_publishes_alarms",
        with_statements(
            TOPIC_POLICY,
            "operations-alarms-topic-policy",
            "policy",
            set_in("AlarmsPublish", "Principal", {"AWS": "*"}),
        ),
        "AlarmsPublish",
    ),
    Planted(
        "only_cloudwatch_publishes_alarms",
        with_statements(
            TOPIC_POLICY,
            "operations-alarms-topic-policy",
            "policy",
            set_in("AlarmsPublish", "Condition", None),
        ),
        "every account",
    ),
)
