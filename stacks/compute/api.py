"""The REST API: ``POST /transactions``, signed, throttled, checked against the one schema."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from shared.infra.bundling import ROOT
from shared.infra.function import Function
from shared.infra.naming import Names
from shared.infra.provider import named
from stacks.compute.api_errors import ERROR_RESPONSES, error_responses
from stacks.compute.settings import ComputeSettings

SCHEMA_FILE = ROOT / "shared" / "runtime" / "schema" / "transaction.schema.json"
PATH = "transactions"
METHOD = "POST"
INTEGRATION_TIMEOUT_MILLISECONDS = 10_000
"""Longer than the function's timeout, so that it is always the function that answers."""
CONTENT_TYPE = "application/json"
AUTHORIZATION = "AWS_IAM"
INTEGRATION = "AWS_PROXY"
VALIDATES_BODY = True


@dataclass(frozen=True)
class Api:
    """The API and a deployment of it, which a stage serves."""

    rest_api: aws.apigateway.RestApi
    deployment: aws.apigateway.Deployment


def transactions_api(settings: ComputeSettings, ingest: Function, opts: pulumi.ResourceOptions) -> Api:
    """The API with its one method; any change to what it deploys makes a new deployment."""
    names = settings.names
    rest_api = aws.apigateway.RestApi(
        names.of("transactions-api"),
        name=names.of("transactions-api"),
        description="Takes in transactions",
        endpoint_configuration=aws.apigateway.RestApiEndpointConfigurationArgs(types="REGIONAL"),
        security_policy="SecurityPolicy_TLS13_1_2_2021_06",
        endpoint_access_mode="STRICT",
        opts=opts,
    )
    resource = aws.apigateway.Resource(
        names.of("transactions-resource"),
        rest_api=rest_api.id,
        parent_id=rest_api.root_resource_id,
        path_part=PATH,
        opts=opts,
    )
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    method = _method(names, rest_api, resource, schema, opts)
    integration = aws.apigateway.Integration(
        names.of("post-transactions-integration"),
        rest_api=rest_api.id,
        resource_id=resource.id,
        http_method=method.http_method,
        type=INTEGRATION,
        integration_http_method="POST",
        uri=ingest.invoke_arn,
        timeout_milliseconds=INTEGRATION_TIMEOUT_MILLISECONDS,
        opts=opts,
    )
    responses = error_responses(names, rest_api, opts)
    deployment = aws.apigateway.Deployment(
        names.of("api-deployment"),
        rest_api=rest_api.id,
        description="Redeployed whenever what it serves changes",
        triggers={
            "definition": _fingerprint(
                [
                    schema,
                    ERROR_RESPONSES,
                    PATH,
                    METHOD,
                    AUTHORIZATION,
                    CONTENT_TYPE,
                    VALIDATES_BODY,
                    INTEGRATION,
                    INTEGRATION_TIMEOUT_MILLISECONDS,
                ]
            ),
            "resource": resource.id,
            "function": ingest.invoke_arn,
        },
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(depends_on=[method, integration, *responses])
        ),
    )
    return Api(rest_api, deployment)


def _method(
    names: Names,
    rest_api: aws.apigateway.RestApi,
    resource: aws.apigateway.Resource,
    schema: dict[str, Any],
    opts: pulumi.ResourceOptions,
) -> aws.apigateway.Method:
    model = aws.apigateway.Model(
        names.of("transaction-model"),
        name=names.alphanumeric("transaction-model"),
        rest_api=rest_api.id,
        description="A transaction, as the ingest function validates it again",
        content_type=CONTENT_TYPE,
        schema=json.dumps(schema),
        opts=named(opts),
    )
    validator = aws.apigateway.RequestValidator(
        names.of("transaction-validator"),
        name=names.of("transaction-validator"),
        rest_api=rest_api.id,
        validate_request_body=VALIDATES_BODY,
        validate_request_parameters=False,
        opts=opts,
    )
    return aws.apigateway.Method(
        names.of("post-transactions"),
        rest_api=rest_api.id,
        resource_id=resource.id,
        http_method=METHOD,
        authorization=AUTHORIZATION,
        request_models={CONTENT_TYPE: model.name},
        request_validator_id=validator.id,
        opts=opts,
    )


def _fingerprint(definition: Any) -> str:
    return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()
