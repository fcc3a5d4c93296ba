"""The API's stage: tracing, throttling and optional access logs."""

import json

import pulumi
import pulumi_aws as aws

from shared.infra import stems
from shared.infra.contracts import NetworkContract
from shared.infra.function import LOG_RETENTION_DAYS
from shared.infra.provider import named
from stacks.compute.api import OF_PEOPLE, Api
from stacks.compute.settings import ComputeSettings

REQUESTS_PER_SECOND = 1000
DECISIONS_PER_SECOND = 10
"""Limit of analysts' requests per second. Each makes up to six transactions over several items, so that more
would take table capacity from payments."""
DECISIONS_BURST = 20
"""Burst of a desk that decides on a group of alerts."""

ACCESS_LOG_FORMAT = json.dumps(
    {
        "request_id": "$context.requestId",
        "time": "$context.requestTimeEpoch",
        "method": "$context.httpMethod",
        "path": "$context.resourcePath",
        "status": "$context.status",
        "error": "$context.error.responseType",
        "caller": "$context.identity.userArn",
        "source_ip": "$context.identity.sourceIp",
        "latency_ms": "$context.responseLatency",
        "trace_id": "$context.xrayTraceId",
    }
)
"""Caller and result, never the body."""


def api_stage(
    settings: ComputeSettings,
    network: NetworkContract,
    api: Api,
    opts: pulumi.ResourceOptions,
) -> aws.apigateway.Stage:
    """Register the stage, its throttling, and the permissions with which only it may invoke the functions."""
    names = settings.names
    name = names.of("stage", "api-stage")
    stage = aws.apigateway.Stage(
        names.of("api-stage"),
        stage_name=name,
        rest_api=api.rest_api.id,
        deployment=api.deployment.id,
        description="Takes in transactions, and verdicts about them",
        xray_tracing_enabled=True,
        access_log_settings=_access_logs(settings, network, opts) if settings.api_access_logs else None,
        opts=named(opts),
    )
    _throttling(settings, api, stage, opts)
    for route, function in api.functions.items():
        permission = names.of(f"{route.stem}-permission")
        aws.lambda_.Permission(
            permission,
            statement_id=permission,
            action="lambda:InvokeFunction",
            function=function.name,
            principal="apigateway.amazonaws.com",
            source_arn=pulumi.Output.concat(api.rest_api.execution_arn, f"/{name}/{route.source}"),
            opts=named(opts),
        )
    return stage


def _throttling(
    settings: ComputeSettings, api: Api, stage: aws.apigateway.Stage, opts: pulumi.ResourceOptions
) -> None:
    """Register the throttling: exactly 1000 requests per second, and separate limits for analysts' routes.

    Each method has its own token bucket.
    """

    def limit(
        stem: str, method_path: str, rate: int, burst: int, opts: pulumi.ResourceOptions
    ) -> aws.apigateway.MethodSettings:
        return aws.apigateway.MethodSettings(
            settings.names.of(stem),
            rest_api=api.rest_api.id,
            stage_name=stage.stage_name,
            method_path=method_path,
            settings=aws.apigateway.MethodSettingsSettingsArgs(
                throttling_rate_limit=rate,
                throttling_burst_limit=burst,
                # Alarms and dashboard use the stage's metrics; metrics per method would be billed.
                metrics_enabled=False,
                logging_level="OFF",
                data_trace_enabled=False,
            ),
            opts=opts,
        )

    whole = limit("api-method-settings", "*/*", REQUESTS_PER_SECOND, settings.api_burst_limit, named(opts))
    # Settings for all methods must come first: later they would overwrite those of a method.
    own = named(opts, whole)
    for route in OF_PEOPLE:
        stem = f"{route.stem}-method-settings"
        limit(stem, route.method_path, DECISIONS_PER_SECOND, DECISIONS_BURST, own)


def _access_logs(
    settings: ComputeSettings, network: NetworkContract, opts: pulumi.ResourceOptions
) -> aws.apigateway.StageAccessLogSettingsArgs:
    name = settings.names.of(stems.API_ACCESS_LOGS)
    logs = aws.cloudwatch.LogGroup(
        name,
        name=name,
        retention_in_days=LOG_RETENTION_DAYS,
        kms_key_id=network.key_arn,
        opts=named(opts),
    )
    return aws.apigateway.StageAccessLogSettingsArgs(destination_arn=logs.arn, format=ACCESS_LOG_FORMAT)
