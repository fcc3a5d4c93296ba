"""Gateway responses: errors that API Gateway itself returns, as customised by the API.

Source: "Gateway responses in API Gateway" and "Gateway response types" in the API Gateway developer guide.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from emulator.cloud.http_server import HttpResponse


class GatewayError(Exception):
    """API Gateway returns an error instead of calling the integration.

    Args:
        response_type: Gateway response type, for example ``BAD_REQUEST_BODY``.
        message: Message of the default body.
        validation: Validation errors, for ``$context.error.validationErrorString``.
    """

    def __init__(self, response_type: str, message: str, *, validation: str = "") -> None:
        super().__init__(message)
        self.response_type = response_type
        self.validation = validation

    @property
    def status(self) -> int:
        """The default HTTP status of the response type."""
        return _STATUS[self.response_type]


_STATUS: Mapping[str, int] = {
    "ACCESS_DENIED": 403,
    "API_CONFIGURATION_ERROR": 500,
    "BAD_REQUEST_BODY": 400,
    "DEFAULT_5XX": 502,
    "EXPIRED_TOKEN": 403,
    "INTEGRATION_FAILURE": 500,
    "INTEGRATION_TIMEOUT": 504,
    "INVALID_SIGNATURE": 403,
    "MISSING_AUTHENTICATION_TOKEN": 403,
    "REQUEST_TOO_LARGE": 413,
    "THROTTLED": 429,
    "UNAUTHORIZED": 401,
}
_ERROR_TYPES: Mapping[str, str] = {
    "ACCESS_DENIED": "AccessDeniedException",
    "BAD_REQUEST_BODY": "BadRequestException",
    "EXPIRED_TOKEN": "ExpiredTokenException",
    "INVALID_SIGNATURE": "InvalidSignatureException",
    "MISSING_AUTHENTICATION_TOKEN": "MissingAuthenticationTokenException",
    "REQUEST_TOO_LARGE": "RequestTooLargeException",
    "THROTTLED": "TooManyRequestsException",
    "UNAUTHORIZED": "UnrecognizedClientException",
}
_DEFAULT_TEMPLATE = '{"message":$context.error.messageString}'
_VARIABLE = re.compile(r"\$(?:context\.)?([A-Za-z][A-Za-z0-9_.]*[A-Za-z0-9])")


def render_error(
    error: GatewayError, responses: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]
) -> HttpResponse:
    """Return the HTTP response for an error, using the API's gateway response for its type.

    Args:
        error: The error.
        responses: Deployed gateway responses by type.
        context: Values of the template's ``$context`` variables, by name without ``context.``.
    """
    fallback = "DEFAULT_4XX" if error.status < 500 else "DEFAULT_5XX"
    custom = responses.get(error.response_type) or responses.get(fallback) or {}
    values = {
        **context,
        "error.message": str(error),
        "error.messageString": json.dumps(str(error)),
        "error.responseType": error.response_type,
        "error.validationErrorString": error.validation,
    }
    template = (custom.get("responseTemplates") or {}).get("application/json", _DEFAULT_TEMPLATE)
    headers = [
        ("Content-Type", "application/json"),
        ("x-amzn-ErrorType", _ERROR_TYPES.get(error.response_type, "InternalServerErrorException")),
    ]
    for name, value in (custom.get("responseParameters") or {}).items():
        if name.startswith("gatewayresponse.header."):
            headers.append((name.removeprefix("gatewayresponse.header."), _parameter(value, values)))
    status = int(custom.get("statusCode") or error.status)
    return HttpResponse(status, _render(template, values).encode(), headers)


def _render(template: str, values: Mapping[str, str]) -> str:
    def replace(match: re.Match[str]) -> str:
        name = match[1]
        value = values.get(name, "")
        return (
            value
            if name.endswith("String") and name != "error.validationErrorString"
            else json.dumps(value)[1:-1]
        )

    return _VARIABLE.sub(replace, template)


def _parameter(value: str, values: Mapping[str, str]) -> str:
    if value.startswith("'"):
        return value.strip("'")
    return values.get(value.removeprefix("context."), "")
