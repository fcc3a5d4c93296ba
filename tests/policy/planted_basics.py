"""Planted violations for functions, network, entry and storage."""

from tests.policy.mutations import (
    Planted,
    adding,
    all_of,
    in_environment,
    set_in,
    with_fields,
    with_input,
    with_option,
    with_statements,
    without,
    without_type,
)

FUNCTION = "lambda/function:Function"
TABLE = "dynamodb/table:Table"
QUEUE = "sqs/queue:Queue"
PIPE = "pipes/pipe:Pipe"
MAPPING = "lambda/eventSourceMapping:EventSourceMapping"
STREAM = "sourceParameters.dynamodbStreamParameters"
SETTINGS = "apigateway/methodSettings:MethodSettings"
INVOKE = "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
TARGET = "cloudwatch/eventTarget:EventTarget"
EGRESS = "vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS = "vpc/securityGroupIngressRule:SecurityGroupIngressRule"
ENDPOINT = "ec2/vpcEndpoint:VpcEndpoint"

FUNCTIONS = (
    Planted(
        "functions_are_ingest_detector_notifier",
        adding(FUNCTION, "reporter", {"name": "reporter"}, like="ingest"),
        "reporter",
    ),
    Planted("functions_are_ingest_detector_notifier", without(FUNCTION, "detector"), "ingest"),
    Planted("functions_are_ingest_detector_notifier", without_type(FUNCTION), "no lambda"),
    Planted(
        "functions_run_python311_only",
        with_input(FUNCTION, "detector", "runtime", "python3.12"),
        "python3.12",
    ),
    Planted(
        "functions_run_python311_only", with_input(FUNCTION, "detector", "packageType", "Image"), "Image"
    ),
    Planted(
        "functions_run_in_private_subnets", with_input(FUNCTION, "ingest", "vpcConfig", None), "no subnet"
    ),
    Planted(
        "functions_run_in_private_subnets",
        with_input(FUNCTION, "ingest", "vpcConfig.subnetIds", ["subnet-elsewhere", "subnet-anywhere"]),
        "subnet-elsewhere",
    ),
    Planted(
        "functions_run_in_private_subnets",
        with_input("ec2/subnet:Subnet", "private-subnet-a", "mapPublicIpOnLaunch", True),
        "no private subnets",
    ),
    Planted(
        "functions_run_in_private_subnets",
        with_input("ec2/subnet:Subnet", "private-subnet-b", "availabilityZone", "us-east-1a"),
        "two availability zones",
    ),
    Planted(
        "functions_use_the_functions_security_group",
        with_input(FUNCTION, "notifier", "vpcConfig.securityGroupIds", ["sg-default"]),
        "sg-default",
    ),
    Planted(
        "functions_reserve_concurrency",
        with_input(FUNCTION, "detector", "reservedConcurrentExecutions", 99),
        "99",
    ),
    Planted(
        "functions_reserve_concurrency",
        with_input(FUNCTION, "notifier", "reservedConcurrentExecutions", None),
        "None",
    ),
    Planted(
        "function_environments_use_the_key",
        with_input(FUNCTION, "ingest", "kmsKeyArn", None),
        "environment key",
    ),
    Planted(
        "function_environments_use_the_key",
        with_input(FUNCTION, "ingest", "environment", None),
        "no environment variables",
    ),
    Planted(
        "secrets_in_environments_are_secret_in_state",
        with_fields(FUNCTION, "notifier", secret_inputs=frozenset()),
        "plain state",
    ),
    Planted(
        "functions_are_traced",
        with_input(FUNCTION, "detector", "tracingConfig.mode", "PassThrough"),
        "PassThrough",
    ),
    Planted(
        "functions_have_their_log_group",
        without("cloudwatch/logGroup:LogGroup", "detector-logs"),
        "/aws/lambda/detector",
    ),
    Planted(
        "functions_have_their_log_group", with_fields(FUNCTION, "ingest", dependencies=()), "created before"
    ),
    Planted(
        "log_groups_keep_seven_days",
        with_input("cloudwatch/logGroup:LogGroup", "ingest-logs", "retentionInDays", 14),
        "14",
    ),
    Planted(
        "log_groups_keep_seven_days",
        with_input("cloudwatch/logGroup:LogGroup", "notifier-logs", "retentionInDays", None),
        "None",
    ),
    Planted(
        "each_role_has_one_user",
        with_input(FUNCTION, "detector", "role", "arn:aws:iam::123456789012:role/ingest-role-dev"),
        "2 functions",
    ),
    Planted("each_role_has_one_user", without(PIPE, "transactions-pipe"), "no pipes/pipe"),
    Planted("each_role_has_one_user", without("iam/role:Role", "notifier-role"), "no layer registers"),
    Planted(
        "roles_are_ready_before_functions",
        with_fields(FUNCTION, "detector", dependencies=()),
        "does not wait",
    ),
    Planted(
        "event_source_mappings_fit_their_function",
        with_input(MAPPING, "suspicious-queue-trigger", "scalingConfig.maximumConcurrency", 101),
        "101",
    ),
    Planted(
        "event_source_mappings_fit_their_function",
        with_input(MAPPING, "suspicious-queue-trigger", "scalingConfig", None),
        "None",
    ),
    Planted(
        "event_source_mappings_fit_their_function",
        with_input(MAPPING, "suspicious-queue-trigger", "functionResponseTypes", None),
        "poison",
    ),
    Planted(
        "event_source_mappings_fit_their_function",
        with_input(MAPPING, "suspicious-queue-trigger", "functionName", "nobody"),
        "nobody",
    ),
)

NETWORK = (
    Planted("no_way_to_the_internet", adding("ec2/natGateway:NatGateway", "nat"), "nat-dev"),
    Planted(
        "no_way_to_the_internet", adding("ec2/internetGateway:InternetGateway", "gateway"), "gateway-dev"
    ),
    Planted("no_way_to_the_internet", adding("ec2/route:Route", "default-route"), "default-route-dev"),
    Planted(
        "no_way_to_the_internet",
        with_input(
            "ec2/routeTable:RouteTable", "private-route-table", "routes", [{"cidrBlock": "0.0.0.0/0"}]
        ),
        "has routes",
    ),
    Planted(
        "security_groups_allow_https_between_functions_and_endpoints_only",
        with_input(EGRESS, "function-egress-endpoints", "cidrIpv4", "0.0.0.0/0"),
        "addresses",
    ),
    Planted(
        "security_groups_allow_https_between_functions_and_endpoints_only",
        with_input(EGRESS, "function-egress-endpoints", "toPort", 65535),
        "65535",
    ),
    Planted(
        "security_groups_allow_https_between_functions_and_endpoints_only",
        with_input(EGRESS, "function-egress-dynamodb", "prefixListId", "pl-everything"),
        "pl-everything",
    ),
    Planted(
        "security_groups_allow_https_between_functions_and_endpoints_only",
        with_input(INGRESS, "endpoint-ingress-functions", "referencedSecurityGroupId", "sg-anybody"),
        "sg-anybody",
    ),
    Planted(
        "security_groups_have_no_inline_rules",
        with_input(
            "ec2/defaultSecurityGroup:DefaultSecurityGroup",
            "default-security-group",
            "egress",
            [{"protocol": "-1"}],
        ),
        "inline rules",
    ),
    Planted(
        "interface_endpoints_are_private",
        with_input(ENDPOINT, "sqs-endpoint", "privateDnsEnabled", False),
        "DNS",
    ),
    Planted(
        "interface_endpoints_are_private",
        with_input(ENDPOINT, "sns-endpoint", "securityGroupIds", ["sg-other"]),
        "sg-other",
    ),
    Planted(
        "interface_endpoints_are_private",
        with_input(ENDPOINT, "sns-endpoint", "subnetIds", []),
        "subnets are",
    ),
    Planted(
        "endpoint_policies_name_principals_actions_resources",
        with_input(ENDPOINT, "dynamodb-endpoint", "policy", None),
        "has no policy",
    ),
    Planted(
        "endpoint_policies_name_principals_actions_resources",
        with_statements(
            ENDPOINT, "sqs-endpoint", "policy", set_in("DetectorUsesSuspiciousQueue", "Condition", None)
        ),
        "'*'",
    ),
    Planted(
        "endpoint_policies_name_principals_actions_resources",
        with_statements(
            ENDPOINT,
            "sns-endpoint",
            "policy",
            set_in(
                "NotifierUsesFraudAlerts",
                "Condition",
                {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/stranger"}},
            ),
        ),
        "stranger",
    ),
    Planted(
        "vpc_resolves_names", with_input("ec2/vpc:Vpc", "vpc", "enableDnsHostnames", False), "host names"
    ),
)

ENTRY = (
    Planted(
        "api_throttles_at_exactly_1000",
        with_input(SETTINGS, "api-throttling", "settings.throttlingRateLimit", 999),
        "999",
    ),
    Planted(
        "api_throttles_at_exactly_1000",
        with_input(SETTINGS, "api-throttling", "settings.throttlingRateLimit", 1001),
        "1001",
    ),
    Planted(
        "api_throttles_at_exactly_1000",
        with_input(SETTINGS, "api-throttling", "settings.throttlingBurstLimit", 0),
        "burst",
    ),
    Planted(
        "api_throttles_at_exactly_1000",
        with_input(SETTINGS, "api-throttling", "methodPath", "other/GET"),
        "not all of its methods",
    ),
    Planted(
        "api_throttles_at_exactly_1000", without(SETTINGS, "api-throttling"), "no apigateway/methodSettings"
    ),
    Planted(
        "api_is_traced",
        with_input("apigateway/stage:Stage", "api-stage", "xrayTracingEnabled", False),
        "False",
    ),
    Planted(
        "api_speaks_tls_1_2_or_better",
        with_input("apigateway/restApi:RestApi", "transactions-api", "securityPolicy", "TLS_1_0"),
        "TLS_1_0",
    ),
    Planted(
        "api_speaks_tls_1_2_or_better",
        with_input("apigateway/restApi:RestApi", "transactions-api", "endpointAccessMode", None),
        "access mode",
    ),
    Planted(
        "api_speaks_tls_1_2_or_better",
        with_input("apigateway/restApi:RestApi", "transactions-api", "endpointConfiguration.types", "EDGE"),
        "EDGE",
    ),
    Planted(
        "api_methods_authenticate_and_validate",
        with_input("apigateway/method:Method", "post-transactions", "authorization", "NONE"),
        "NONE",
    ),
    Planted(
        "api_methods_authenticate_and_validate",
        with_input("apigateway/method:Method", "post-transactions", "requestValidatorId", None),
        "validates",
    ),
    Planted(
        "api_methods_authenticate_and_validate",
        with_input("apigateway/method:Method", "post-transactions", "requestModels", {}),
        "model",
    ),
    Planted(
        "api_methods_authenticate_and_validate",
        with_input(
            "apigateway/requestValidator:RequestValidator",
            "transaction-validator",
            "validateRequestBody",
            False,
        ),
        "validates",
    ),
    Planted(
        "api_logs_no_payloads",
        with_input(SETTINGS, "api-throttling", "settings.dataTraceEnabled", True),
        "whole requests",
    ),
    Planted(
        "invocations_are_permitted_to_one_source",
        with_input("lambda/permission:Permission", "ingest-permission", "sourceArn", None),
        "no rule or method",
    ),
    Planted(
        "invocations_are_permitted_to_one_source",
        with_input(
            "lambda/permission:Permission",
            "ingest-permission",
            "sourceArn",
            "arn:aws:execute-api:us-east-1:123456789012:abc/*/POST/transactions",
        ),
        "no rule or method",
    ),
    Planted(
        "invocations_are_permitted_to_one_source",
        with_input("lambda/permission:Permission", "detector-permission", "action", "lambda:*"),
        "lambda:*",
    ),
    Planted(
        "invocations_are_permitted_to_one_source",
        with_input("lambda/permission:Permission", "detector-permission", "function", "nobody"),
        "nobody",
    ),
    Planted(
        "gateway_waits_longer_than_its_function", with_input(FUNCTION, "ingest", "timeout", 10), "gives up"
    ),
    Planted(
        "gateway_waits_longer_than_its_function",
        with_input("apigateway/integration:Integration", "post-transactions-integration", "uri", "arn:other"),
        "no function of ours",
    ),
    Planted(
        "rules_match_patterns_never_schedules",
        with_input(
            "cloudwatch/eventRule:EventRule", "transaction-stored", "scheduleExpression", "rate(1 minute)"
        ),
        "rate(1 minute)",
    ),
    Planted(
        "rules_match_patterns_never_schedules",
        with_input("cloudwatch/eventRule:EventRule", "transaction-stored", "eventPattern", None),
        "no event pattern",
    ),
    Planted(
        "rules_match_patterns_never_schedules",
        with_input("cloudwatch/eventRule:EventRule", "transaction-stored", "state", "DISABLED"),
        "DISABLED",
    ),
    Planted(
        "rules_match_patterns_never_schedules", adding("scheduler/schedule:Schedule", "poll"), "is a schedule"
    ),
)

STORAGE = (
    Planted(
        "tables_are_on_demand", with_input(TABLE, "profiles", "billingMode", "PROVISIONED"), "PROVISIONED"
    ),
    Planted("tables_are_on_demand", with_input(TABLE, "alerts", "readCapacity", 5), "provisioned capacity"),
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
            in_environment("prod"), with_input(TABLE, "alerts", "pointInTimeRecovery", {"enabled": False})
        ),
        "alerts",
    ),
    Planted(
        "production_tables_can_be_restored",
        with_input(TABLE, "profiles", "pointInTimeRecovery", None),
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
        "consumers_finish_well_before_visibility", with_input(FUNCTION, "notifier", "timeout", 60), "too long"
    ),
    Planted(
        "consumers_finish_well_before_visibility",
        with_input(MAPPING, "suspicious-queue-trigger", "eventSourceArn", "arn:aws:sqs:us-east-1:1:other"),
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
        with_input(INVOKE, "detector-retries", "destinationConfig", None),
        "no queue of ours",
    ),
    Planted(
        "everything_that_fails_has_a_place",
        with_input(INVOKE, "detector-retries", "functionName", "ingest-dev"),
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
        with_input(PIPE, "transactions-pipe", f"{STREAM}.maximumRetryAttempts", -1),
        "retries -1",
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
        with_input(INVOKE, "detector-retries", "maximumEventAgeInSeconds", None),
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

PLANTED = (*FUNCTIONS, *NETWORK, *ENTRY, *STORAGE)
