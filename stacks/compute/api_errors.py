"""Gateway responses in the same JSON format as the functions' errors."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from shared.infra.naming import Names

RETRY_AFTER_SECONDS = 1


@dataclass(frozen=True)
class ErrorResponse:
    """A gateway response. Without a status, API Gateway's default applies."""

    stem: str
    type: str
    error: str
    message: str
    status: int | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    """Additional fields of the body -> API Gateway variables."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def template(self) -> str:
        """Return the body template; API Gateway escapes the values of variables."""
        return json.dumps(
            {
                "error": self.error,
                "message": self.message,
                "fields": [],
                **self.details,
                "request_id": "$context.requestId",
            }
        )


_RESPONSES = (
    ErrorResponse(
        "invalid-body-response",
        "BAD_REQUEST_BODY",
        "invalid_body",
        "The body does not fit the schema of this method ($context.httpMethod $context.resourcePath).",
        400,
        details={"validation": "$context.error.validationErrorString"},
    ),
    ErrorResponse(
        "throttled-response",
        "THROTTLED",
        "throttled",
        "Too many requests; send this one again after the seconds in Retry-After.",
        429,
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    ),
    ErrorResponse(
        "access-denied-response",
        "ACCESS_DENIED",
        "access_denied",
        "The identity that signed the request may not invoke this API; it needs execute-api:Invoke on it.",
        403,
    ),
    ErrorResponse(
        "invalid-signature-response",
        "INVALID_SIGNATURE",
        "invalid_signature",
        "The signature does not match: check the key, the clock, the region, the service execute-api.",
        403,
    ),
    ErrorResponse(
        "expired-token-response",
        "EXPIRED_TOKEN",
        "expired_token",
        "The session token of the signature has expired.",
        403,
    ),
    ErrorResponse(
        "missing-authentication-response",
        "MISSING_AUTHENTICATION_TOKEN",
        "missing_authentication",
        "Sign the request with Signature Version 4; the stage takes POST /transactions and "
        "PUT /transactions/{transaction_id}/verdict.",
        403,
    ),
    ErrorResponse(
        "request-too-large-response",
        "REQUEST_TOO_LARGE",
        "body_too_large",
        "The body is larger than the gateway accepts.",
        413,
    ),
    ErrorResponse("client-error-response", "DEFAULT_4XX", "bad_request", "The gateway refused the request."),
    ErrorResponse(
        "server-error-response",
        "DEFAULT_5XX",
        "unavailable",
        "What the request asks for may or may not be done; sending it again is safe.",
    ),
)

ERROR_RESPONSES: list[dict[str, Any]] = [asdict(each) for each in _RESPONSES]
"""The responses as plain data, for the deployment's trigger."""


def error_responses(
    names: Names, rest_api: aws.apigateway.RestApi, opts: pulumi.ResourceOptions
) -> list[aws.apigateway.Response]:
    """Register the gateway responses."""
    return [
        aws.apigateway.Response(
            names.of(each.stem),
            rest_api_id=rest_api.id,
            response_type=each.type,
            status_code=None if each.status is None else str(each.status),
            response_templates={"application/json": each.template()},
            response_parameters={
                f"gatewayresponse.header.{name}": f"'{value}'" for name, value in each.headers.items()
            },
            opts=opts,
        )
        for each in _RESPONSES
    ]
