"""The endpoint of the AWS APIs: authenticate and authorize each request, then pass it to moto."""

import logging
import time
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from emulator.cloud import taps
from emulator.cloud.account import MOTO_LOCK
from emulator.cloud.authorization.authoriser import authorise
from emulator.cloud.calls import Call, UnknownOperationError, read_call
from emulator.cloud.chaos import Chaos
from emulator.cloud.chaotic_calls import ChaoticCalls
from emulator.cloud.faults import Faults
from emulator.cloud.http_server import MAXIMUM_BODY_BYTES, HttpRequest, HttpResponse
from emulator.cloud.identities import NOBODY, Caller, CallerKind, Identities
from emulator.cloud.journal import Journal
from emulator.cloud.meter import Meter
from emulator.cloud.monitoring.sources import measure_call
from emulator.cloud.moto_front import MotoFront
from emulator.cloud.refusals import Refusal, render
from emulator.cloud.signature import (
    IncompleteSignatureError,
    MissingTokenError,
    SignatureClaim,
    WrongSignatureError,
    read_claim,
    verify,
)
from emulator.cloud.taps import ControlCall

log = logging.getLogger(__name__)

Answer = Callable[[Caller, Call], HttpResponse]
_READS = ("BatchGet", "Describe", "Get", "List", "Query", "Scan")


class Endpoint:
    """Handles each request to the AWS APIs.

    Args:
        identities: The valid access keys.
        moto: Answers authorized calls.
        own: Handlers that replace moto's, by service and operation.
        run_directory: Holds the fault orders and the journals of control calls and usage.
        chaos: Decides which faults strike calls from functions.
    """

    def __init__(
        self,
        identities: Identities,
        moto: MotoFront,
        own: Mapping[tuple[str, str], Answer],
        run_directory: Path,
        chaos: Chaos,
    ) -> None:
        self._identities = identities
        self._moto = moto
        self._own = own
        self._faults = Faults(run_directory)
        self._chaotic = ChaoticCalls(chaos)
        self._journal = Journal(run_directory)
        self._meter = Meter(run_directory)

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answer one request, or refuse it as AWS would."""
        try:
            claim = read_claim(request.headers)
        except MissingTokenError:
            return render(_missing_token(), "", "rest-json")
        except IncompleteSignatureError as error:
            return render(Refusal("IncompleteSignatureException", str(error)), "", "rest-json")
        try:
            call = read_call(request, claim.service)
        except UnknownOperationError as error:
            log.warning("%s", error)
            return render(Refusal("UnknownOperationException", str(error)), claim.service, "rest-json")
        caller, refusal = self._authenticate(request, claim)
        if refusal is None and unpacks_to_too_much(request):
            refusal = Refusal("RequestEntityTooLargeException", "The request's body unpacks to too much.")
        if refusal is None and caller.kind is not CallerKind.OPERATOR:
            with MOTO_LOCK:
                refusal = authorise(caller, call)
        if refusal is None:
            refusal = self._faults.meet(call, lambda: self._journal.note(call, "held"))
        if refusal is None:
            response = self._meter.answer(caller, call, lambda: self._struck(claim, caller, call))
        else:
            response = render(refusal, call.service, call.protocol)
        if caller.kind is CallerKind.OPERATOR and not call.operation.startswith(_READS):
            self._journal.note(call, response.status)
        return response

    def _struck(self, claim: SignatureClaim, caller: Caller, call: Call) -> HttpResponse:
        """Answer a call, injecting faults if a function made it."""
        began = time.monotonic()
        if caller.source_function_arn:
            response = self._chaotic.answer(claim.access_key_id, call, lambda: self._answer(caller, call))
        else:
            response = self._answer(caller, call)
        measure_call(call, response, time.monotonic() - began)
        return response

    def _answer(self, caller: Caller, call: Call) -> HttpResponse:
        own = self._own.get((call.service, call.operation))
        if own is not None:
            return own(caller, call)
        response = self._moto.answer(call)
        if not call.operation.startswith(_READS):
            taps.control_called.tell(ControlCall(call.service, call.operation))
        return response

    def _authenticate(self, request: HttpRequest, claim: SignatureClaim) -> tuple[Caller, Refusal | None]:
        session = self._identities.find(claim.access_key_id)
        if session is None or session.session_token != request.headers.get("x-amz-security-token", ""):
            return NOBODY, Refusal(
                "UnrecognizedClientException", "The security token included in the request is invalid."
            )
        try:
            verify(request, claim, session.secret_access_key, datetime.now(UTC))
        except WrongSignatureError as error:
            return NOBODY, Refusal("InvalidSignatureException", str(error))
        return session.caller, None


def unpacks_to_too_much(request: HttpRequest) -> bool:
    """Return whether a compressed body exceeds the size limit once decompressed, as moto would do."""
    if request.headers.get("content-encoding", "").lower() != "gzip":
        return False
    packed, size = request.body, 0
    try:
        while packed and size <= MAXIMUM_BODY_BYTES:  # a gzip file may have several members
            stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            size += len(stream.decompress(packed, MAXIMUM_BODY_BYTES + 1 - size))
            packed = stream.unused_data
    except zlib.error:
        return False  # moto reports the error
    return size > MAXIMUM_BODY_BYTES


def _missing_token() -> Refusal:
    return Refusal("MissingAuthenticationTokenException", "Missing Authentication Token")
