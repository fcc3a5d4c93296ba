"""Doors left open at the API, and invocations that nobody permitted."""

from tests.policy.mutations import (
    Planted,
    adding,
    with_input,
    without,
)

FUNCTION = "lambda/function:Function"
SETTINGS = "apigateway/methodSettings:MethodSettings"

PLANTED = (
    Planted(
        "api_throttles_at_exactly_1000",
        with_input(SETTINGS, "api-method-settings", "settings.throttlingRateLimit", 999),
        "999",
    ),
    Planted(
        "api_throttles_at_exactly_1000",
        with_input(SETTINGS, "api-method-settings", "settings.throttlingRateLimit", 1001),
        "1001",
    ),
    Planted(
        "api_throttles_at_exactly_1000",
        with_input(SETTINGS, "api-method-settings", "settings.throttlingBurstLimit", 0),
        "burst",
    ),
    Planted(
        "api_throttles_at_exactly_1000",
        with_input(SETTINGS, "api-method-settings", "methodPath", "other/GET"),
        "not all of its methods",
    ),
    Planted(
        "api_throttles_at_exactly_1000", without(SETTINGS, "api-method-settings"), "not all of its methods"
    ),
    Planted(
        "api_throttles_at_exactly_1000",
        with_input(SETTINGS, "put-verdict-method-settings", "methodPath", "~1transactions/POST"),
        "~1transactions/POST",
    ),
    Planted(
        "api_throttles_at_exactly_1000",
        with_input(SETTINGS, "put-verdict-method-settings", "settings.throttlingRateLimit", 1000),
        "1000 requests a second for",
    ),
    Planted(
        "decisions_have_limits_of_their_own",
        without(SETTINGS, "put-rules-method-settings"),
        "put-rules has the stage's limit",
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
        with_input("apigateway/method:Method", "post-transactions-method", "authorization", "NONE"),
        "NONE",
    ),
    Planted(
        "api_methods_authenticate_and_validate",
        with_input("apigateway/method:Method", "post-transactions-method", "requestValidatorId", None),
        "validates",
    ),
    Planted(
        "api_methods_authenticate_and_validate",
        with_input("apigateway/method:Method", "post-transactions-method", "requestModels", {}),
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
        "api_methods_authenticate_and_validate",
        with_input("apigateway/method:Method", "put-verdict-method", "authorization", "NONE"),
        "NONE",
    ),
    Planted(
        "api_methods_authenticate_and_validate",
        with_input("apigateway/method:Method", "put-verdict-method", "requestModels", {}),
        "model",
    ),
    Planted(
        "api_logs_no_payloads",
        with_input(SETTINGS, "api-method-settings", "settings.dataTraceEnabled", True),
        "whole requests",
    ),
    Planted(
        "invocations_are_permitted_to_one_source",
        with_input("lambda/permission:Permission", "post-transactions-permission", "sourceArn", None),
        "no rule or method",
    ),
    Planted(
        "invocations_are_permitted_to_one_source",
        with_input(
            "lambda/permission:Permission",
            "post-transactions-permission",
            "sourceArn",
            "arn:aws:execute-api:us-east-1:123456789012:abc/*/POST/transactions",
        ),
        "no rule or method",
    ),
    Planted(
        "invocations_are_permitted_to_one_source",
        with_input(
            "lambda/permission:Permission",
            "put-verdict-permission",
            "sourceArn",
            "arn:aws:execute-api:us-east-1:123456789012:abc/stage-dev/*/transactions/*/verdict",
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
        "gateway_waits_longer_than_its_function",
        with_input(FUNCTION, "ingest-function", "timeout", 10),
        "gives up",
    ),
    Planted(
        "gateway_waits_longer_than_its_function",
        with_input(FUNCTION, "verdicts-function", "timeout", 10),
        "gives up",
    ),
    Planted(
        "gateway_waits_longer_than_its_function",
        with_input("apigateway/integration:Integration", "post-transactions-integration", "uri", "arn:other"),
        "no function of ours",
    ),
    Planted(
        "rules_match_patterns_never_schedules",
        with_input(
            "cloudwatch/eventRule:EventRule",
            "transaction-stored-rule",
            "scheduleExpression",
            "rate(1 minute)",
        ),
        "rate(1 minute)",
    ),
    Planted(
        "rules_match_patterns_never_schedules",
        with_input("cloudwatch/eventRule:EventRule", "transaction-stored-rule", "eventPattern", None),
        "no event pattern",
    ),
    Planted(
        "rules_match_patterns_never_schedules",
        with_input("cloudwatch/eventRule:EventRule", "transaction-stored-rule", "state", "DISABLED"),
        "DISABLED",
    ),
    Planted(
        "rules_match_patterns_never_schedules", adding("scheduler/schedule:Schedule", "poll"), "is a schedule"
    ),
)
