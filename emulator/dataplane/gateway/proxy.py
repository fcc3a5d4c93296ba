"""The Lambda proxy integration: request events and function responses.

Source: "Lambda proxy integrations in API Gateway", input and output format, in the API Gateway developer
guide.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from emulator.cloud.account import ACCOUNT_ID
from emulator.cloud.http_server import HttpRequest, HttpResponse
from emulator.cloud.identities import Session
from emulator.cloud.repairs.deployments import DeployedStage
from emulator.dataplane.gateway.routes import RouteMatch

_NOT_FORWARDED = frozenset(
    {"authorization", "connection", "content-length", "expect", "x-amz-security-token", "x-amzn-trace-id"}
)


class MalformedResponseError(Exception):
    """The function's response is not in the proxy output format; the message says why."""


@dataclass(frozen=True, slots=True)
class ProxyRequest:
    """A validated request; `path` is relative to the stage."""

    request: HttpRequest
    stage: DeployedStage
    match: RouteMatch
    path: str
    request_id: str
    extended_request_id: str
    trace_header: str
    received_at: datetime
    session: Session | None


def proxy_event(proxied: ProxyRequest) -> dict[str, Any]:
    """Return the function's event, in payload format 1.0."""
    headers = _forwarded_headers(proxied)
    query = parse_qsl(proxied.request.query, keep_blank_values=True)
    body, encoded = _body(proxied.request.body)
    return {
        "resource": proxied.match.route.resource_path,
        "path": proxied.path,
        "httpMethod": proxied.request.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _grouped(query) or None,
        "pathParameters": dict(proxied.match.path_parameters) or None,
        "stageVariables": proxied.stage.variables or None,
        "requestContext": _request_context(proxied),
        "body": body,
        "isBase64Encoded": encoded,
    }


def _forwarded_headers(proxied: ProxyRequest) -> dict[str, list[str]]:
    raw = proxied.request.raw_headers
    headers = _grouped([(name, value) for name, value in raw if name.lower() not in _NOT_FORWARDED])
    headers["X-Amzn-Trace-Id"] = [proxied.trace_header]
    headers["X-Forwarded-For"] = [proxied.request.client_address]
    headers["X-Forwarded-Port"] = ["443"]
    headers["X-Forwarded-Proto"] = ["https"]
    return headers


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


def _body(body: bytes) -> tuple[str | None, bool]:
    if not body:
        return None, False
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), True


def _request_context(proxied: ProxyRequest) -> dict[str, Any]:
    stage, route = proxied.stage, proxied.match.route
    return {
        "accountId": ACCOUNT_ID,
        "apiId": stage.api_id,
        "deploymentId": stage.deployment_id,
        "domainName": proxied.request.headers.get("host", ""),
        "domainPrefix": stage.api_id,
        "extendedRequestId": proxied.extended_request_id,
        "httpMethod": proxied.request.method,
        "identity": _identity(proxied),
        "path": f"/{stage.stage_name}{proxied.path}",
        "protocol": "HTTP/1.1",
        "requestId": proxied.request_id,
        "requestTime": proxied.received_at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(proxied.received_at.astimezone(UTC).timestamp() * 1000),
        "resourceId": route.resource_id,
        "resourcePath": route.resource_path,
        "stage": stage.stage_name,
    }


def _identity(proxied: ProxyRequest) -> dict[str, str | None]:
    session = proxied.session
    return {
        "accessKey": session.access_key_id if session else None,
        "accountId": ACCOUNT_ID if session else None,
        "caller": session.access_key_id if session else None,
        "cognitoAuthenticationProvider": None,
        "cognitoAuthenticationType": None,
        "cognitoIdentityId": None,
        "cognitoIdentityPoolId": None,
        "principalOrgId": None,
        "sourceIp": proxied.request.client_address,
        "user": session.access_key_id if session else None,
        "userAgent": proxied.request.headers.get("user-agent"),
        "userArn": session.caller.arn if session else None,
    }


def proxy_response(payload: bytes) -> HttpResponse:
    """Return the HTTP response for a function's response.

    Raises:
        MalformedResponseError: The function's response is not in the proxy output format.
    """
    try:
        answer = json.loads(payload)
    except ValueError as error:
        raise MalformedResponseError("it is not JSON") from error
    if not isinstance(answer, dict):
        raise MalformedResponseError("it is not an object")
    headers = _response_headers(answer)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    return HttpResponse(_status(answer), _response_body(answer), headers)


def _status(answer: Mapping[str, Any]) -> int:
    try:
        status = int(answer["statusCode"])
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedResponseError("statusCode is missing or no number") from error
    if not 100 <= status <= 599:
        raise MalformedResponseError("statusCode is none of HTTP's")
    return status


def _response_headers(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    single, multiple = answer.get("headers") or {}, answer.get("multiValueHeaders") or {}
    if not isinstance(single, dict) or not isinstance(multiple, dict):
        raise MalformedResponseError("headers is not an object")
    pairs = [(name, value) for name, values in multiple.items() for value in values]
    pairs += [(name, value) for name, value in single.items() if name not in multiple]
    if any(isinstance(value, dict | list) for _, value in pairs):
        raise MalformedResponseError("a header's value is not text")
    return [(name, _header_text(value)) for name, value in pairs]


def _header_text(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text.replace("\r", " ").replace("\n", " ")


def _response_body(answer: Mapping[str, Any]) -> bytes:
    body = answer.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedResponseError("body is not text")
    if not answer.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise MalformedResponseError("body is not base64") from error
