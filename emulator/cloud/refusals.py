"""Render errors in each protocol's wire format, so that SDKs raise AWS's error codes."""

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape

from emulator.cloud.calls import CBOR
from emulator.cloud.http_server import HttpResponse

_REQUEST_ID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error returned before the operation runs; `code` as in JSON protocols."""

    code: str
    message: str


_QUERY_CODES = {
    "AccessDeniedException": "AccessDenied",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "IncompleteSignatureException": "IncompleteSignature",
    "UnknownOperationException": "InvalidAction",
}
_EC2_CODES = {"AccessDeniedException": "UnauthorizedOperation", "UnrecognizedClientException": "AuthFailure"}


def render(refusal: Refusal, service: str, protocol: str) -> HttpResponse:
    """Return the error response of `service` in `protocol` (see `calls.Call`)."""
    if protocol == "query":
        return _query(_query_code(refusal.code, service), refusal.message)
    if protocol == "ec2":
        return _ec2(_EC2_CODES.get(refusal.code, refusal.code), refusal.message)
    if protocol == CBOR:
        return _cbor(refusal)
    if protocol.startswith("rest-"):
        headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", refusal.code)]
        return HttpResponse(403, json.dumps({"Message": refusal.message}).encode(), headers)
    return _json(refusal, service)


def _json(refusal: Refusal, service: str) -> HttpResponse:
    headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-RequestId", _REQUEST_ID)]
    if service == "sqs":  # SQS kept its query protocol error codes in the JSON protocol
        headers.append(("x-amzn-query-error", f"{_query_code(refusal.code, service)};Sender"))
    body = {"__type": f"com.amazon.coral.service#{refusal.code}", "message": refusal.message}
    return HttpResponse(400, json.dumps(body).encode(), headers)


def _query_code(code: str, service: str) -> str:
    if service == "sns" and code == "AccessDeniedException":
        return "AuthorizationError"
    return _QUERY_CODES.get(code, code)


def _query(code: str, message: str) -> HttpResponse:
    body = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        f"</Error><RequestId>{_REQUEST_ID}</RequestId></ErrorResponse>"
    )
    return HttpResponse(403, body.encode(), [("Content-Type", "text/xml")])


def _ec2(code: str, message: str) -> HttpResponse:
    body = (
        f"<Response><Errors><Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error></Errors>"
        f"<RequestID>{_REQUEST_ID}</RequestID></Response>"
    )
    return HttpResponse(403, body.encode(), [("Content-Type", "text/xml")])


def _cbor(refusal: Refusal) -> HttpResponse:
    def text(value: str) -> bytes:
        raw = value.encode()
        return b"\x79" + len(raw).to_bytes(2, "big") + raw  # major type 3 with a two-byte length

    body = b"\xa2" + text("__type") + text(refusal.code) + text("message") + text(refusal.message)
    headers = [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
    return HttpResponse(400, body, headers)
