"""A route of the API: a method with IAM authorization, a model of its body, and its function."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from shared.infra.function import Function
from shared.infra.naming import Names
from shared.infra.provider import named

INTEGRATION_TIMEOUT_MILLISECONDS = 10_000
"""Longer than each function's timeout, so that API Gateway never times out first."""
CONTENT_TYPE = "application/json"
AUTHORIZATION = "AWS_IAM"
INTEGRATION = "AWS_PROXY"
VALIDATES_BODY = True


@dataclass(frozen=True)
class Route:
    """A method and path of the API."""

    thing: str
    """Name of the body: `transaction`."""
    method: str
    path: str
    """Path relative to the stage, with variables in braces."""
    schema: Callable[[], dict[str, Any]]
    """Returns the schema of the body."""

    @property
    def stem(self) -> str:
        """Stem of its resources' names: `post-transactions`."""
        return f"{self.method.lower()}-{self.path.rpartition('/')[2]}"

    @property
    def source(self) -> str:
        """Method and path in the source ARN for Lambda, with `*` for each path variable."""
        return f"{self.method}/{re.sub(r'{[^}]+}', '*', self.path)}"

    @property
    def method_path(self) -> str:
        """The method's path in a stage's settings, with `~1` for each `/` ("Stage" in the API reference)."""
        return f"~1{self.path.replace('/', '~1')}/{self.method}"


def definition(route: Route) -> dict[str, Any]:
    """Return the deployed definition of the route as plain data."""
    return {
        "method": route.method,
        "path": route.path,
        "schema": route.schema(),
        "content_type": CONTENT_TYPE,
        "authorization": AUTHORIZATION,
        "validates_body": VALIDATES_BODY,
        "integration": INTEGRATION,
        "timeout": INTEGRATION_TIMEOUT_MILLISECONDS,
    }


@dataclass(frozen=True)
class Place:
    """The API and resource of a route's method."""

    names: Names
    rest_api: aws.apigateway.RestApi
    resource: aws.apigateway.Resource


def serve(
    route: Route, function: Function, place: Place, opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """Register the route's method and integration, on which a deployment depends."""
    method = _method(route, place, opts)
    integration = aws.apigateway.Integration(
        place.names.of(f"{route.stem}-integration"),
        rest_api=place.rest_api.id,
        resource_id=place.resource.id,
        http_method=method.http_method,
        type=INTEGRATION,
        integration_http_method="POST",
        uri=function.invoke_arn,
        timeout_milliseconds=INTEGRATION_TIMEOUT_MILLISECONDS,
        # A method has one integration: creating the new one would overwrite the old one, which is then
        # deleted.
        opts=named(opts),
    )
    return [method, integration]


def _method(route: Route, place: Place, opts: pulumi.ResourceOptions) -> aws.apigateway.Method:
    names, rest_api = place.names, place.rest_api
    model = aws.apigateway.Model(
        names.of(f"{route.thing}-model"),
        name=names.alphanumeric(f"{route.thing}-model"),
        rest_api=rest_api.id,
        description=f"A {route.thing}, as its function validates it again",
        content_type=CONTENT_TYPE,
        schema=json.dumps(route.schema()),
        opts=named(opts),
    )
    validator = aws.apigateway.RequestValidator(
        names.of(f"{route.thing}-validator"),
        name=names.of(f"{route.thing}-validator"),
        rest_api=rest_api.id,
        validate_request_body=VALIDATES_BODY,
        validate_request_parameters=False,
        opts=opts,
    )
    return aws.apigateway.Method(
        names.of(f"{route.stem}-method"),
        rest_api=rest_api.id,
        resource_id=place.resource.id,
        http_method=route.method,
        authorization=AUTHORIZATION,
        request_models={CONTENT_TYPE: model.name},
        request_validator_id=validator.id,
        opts=opts,
    )
