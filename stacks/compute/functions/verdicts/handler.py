"""Lambda handler of `PUT /transactions/{transaction_id}/verdict`: read, check, record once, answer.

| status | when |
|---|---|
| 200 | recorded, or the same verdict again: then nothing was written |
| 400 | not JSON, or fields are missing or wrong: all of them are listed |
| 403 | the gateway names no identity |
| 404 | no transaction has this id, or none any more |
| 413 | more than 32 KB |
| 500 | our fault; nothing else is said |
| 503 | not now; Retry-After says when to come back |
"""

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from shared.runtime.invocation import Context, build_while_initialising
from shared.runtime.logs import Logger, where_raised
from shared.runtime.responses import Refused, answer
from shared.runtime.tracing import Segment, TraceContext, invocation_trace
from stacks.compute.functions.detector.scoring import ProfileError
from stacks.compute.functions.verdicts.adapters import DynamoTables, TableNames, create_dynamodb
from stacks.compute.functions.verdicts.ports import BusyError, RefusedByTableError
from stacks.compute.functions.verdicts.request import read_request
from stacks.compute.functions.verdicts.ruling import Ruling
from stacks.compute.functions.verdicts.settings import VerdictsSettings

_RETRY_AFTER_SECONDS: Final = 1
_UNSURE: Final = "The verdict may or may not be recorded; sending it again is safe."


class VerdictsService:
    """What the handler does, with all that it needs given to it.

    Args:
        ruling: Records verdicts.
        log: Where to log.
    """

    def __init__(self, ruling: Ruling, log: Logger) -> None:
        self._ruling = ruling
        self._log = log

    def respond(self, event: Mapping[str, Any], remaining: Callable[[], int]) -> dict[str, Any]:
        """Return the answer to a proxy integration event; no fault leaves this method as an exception."""
        trace = invocation_trace()
        log = self._log.bind(trace_id=trace.trace_id)
        try:
            return self._record(event, trace, log, remaining)
        except Refused as refused:
            log.warning(
                "refused",
                status=refused.status,
                error=refused.error,
                fields=[problem.field for problem in refused.fields],
            )
            return refused.answer(trace.trace_id)
        except BusyError as error:
            log.warning("not recorded now", reason=str(error))
            busy = Refused(503, "busy", _UNSURE, retry_after_seconds=_RETRY_AFTER_SECONDS)
            return busy.answer(trace.trace_id)
        except (RefusedByTableError, ProfileError) as error:
            log.failure("not recorded", reason=str(error))
        except Exception as error:  # noqa: BLE001 - the last resort: the caller learns nothing of our inside
            log.failure("failed", error=type(error).__name__, where=where_raised(error))
        return Refused(500, "internal_error", _UNSURE).answer(trace.trace_id)

    def _record(
        self, event: Mapping[str, Any], trace: TraceContext, log: Logger, remaining: Callable[[], int]
    ) -> dict[str, Any]:
        request = read_request(event)
        log = log.bind(transaction_id=request.transaction_id)
        with Segment("record-verdict", trace, own_trace=True) as segment:
            segment.annotate(transaction_id=request.transaction_id, verdict=request.verdict)
            recorded = self._ruling.give(request, segment, log, remaining)
        return answer(200, {**recorded, "trace_id": trace.trace_id})


@cache
def service() -> VerdictsService:
    """Return the service of this process, built once."""
    settings = VerdictsSettings.read(os.environ)
    names = TableNames(settings.transactions_table, settings.alerts_table, settings.profiles_table)
    ruling = Ruling(DynamoTables(create_dynamodb(), names), settings)
    return VerdictsService(ruling, Logger("verdicts", settings.common.log_level))


def handle(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Answer one request of the API."""
    return service().respond(event, context.get_remaining_time_in_millis)


build_while_initialising(service)
