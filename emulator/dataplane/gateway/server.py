"""Serve the deployed stages over HTTP at ``/execute-api/{api id}/{stage}/...``."""

import base64
import json
import logging
import secrets
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import UTC, datetime
from typing import Any

from emulator.cloud.account import MOTO_LOCK
from emulator.cloud.authorization.requirements import execute_api_arn
from emulator.cloud.http_server import HttpRequest, HttpResponse
from emulator.cloud.identities import Identities
from emulator.cloud.repairs.deployments import ApiSnapshot, DeployedStage, find_stage
from emulator.cloud.taps import measure
from emulator.dataplane.gateway.errors import GatewayError, render_error
from emulator.dataplane.gateway.identity import authenticate, authorise
from emulator.dataplane.gateway.proxy import MalformedResponseError, ProxyRequest, proxy_event, proxy_response
from emulator.dataplane.gateway.routes import Route, RouteTable
from emulator.dataplane.gateway.throttle import Throttle, limits
from emulator.dataplane.gateway.validation import validate_body
from emulator.dataplane.lambda_service import (
    FunctionCall,
    LambdaService,
    NoFunctionError,
    TooManyRequestsError,
    permission_refusal,
)
from emulator.dataplane.tracing import TraceHeader, Traces, continue_trace, new_segment_id
from emulator.runtime.outcome import Outcome

log = logging.getLogger(__name__)

PREFIX = "execute-api"
SERVICE = "apigateway.amazonaws.com"
MAXIMUM_BODY_BYTES = 10 * 1024 * 1024


class Gateway:
    """Serves deployed stages.

    Args:
        identities: The valid access keys.
        service: Invokes functions.
        traces: Records the stage's segments.
    """

    def __init__(self, identities: Identities, service: LambdaService, traces: Traces) -> None:
        self._identities = identities
        self._service = service
        self._traces = traces
        self._throttle = Throttle()
        self._tables: dict[int, tuple[ApiSnapshot, RouteTable]] = {}

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        received_at = datetime.now(UTC)
        parts = request.path.split("/", 4)
        stage = None
        if len(parts) >= 4 and parts[1] == PREFIX:
            with MOTO_LOCK:
                stage = find_stage(parts[2], parts[3])
        if stage is None:
            return HttpResponse(403, b'{"message":"Forbidden"}', [("x-amzn-ErrorType", "ForbiddenException")])
        path = f"/{parts[4]}" if len(parts) == 5 else "/"
        exchange = _Exchange(request, stage, path, received_at)
        try:
            response = self._answer(exchange)
        except GatewayError as error:
            response = render_error(error, stage.snapshot.responses, exchange.context())
        self._record(exchange, response)
        _measure(exchange, response.status)
        return HttpResponse(
            response.status,
            response.body,
            [
                *response.headers,
                ("x-amzn-RequestId", exchange.request_id),
                ("x-amz-apigw-id", exchange.extended_request_id),
                ("X-Amzn-Trace-Id", TraceHeader(exchange.trace.root, "", exchange.trace.sampled).render()),
            ],
        )

    def _answer(self, exchange: "_Exchange") -> HttpResponse:
        request, stage = exchange.request, exchange.stage
        match = self._routes(stage.snapshot).find(request.method, exchange.path)
        if match is None:  # API Gateway's message for an unknown path
            raise GatewayError("MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token")
        route = exchange.route = match.route
        session = None
        if route.authorization == "AWS_IAM":
            session = authenticate(request, self._identities)
            authorise(session, stage, request.method, exchange.path)
        elif route.authorization != "NONE":
            raise GatewayError("API_CONFIGURATION_ERROR", "Internal server error")
        rate, burst = limits(stage.method_settings, route.resource_path, route.method)
        self._throttle.take(
            f"{stage.api_id}/{stage.stage_name}{route.resource_path}/{route.method}", rate, burst
        )
        if len(request.body) > MAXIMUM_BODY_BYTES:
            raise GatewayError("REQUEST_TOO_LARGE", "Request Too Long")
        validate_body(request.body, request.headers.get("content-type", ""), route.schemas)
        proxied = ProxyRequest(
            request=request,
            stage=stage,
            match=match,
            path=exchange.path,
            request_id=exchange.request_id,
            extended_request_id=exchange.extended_request_id,
            trace_header=exchange.trace.under(exchange.segment_id).render(),
            received_at=exchange.received_at,
            session=session,
        )
        return self._integrate(proxied, route)

    def _integrate(self, proxied: ProxyRequest, route: Route) -> HttpResponse:
        if route.integration_type != "AWS_PROXY" or not route.function_arn:
            log.error("%s %s: only Lambda proxy integrations are served", route.method, route.resource_path)
            raise GatewayError("API_CONFIGURATION_ERROR", "Internal server error")
        source = execute_api_arn(
            proxied.stage.api_id, proxied.stage.stage_name, route.method, route.source_path
        )
        refusal = permission_refusal(SERVICE, route.function_arn, source)
        if refusal is not None:
            log.error("%s %s: %s", route.method, route.resource_path, refusal.message)
            raise GatewayError("API_CONFIGURATION_ERROR", "Internal server error")
        call = FunctionCall(
            route.function_arn,
            json.dumps(proxy_event(proxied)).encode(),
            proxied.trace_header,
            str(uuid.uuid4()),
        )
        outcome = self._invoke(call, route.timeout_seconds)
        if outcome.failed:
            raise GatewayError("DEFAULT_5XX", "Internal server error")
        try:
            return proxy_response(outcome.payload)
        except MalformedResponseError as error:
            log.error("%s: malformed proxy response: %s", route.function_arn, error)  # noqa: TRY400
            raise GatewayError("DEFAULT_5XX", "Internal server error") from error

    def _invoke(self, call: FunctionCall, timeout_seconds: float) -> Outcome:
        try:
            return _within(timeout_seconds, lambda: self._service.invoke(call))
        except FutureTimeoutError as error:
            raise GatewayError("INTEGRATION_TIMEOUT", "Endpoint request timed out") from error
        except TooManyRequestsError as error:
            # API Gateway does not pass on the 429 of a throttled function.
            raise GatewayError("INTEGRATION_FAILURE", "Internal server error") from error
        except NoFunctionError as error:
            raise GatewayError("API_CONFIGURATION_ERROR", "Internal server error") from error

    def _routes(self, snapshot: ApiSnapshot) -> RouteTable:
        known = self._tables.get(id(snapshot))
        if known is None or known[0] is not snapshot:
            known = self._tables[id(snapshot)] = (snapshot, RouteTable(snapshot))
        return known[1]

    def _record(self, exchange: "_Exchange", response: HttpResponse) -> None:
        if exchange.stage.tracing_enabled and exchange.trace.sampled:
            self._traces.record(exchange.segment(response.status))


def _within(seconds: float, work: Callable[[], Outcome]) -> Outcome:
    """Run `work` in its own thread and return its result, with a timeout."""
    result: Future[Outcome] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits
            result.set_exception(error)

    threading.Thread(target=run, name="integration", daemon=True).start()
    return result.result(seconds)


def _measure(exchange: "_Exchange", status: int) -> None:
    dimensions = {"ApiName": exchange.stage.api_name, "Stage": exchange.stage.stage_name}
    latency = (datetime.now(UTC) - exchange.received_at).total_seconds() * 1000
    values = {"Count": 1, "4XXError": 400 <= status < 500, "5XXError": status >= 500, "Latency": latency}
    for name, value in values.items():
        measure("AWS/ApiGateway", name, dimensions, value)


class _Exchange:
    """A request with its ids, trace and segment."""

    def __init__(self, request: HttpRequest, stage: DeployedStage, path: str, received_at: datetime) -> None:
        self.request = request
        self.stage = stage
        self.path = path
        self.received_at = received_at
        self.request_id = str(uuid.uuid4())
        self.extended_request_id = base64.b64encode(secrets.token_bytes(11)).decode()
        self.trace = continue_trace(request.headers.get("x-amzn-trace-id", ""))
        self.segment_id = new_segment_id()
        self.route: Route | None = None

    def context(self) -> dict[str, str]:
        """Return the ``$context`` variables for gateway response templates."""
        return {
            "apiId": self.stage.api_id,
            "stage": self.stage.stage_name,
            "requestId": self.request_id,
            "extendedRequestId": self.extended_request_id,
            "httpMethod": self.request.method,
            "path": f"/{self.stage.stage_name}{self.path}",
            "resourcePath": self.route.resource_path if self.route else "",
            "identity.sourceIp": self.request.client_address,
            "requestTimeEpoch": str(int(self.received_at.timestamp() * 1000)),
            "xrayTraceId": self.trace.root,
        }

    def segment(self, status: int) -> dict[str, Any]:
        """Return the stage's segment document."""
        segment: dict[str, Any] = {
            "trace_id": self.trace.root,
            "id": self.segment_id,
            "name": f"{self.stage.api_name}/{self.stage.stage_name}",
            "start_time": self.received_at.timestamp(),
            "end_time": datetime.now(UTC).timestamp(),
            "origin": "AWS::ApiGateway::Stage",
            "http": {
                "request": {"method": self.request.method, "url": self.path},
                "response": {"status": status},
            },
            "aws": {"api_gateway": {"rest_api_id": self.stage.api_id, "stage": self.stage.stage_name}},
            "error": 400 <= status < 500,
            "throttle": status == 429,
            "fault": status >= 500,
        }
        if self.trace.parent:
            segment["parent_id"] = self.trace.parent
        return segment
