"""Inject faults into functions' AWS API calls: refuse, fail after the effect, cut off, kill the caller."""

from collections.abc import Callable
from dataclasses import replace

from emulator.cloud import taps
from emulator.cloud.calls import Call
from emulator.cloud.chaos import Chaos, Strike
from emulator.cloud.http_server import ConnectionCutError, HttpResponse
from emulator.cloud.refusals import Refusal, render

_THROTTLED = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "sns": "Throttled",
    "sqs": "RequestThrottled",
}
_MAIL = "sns:Publish"
_TABLES = "dynamodb"
_WRITES = frozenset({"dynamodb:UpdateItem", "dynamodb:PutItem", "dynamodb:TransactWriteItems"})
_UNAVAILABLE = Refusal("InternalFailure", "struck by chaos")


class ChaoticCalls:
    """Answers calls from functions, subject to faults.

    Args:
        chaos: Decides which faults strike.
    """

    def __init__(self, chaos: Chaos) -> None:
        self._chaos = chaos
        self._after_a_mail: set[str] = set()

    def answer(self, access_key_id: str, call: Call, answer: Callable[[], HttpResponse]) -> HttpResponse:
        """Return the response that the caller receives.

        Raises:
            ConnectionCutError: The caller receives no response.
        """
        plan = self._chaos.plan
        if plan is None:
            self._after_a_mail.discard(access_key_id)
            return answer()
        place, content = f"{call.service}:{call.operation}", call.request.target.encode() + call.request.body
        if access_key_id in self._after_a_mail:
            response = answer()
            if place in _WRITES and response.status < 300:
                self._after_a_mail.discard(access_key_id)
            return response
        refusal = self._before(access_key_id, call, place, content)
        if refusal is not None:
            return refusal
        response = answer()
        if place == _MAIL and plan.spares_mails:
            self._after_a_mail.add(access_key_id)
            return response
        return self._after(access_key_id, call, place, content) or response

    def _before(self, access_key_id: str, call: Call, place: str, content: bytes) -> HttpResponse | None:
        strikes = self._chaos.strikes
        if place == _MAIL and self._chaos.outage(Strike.TOPIC_UNREACHABLE, place, content):
            return _unavailable(call)
        if call.service == _TABLES and self._chaos.outage(Strike.TABLES_UNREACHABLE, _TABLES, content):
            return _unavailable(call)
        if strikes(Strike.CALL_THROTTLED, place, content):
            code = _THROTTLED.get(call.service, "ThrottlingException")
            return render(Refusal(code, "struck by chaos"), call.service, call.protocol)
        if strikes(Strike.CALL_REFUSED, place, content):
            return _unavailable(call)
        if strikes(Strike.CALL_CUT_BEFORE, place, content):
            raise ConnectionCutError
        if strikes(Strike.CRASH_BEFORE, place, content):
            taps.crash_ordered.tell(access_key_id)
            raise ConnectionCutError
        return None

    def _after(self, access_key_id: str, call: Call, place: str, content: bytes) -> HttpResponse | None:
        strikes = self._chaos.strikes
        if strikes(Strike.CALL_FAILED_AFTER, place, content):
            return _unavailable(call)
        if strikes(Strike.CALL_CUT_AFTER, place, content):
            raise ConnectionCutError
        if strikes(Strike.CRASH_AFTER, place, content):
            taps.crash_ordered.tell(access_key_id)
            raise ConnectionCutError
        return None


def _unavailable(call: Call) -> HttpResponse:
    return replace(render(_UNAVAILABLE, call.service, call.protocol), status=500)
