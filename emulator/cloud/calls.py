"""Parse AWS requests into operations, using botocore's service models."""

import functools
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from botocore.model import OperationNotFoundError
from moto.core.request import Request
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from emulator.cloud.http_server import HttpRequest

_MODEL_OF_SIGNING_NAME = {"monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi"}
_MODEL_OF_TARGET = {"DynamoDBStreams_20120810": "dynamodbstreams"}
CBOR = "smithy-rpc-v2-cbor"
OPERATION = "emulator.operation"
"""Key in a moto request's environment that holds the operation."""
FORMS = frozenset({"query", "ec2"})
"""Protocols with form-encoded requests, whose parameter `Action` is the operation."""


class UnknownOperationError(Exception):
    """The request does not name an operation of its service."""


@dataclass(frozen=True)
class Call:
    """One AWS API call: `service` as botocore names it, `protocol` as on the wire."""

    service: str
    operation: str
    protocol: str
    request: HttpRequest

    @functools.cached_property
    def content(self) -> dict[str, Any]:
        """The JSON body, limited to members of the operation's input; empty if there is none."""
        try:
            content = json.loads(self.request.body or b"{}")
        except ValueError:
            return {}
        if not isinstance(content, dict):
            return {}
        taken = _members(self.service, self.operation)
        return {name: value for name, value in content.items() if name in taken}

    @functools.cached_property
    def form(self) -> Mapping[str, str]:
        """The parameters of a form-encoded request."""
        return _form(self.request)


class LoopbackRequest(Request):
    """A request in the shape that moto's response classes expect."""

    from_wsgi_server = True


def as_moto_request(request: HttpRequest) -> LoopbackRequest:
    """Convert a request for moto's response classes and its WSGI applications (`.environ`)."""
    environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(request.path, "latin-1"),
        "QUERY_STRING": request.query,
        "RAW_URI": request.target,
        "REQUEST_URI": request.target,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.client_address,
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            environ[key] = value
        elif key not in {"CONTENT_LENGTH", "TRANSFER_ENCODING"}:
            environ[f"HTTP_{key}"] = value
    return LoopbackRequest(environ)


def read_call(request: HttpRequest, signing_name: str) -> Call:
    """Return the operation of a request signed for `signing_name`.

    Raises:
        UnknownOperationError: The service or operation does not exist, or the request names several.
    """
    target = request.headers.get("x-amz-target")
    if target:
        prefix, _, operation = target.partition(".")
        service = _MODEL_OF_TARGET.get(prefix, _MODEL_OF_SIGNING_NAME.get(signing_name, signing_name))
        if _model_protocol(service) in FORMS:
            raise UnknownOperationError(f"{service} takes forms, which name their operation themselves")
        return Call(service, operation, "json", request)
    service = _MODEL_OF_SIGNING_NAME.get(signing_name, signing_name)
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return Call(service, request.path.rpartition("/")[2], CBOR, request)
    protocol = _model_protocol(service)
    if protocol.startswith("rest-"):
        return Call(service, _rest_operation(service, request), protocol, request)
    action = _form(request).get("Action")
    if not action:
        raise UnknownOperationError(f"the request to {service} names no operation")
    return Call(service, action, protocol if protocol in FORMS else "query", request)


def _form(request: HttpRequest) -> dict[str, str]:
    """Return the parameters of a form.

    Raises:
        UnknownOperationError: A parameter is repeated, or both body and URL have parameters: parsers would
            disagree on which one counts.
    """
    body = request.body.decode("utf-8", "replace")
    pairs = parse_qsl(body or request.query, keep_blank_values=True)
    form = dict(pairs)
    if len(form) < len(pairs) or (body and request.query):
        raise UnknownOperationError("a parameter is given twice, or body and URL both hold parameters")
    return form


@functools.cache
def _members(service: str, operation: str) -> frozenset[str]:
    """Return the wire names of an operation's input members; empty for an unknown operation."""
    try:
        shape = get_service_model(service).operation_model(operation).input_shape
    except OperationNotFoundError:
        return frozenset()
    members = shape.members.items() if shape else ()
    return frozenset(each.serialization.get("name", name) for name, each in members)


@functools.cache
def _model_protocol(service: str) -> str:
    try:
        return str(get_service_model(service).metadata["protocol"])
    except Exception as error:
        raise UnknownOperationError(f"there is no AWS service {service}") from error


def _rest_operation(service: str, request: HttpRequest) -> str:
    try:
        operation, _ = get_service_router(service).match(as_moto_request(request))
    except (NotFound, NotImplementedError) as error:
        raise UnknownOperationError(
            f"{service} has no operation at {request.method} {request.path}"
        ) from error
    return str(operation.name)
