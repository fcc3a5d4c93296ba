"""What must not happen to a function."""

from tests.policy.mutations import (
    Planted,
    adding,
    with_fields,
    with_input,
    without,
    without_type,
)

FUNCTION = "lambda/function:Function"
PIPE = "pipes/pipe:Pipe"
MAPPING = "lambda/eventSourceMapping:EventSourceMapping"

PLANTED = (
    Planted(
        "functions_are_the_known_ones",
        adding(FUNCTION, "reporter-function", {"name": "reporter-function"}, like="ingest-function"),
        "reporter",
    ),
    Planted("functions_are_the_known_ones", without(FUNCTION, "detector-function"), "ingest"),
    Planted("functions_are_the_known_ones", without_type(FUNCTION), "no lambda"),
    Planted(
        "functions_run_python311_only",
        with_input(FUNCTION, "detector-function", "runtime", "python3.12"),
        "python3.12",
    ),
    Planted(
        "functions_run_python311_only",
        with_input(FUNCTION, "detector-function", "packageType", "Image"),
        "Image",
    ),
    Planted(
        "functions_run_in_private_subnets",
        with_input(FUNCTION, "ingest-function", "vpcConfig", None),
        "no subnet",
    ),
    Planted(
        "functions_run_in_private_subnets",
        with_input(
            FUNCTION, "ingest-function", "vpcConfig.subnetIds", ["subnet-elsewhere", "subnet-anywhere"]
        ),
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
        with_input(FUNCTION, "notifier-function", "vpcConfig.securityGroupIds", ["sg-default"]),
        "sg-default",
    ),
    Planted(
        "functions_reserve_concurrency",
        with_input(FUNCTION, "detector-function", "reservedConcurrentExecutions", 99),
        "99",
    ),
    Planted(
        "functions_reserve_concurrency",
        with_input(FUNCTION, "notifier-function", "reservedConcurrentExecutions", None),
        "None",
    ),
    Planted(
        "function_environments_use_the_key",
        with_input(FUNCTION, "ingest-function", "kmsKeyArn", None),
        "environment key",
    ),
    Planted(
        "function_environments_use_the_key",
        with_input(FUNCTION, "ingest-function", "environment", None),
        "no environment variables",
    ),
    Planted(
        "secrets_in_environments_are_secret_in_state",
        with_fields(FUNCTION, "notifier-function", secret_inputs=frozenset()),
        "plain state",
    ),
    Planted(
        "functions_are_traced",
        with_input(FUNCTION, "detector-function", "tracingConfig.mode", "PassThrough"),
        "PassThrough",
    ),
    Planted(
        "functions_have_their_log_group",
        without("cloudwatch/logGroup:LogGroup", "detector-log-group"),
        "/aws/lambda/detector",
    ),
    Planted(
        "functions_have_their_log_group",
        with_fields(FUNCTION, "ingest-function", dependencies=()),
        "created before",
    ),
    Planted(
        "log_groups_keep_seven_days",
        with_input("cloudwatch/logGroup:LogGroup", "ingest-log-group", "retentionInDays", 14),
        "14",
    ),
    Planted(
        "log_groups_keep_seven_days",
        with_input("cloudwatch/logGroup:LogGroup", "notifier-log-group", "retentionInDays", None),
        "None",
    ),
    Planted(
        "each_role_has_one_user",
        with_input(FUNCTION, "detector-function", "role", "arn:aws:iam::123456789012:role/ingest-role-dev"),
        "2 functions",
    ),
    Planted("each_role_has_one_user", without(PIPE, "transactions-pipe"), "no pipes/pipe"),
    Planted("each_role_has_one_user", without("iam/role:Role", "notifier-role"), "no layer registers"),
    Planted(
        "roles_are_ready_before_functions",
        with_fields(FUNCTION, "detector-function", dependencies=()),
        "does not wait",
    ),
    Planted(
        "event_source_mappings_fit_their_function",
        with_input(MAPPING, "suspicious-queue-event-source-mapping", "scalingConfig.maximumConcurrency", 101),
        "101",
    ),
    Planted(
        "event_source_mappings_fit_their_function",
        with_input(MAPPING, "suspicious-queue-event-source-mapping", "scalingConfig", None),
        "None",
    ),
    Planted(
        "event_source_mappings_fit_their_function",
        with_input(MAPPING, "suspicious-queue-event-source-mapping", "functionResponseTypes", None),
        "poison",
    ),
    Planted(
        "event_source_mappings_fit_their_function",
        with_input(MAPPING, "suspicious-queue-event-source-mapping", "functionName", "nobody"),
        "nobody",
    ),
)
