"""The REST API for payment services and analysts, with IAM authorization and throttling."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from shared.infra.function import Function
from shared.infra.naming import Names
from shared.runtime.schema import (
    approval_schema,
    controls_schema,
    rules_schema,
    transactions_schema,
    verdict_schema,
)
from stacks.compute.api_errors import ERROR_RESPONSES, error_responses
from stacks.compute.api_route import Place, Route, definition, serve
from stacks.compute.settings import ComputeSettings

POST_TRANSACTION = Route("transaction", "POST", "transactions", transactions_schema)
PUT_VERDICT = Route("verdict", "PUT", "transactions/{transaction_id}/verdict", verdict_schema)
PUT_CONTROLS = Route("controls", "PUT", "controls", controls_schema)
PUT_RULES = Route("rules", "PUT", "rules", rules_schema)
PUT_APPROVAL = Route("approval", "PUT", "approvals", approval_schema)
OF_PEOPLE = (PUT_VERDICT, PUT_CONTROLS, PUT_RULES, PUT_APPROVAL)
"""Routes for analysts, served by one function."""


@dataclass(frozen=True)
class Api:
    """The API, the functions of its routes, and a deployment."""

    rest_api: aws.apigateway.RestApi
    functions: Mapping[Route, Function]
    deployment: aws.apigateway.Deployment


def transactions_api(
    settings: ComputeSettings, functions: Mapping[Route, Function], opts: pulumi.ResourceOptions
) -> Api:
    """Register the API with a method per route; any change creates a new deployment."""
    names = settings.names
    rest_api = aws.apigateway.RestApi(
        names.of("transactions-api"),
        name=names.of("transactions-api"),
        description="Takes in transactions, and verdicts about them",
        endpoint_configuration=aws.apigateway.RestApiEndpointConfigurationArgs(types="REGIONAL"),
        security_policy="SecurityPolicy_TLS13_1_2_2021_06",
        endpoint_access_mode="STRICT",
        opts=opts,
    )
    resources = _resources(names, rest_api, list(functions), opts)
    served = [
        part
        for route, function in functions.items()
        for part in serve(route, function, Place(names, rest_api, resources[route.path]), opts)
    ]
    responses = error_responses(names, rest_api, opts)
    deployment = aws.apigateway.Deployment(
        names.of("api-deployment"),
        rest_api=rest_api.id,
        description="Redeployed whenever what it serves changes",
        triggers={
            "definition": _fingerprint([ERROR_RESPONSES, [definition(route) for route in functions]]),
            "resources": _joined([resource.id for resource in resources.values()]),
            "functions": _joined([function.invoke_arn for function in functions.values()]),
        },
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[*served, *responses])),
    )
    return Api(rest_api, functions, deployment)


def _resources(
    names: Names, rest_api: aws.apigateway.RestApi, routes: list[Route], opts: pulumi.ResourceOptions
) -> dict[str, aws.apigateway.Resource]:
    """Register the resources of all routes; return them by path."""
    made: dict[str, aws.apigateway.Resource] = {}
    for route in routes:
        steps = route.path.split("/")
        for depth, step in enumerate(steps, start=1):
            path, above = "/".join(steps[:depth]), "/".join(steps[: depth - 1])
            if path not in made:
                stem = step.strip("{}").replace("_", "-")
                made[path] = aws.apigateway.Resource(
                    names.of(f"{stem}-resource"),
                    rest_api=rest_api.id,
                    parent_id=made[above].id if above else rest_api.root_resource_id,
                    path_part=step,
                    opts=opts,
                )
    return made


def _fingerprint(definition: Any) -> str:
    return hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()


def _joined(parts: list[pulumi.Output[str]]) -> pulumi.Output[str]:
    return pulumi.Output.all(*parts).apply(" ".join)
