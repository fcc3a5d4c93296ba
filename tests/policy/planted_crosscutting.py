"""Planted violations for lifecycle, encryption, alarms and policies."""

import json
from dataclasses import replace

from tests.policy.mutations import (
    Mutation,
    Planted,
    adding,
    append,
    drop,
    set_in,
    with_fields,
    with_input,
    with_option,
    with_statements,
    without,
    without_type,
)
from tests.support.recorded import Estate, Resource
from tests.support.resource_outputs import UNGIVEN

ALARM = "cloudwatch/metricAlarm:MetricAlarm"
AWS_PROVIDER = "pulumi:providers:aws"
KEY = "kms/key:Key"
QUEUE = "sqs/queue:Queue"
ROLE = "iam/role:Role"
ROLE_POLICY = "iam/rolePolicy:RolePolicy"
TABLE = "dynamodb/table:Table"
TOPIC_POLICY = "sns/topicPolicy:TopicPolicy"
EVERYTHING = "arn:aws:iam::aws:policy/AdministratorAccess"


def _alarm_on(metric: str, key: str, value: object) -> Mutation:
    """Change an input of every alarm on a metric, whatever the alarm is called."""

    def spoil(resource: Resource) -> Resource:
        return replace(resource, inputs={**resource.inputs, key: value})

    def mutate(estate: Estate) -> Estate:
        hit = [each for each in estate.of_type(ALARM) if each.inputs.get("metricName") == metric]
        assert hit, f"no alarm watches {metric}"
        resources = tuple(spoil(each) if each in hit else each for each in estate.resources)
        return replace(estate, resources=resources)

    return mutate


def _dashboard_with(*metric: str) -> Mutation:
    """A dashboard of one widget with one metric, or of none."""
    widget = {"type": "metric", "properties": {"metrics": [[*metric, {"stat": "Sum"}]]}}
    body = json.dumps({"widgets": [widget] if metric else []})
    return with_input("cloudwatch/dashboard:Dashboard", "pipeline-dashboard", "dashboardBody", body)


LIFECYCLE = (
    Planted("nothing_is_kept_on_destroy", with_option(TABLE, "alerts", "protect", True), "protect"),
    Planted("nothing_is_kept_on_destroy", with_option(KEY, "kms-key", "retain_on_delete", True), "retain"),
    Planted(
        "nothing_is_kept_on_destroy",
        with_input(TABLE, "profiles", "deletionProtectionEnabled", True),
        "profiles",
    ),
    Planted(
        "nothing_is_kept_on_destroy",
        with_input("cloudwatch/logGroup:LogGroup", "ingest-logs", "skipDestroy", True),
        "skipDestroy",
    ),
    Planted(
        "nothing_is_kept_on_destroy", with_input(ROLE, "pipe-role", "forceDetachPolicies", True), "force"
    ),
    Planted(
        "keys_are_deleted_as_soon_as_aws_allows", with_input(KEY, "kms-key", "deletionWindowInDays", 30), "30"
    ),
    Planted(
        "keys_are_deleted_as_soon_as_aws_allows",
        with_input(KEY, "kms-key", "deletionWindowInDays", None),
        "None",
    ),
    Planted(
        "logical_names_follow_the_rule", with_fields(QUEUE, "pipe-dlq", name="dev-pipe-dlq"), "dev-pipe-dlq"
    ),
    Planted("logical_names_follow_the_rule", with_fields(TABLE, "alerts", name="Alerts-dev"), "Alerts-dev"),
    Planted("physical_names_follow_the_rule", with_input(TABLE, "alerts", "name", "alerts"), "alerts"),
    Planted("physical_names_follow_the_rule", with_input(QUEUE, "bus-dlq", "name", None), "None"),
    Planted("physical_names_follow_the_rule", with_input("ec2/vpc:Vpc", "vpc", "tags", None), "Name tag"),
    Planted(
        "physical_names_follow_the_rule",
        with_input("kms/alias:Alias", "kms-alias", "name", "alias/fraud"),
        "alias/fraud",
    ),
    Planted(
        "physical_names_follow_the_rule",
        with_input("apigateway/stage:Stage", "api-stage", "stageName", "v1"),
        "v1",
    ),
    Planted(
        "names_fit_the_limits_of_aws", with_input(ROLE, "ingest-role", "name", "r" * 65), "65 characters"
    ),
    Planted("names_fit_the_limits_of_aws", with_input(QUEUE, "pipe-dlq", "name", "q" * 81), "81 characters"),
    Planted(
        "providers_are_explicit_and_in_us_east_1",
        with_input(AWS_PROVIDER, "aws-data", "region", "eu-west-1"),
        "eu-west-1",
    ),
    Planted(
        "providers_are_explicit_and_in_us_east_1",
        with_fields(QUEUE, "suspicious-queue", provider=""),
        "provider is",
    ),
    Planted("everything_is_in_us_east_1", with_input(TABLE, "alerts", "region", "us-west-2"), "us-west-2"),
    Planted(
        "everything_is_in_us_east_1",
        with_input("ec2/subnet:Subnet", "private-subnet-a", "availabilityZone", "eu-central-1a"),
        "eu-central-1",
    ),
    Planted(
        "everything_is_tagged", with_input(AWS_PROVIDER, "aws-compute", "defaultTags", None), "tags are {}"
    ),
    Planted(
        "everything_is_tagged",
        with_input(AWS_PROVIDER, "aws-compute", "defaultTags", '{"tags": {"Project": "fraud-detection"}}'),
        "tags are",
    ),
    Planted(
        "no_input_is_a_missing_output",
        with_input("kms/alias:Alias", "kms-alias", "targetKeyId", f"arn:{UNGIVEN}"),
        "kms-alias",
    ),
    Planted(
        "no_required_input_is_missing",
        with_input("iam/rolePolicyAttachment:RolePolicyAttachment", "ingest-tracing", "policyArn", None),
        "policyArn",
    ),
    Planted("physical_names_are_unique", with_input(QUEUE, "pipe-dlq", "name", "bus-dlq-dev"), "bus-dlq-dev"),
    Planted(
        "replaced_names_are_free_first",
        with_option(ROLE, "pipe-role", "delete_before_replace", False),
        "pipe-role",
    ),
)

LOGS_CONDITION = {
    "ArnEquals": {
        "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:123456789012:log-group:/aws/other-prod"
    }
}

ENCRYPTION = (
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
        with_input(TABLE, "profiles", "serverSideEncryption", {"enabled": False}),
        "off",
    ),
    Planted(
        "data_at_rest_is_under_the_key",
        with_input("sns/topic:Topic", "fraud-alerts", "kmsMasterKeyId", None),
        "None",
    ),
    Planted(
        "data_at_rest_is_under_the_key",
        with_input("cloudwatch/logGroup:LogGroup", "notifier-logs", "kmsKeyId", None),
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
            "apigateway/methodSettings:MethodSettings", "api-throttling", "settings.cachingEnabled", True
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
        with_statements(TOPIC_POLICY, "operations-alarms-policy", "policy", drop("DenyUnencryptedTransport")),
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
        "/aws/lambda/notifier-dev",
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
        "kms:GenerateDataKey",
    ),
    Planted(
        "alarms_reach_the_operators",
        with_statements(TOPIC_POLICY, "operations-alarms-policy", "policy", drop("AlarmsPublish")),
        "may not publish",
    ),
    Planted("alarms_reach_the_operators", _alarm_on("Errors", "alarmActions", []), "notifies nobody"),
    Planted(
        "alarms_reach_the_operators",
        _alarm_on("Errors", "alarmActions", ["arn:aws:sns:us-east-1:123456789012:other"]),
        "no topic of ours",
    ),
    Planted("alarms_reach_the_operators", _alarm_on("Errors", "actionsEnabled", False), "disabled"),
    Planted(
        "only_cloudwatch_publishes_alarms",
        with_statements(
            TOPIC_POLICY,
            "operations-alarms-policy",
            "policy",
            set_in("AlarmsPublish", "Principal", {"AWS": "*"}),
        ),
        "AlarmsPublish",
    ),
    Planted(
        "only_cloudwatch_publishes_alarms",
        with_statements(
            TOPIC_POLICY, "operations-alarms-policy", "policy", set_in("AlarmsPublish", "Condition", None)
        ),
        "every account",
    ),
)

ALARMS = (
    Planted("alarms_watch_what_exists", _alarm_on("Errors", "metricName", "Failures"), "Failures"),
    Planted("alarms_watch_what_exists", _alarm_on("Throttles", "namespace", "Lambda"), "Lambda Throttles"),
    Planted(
        "alarms_watch_what_exists",
        _alarm_on("ExecutionFailed", "dimensions", {"PipeName": "transactions"}),
        "not registered",
    ),
    Planted(
        "alarms_watch_what_exists",
        _alarm_on("FailedInvocations", "dimensions", {"RuleName": "transaction-stored-dev"}),
        "does not publish",
    ),
    Planted(
        "every_dlq_has_an_alarm_at_one_message",
        _alarm_on("ApproximateNumberOfMessagesVisible", "threshold", 10),
        "no alarm fires",
    ),
    Planted("every_dlq_has_an_alarm_at_one_message", without_type(ALARM), "no cloudwatch/metricAlarm"),
    Planted(
        "everything_that_can_fail_is_watched",
        _alarm_on("Throttles", "metricName", "Invocations"),
        "Throttles",
    ),
    Planted(
        "everything_that_can_fail_is_watched",
        _alarm_on("AsyncEventsDropped", "dimensions", {"FunctionName": "notifier-dev"}),
        "AsyncEventsDropped",
    ),
    Planted(
        "dashboards_show_what_exists",
        _dashboard_with("AWS/Lambda", "Invocations", "FunctionName", "reporter-dev"),
        "reporter-dev",
    ),
    Planted(
        "dashboards_show_what_exists",
        _dashboard_with("AWS/Lambda", "Calls", "FunctionName", "ingest-dev"),
        "Calls",
    ),
    Planted("dashboards_show_what_exists", _dashboard_with(), "no widget"),
    Planted(
        "missing_data_of_an_alarm_is_no_failure",
        _alarm_on("Errors", "treatMissingData", "breaching"),
        "breaching",
    ),
)

IAM = (
    Planted(
        "every_policy_is_known",
        with_input("sns/topic:Topic", "fraud-alerts", "policy", '{"Statement": []}'),
        "no check reads",
    ),
    Planted(
        "every_policy_is_known", with_input(ROLE, "pipe-role", "inlinePolicies", [{"name": "x"}]), "inline"
    ),
    Planted(
        "policies_are_well_formed",
        with_statements(
            ROLE_POLICY, "ingest-policy", "policy", set_in("WriteLog", "NotAction", ["s3:GetObject"])
        ),
        "does not mean",
    ),
    Planted(
        "policies_are_well_formed",
        with_statements(ROLE_POLICY, "pipe-policy", "policy", set_in("ReadStream", "Sid", "DeliverFailures")),
        "Sids are",
    ),
    Planted(
        "policies_are_well_formed",
        with_input(ROLE_POLICY, "pipe-policy", "policy", '{"Statement": []}'),
        "version",
    ),
    Planted(
        "no_action_is_a_wildcard",
        with_statements(ROLE_POLICY, "pipe-policy", "policy", set_in("ReadStream", "Action", ["dynamodb:*"])),
        "dynamodb:*",
    ),
    Planted(
        "no_action_is_a_wildcard",
        with_statements(KEY, "kms-key", "policy", set_in("KeyAdministration", "Action", "kms:*")),
        "kms:*",
    ),
    Planted(
        "no_resource_is_a_wildcard",
        with_statements(ROLE_POLICY, "detector-policy", "policy", set_in("DeliverFailures", "Resource", "*")),
        "'*'",
    ),
    Planted(
        "no_resource_is_a_wildcard",
        with_statements(
            ROLE_POLICY,
            "ingest-policy",
            "policy",
            set_in(
                "WriteLog",
                "Resource",
                ["arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/*:log-stream:*"],
            ),
        ),
        "/aws/lambda/*",
    ),
    Planted(
        "no_resource_is_a_wildcard",
        with_statements(
            ROLE_POLICY,
            "ingest-policy",
            "policy",
            set_in("IngestUsesTransactions", "Resource", ["arn:aws:dynamodb:us-east-1:123456789012:table/*"]),
        ),
        "table/*",
    ),
    Planted(
        "no_resource_is_a_wildcard",
        with_statements(
            ROLE_POLICY,
            "ingest-policy",
            "policy",
            append(
                Sid="Interfaces",
                Effect="Allow",
                Action=["ec2:CreateNetworkInterface"],
                Resource=["arn:aws:ec2:us-east-1:123456789012:*/*"],
            ),
        ),
        "Interfaces",
    ),
    Planted(
        "no_resource_is_a_wildcard",
        with_statements(ROLE_POLICY, "pipe-policy", "policy", set_in("ReadStream", "Resource", None)),
        "names no resource",
    ),
    Planted(
        "nothing_is_allowed_to_anyone",
        with_statements(
            "sqs/queuePolicy:QueuePolicy",
            "rule-dlq-policy",
            "policy",
            set_in("SendFromService", "Principal", "*"),
        ),
        "allows anyone",
    ),
    Planted(
        "nothing_is_allowed_to_anyone",
        with_statements(
            "sqs/queuePolicy:QueuePolicy",
            "rule-dlq-policy",
            "policy",
            set_in("SendFromService", "Condition", None),
        ),
        "any account",
    ),
    Planted(
        "nothing_is_allowed_to_anyone",
        with_statements(KEY, "kms-key", "policy", set_in("UseGrantedByIam", "Principal", {"AWS": "*"})),
        "allows anyone",
    ),
    Planted(
        "roles_are_assumed_by_one_service",
        with_statements(
            ROLE,
            "ingest-role",
            "assumeRolePolicy",
            set_in("Assume", "Principal", {"Service": "ec2.amazonaws.com"}),
        ),
        "ec2.amazonaws.com",
    ),
    Planted(
        "roles_are_assumed_by_one_service",
        with_statements(ROLE, "pipe-role", "assumeRolePolicy", set_in("Assume", "Condition", None)),
        "any pipe",
    ),
    Planted(
        "only_listed_managed_policies_are_attached",
        with_input(
            "iam/rolePolicyAttachment:RolePolicyAttachment", "ingest-tracing", "policyArn", EVERYTHING
        ),
        "AdministratorAccess",
    ),
    Planted(
        "only_listed_managed_policies_are_attached",
        without("iam/rolePolicyAttachment:RolePolicyAttachment", "detector-tracing"),
        "detector-role",
    ),
    Planted(
        "roles_may_do_only_what_they_need",
        with_statements(
            ROLE_POLICY,
            "ingest-policy",
            "policy",
            set_in("IngestUsesTransactions", "Action", ["dynamodb:PutItem", "dynamodb:DeleteItem"]),
        ),
        "dynamodb:DeleteItem",
    ),
    Planted(
        "roles_may_do_only_what_they_need",
        with_statements(ROLE_POLICY, "detector-policy", "policy", drop("DetectorUsesProfiles")),
        "dynamodb:BatchGetItem",
    ),
    Planted(
        "roles_may_do_only_what_they_need",
        with_statements(
            ROLE_POLICY,
            "notifier-policy",
            "policy",
            set_in(
                "NotifierUsesFraudAlerts",
                "Resource",
                ["arn:aws:sns:us-east-1:123456789012:operations-alarms-dev"],
            ),
        ),
        "operations-alarms",
    ),
    Planted(
        "key_use_is_bound_to_a_service",
        with_statements(ROLE_POLICY, "pipe-policy", "policy", set_in("KeyThroughSqs", "Condition", None)),
        "KeyThroughSqs",
    ),
    Planted(
        "code_cannot_touch_network_interfaces",
        with_statements(ROLE_POLICY, "ingest-policy", "policy", drop("DenyNetworkInterfacesToCode")),
        "ingest-dev",
    ),
    Planted(
        "policies_pass_parliament",
        with_statements(
            ROLE_POLICY, "pipe-policy", "policy", set_in("DeliverFailures", "Action", ["sqs:SendMessages"])
        ),
        "UNKNOWN_ACTION",
    ),
    Planted(
        "policies_pass_parliament",
        with_statements(
            ROLE_POLICY,
            "pipe-policy",
            "policy",
            set_in("DeliverFailures", "Resource", ["arn:aws:sns:us-east-1:123456789012:fraud-alerts-dev"]),
        ),
        "RESOURCE_MISMATCH",
    ),
)

PLANTED = (*LIFECYCLE, *ENCRYPTION, *ALARMS, *IAM)
