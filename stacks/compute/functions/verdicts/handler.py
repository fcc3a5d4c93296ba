"""Lambda handler of people's decisions.

`PUT /transactions/{transaction_id}/verdict`, `PUT /controls`, `PUT /rules`, `PUT /approvals`:

| status | when |
|---|---|
| 200 | recorded, or unchanged and nothing was written |
| 202 | waits for a second person's approval |
| 400 | not JSON, or fields are missing or wrong: all of them are listed |
| 403 | no signing identity, or the requester approves their own change |
| 404 | there is no transaction or pending change with this id |
| 409 | the current rules are not those to be replaced, or somebody else has approved |
| 413 | more than 32 KB, for rules 160 KB |
| 500 | internal error, without details |
| 503 | busy; see Retry-After |
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
from stacks.compute.functions.verdicts.adapters import (
    ChangesTable,
    DynamoTables,
    TableNames,
    create_dynamodb,
)
from stacks.compute.functions.verdicts.changing import Changing
from stacks.compute.functions.verdicts.ports import BusyError, RefusedByTableError
from stacks.compute.functions.verdicts.request import read_request
from stacks.compute.functions.verdicts.ruling import Ruling
from stacks.compute.functions.verdicts.settings import VerdictsSettings

_RETRY_AFTER_SECONDS: Final = 1
_UNSURE: Final = "It may or may not be recorded; sending it again is safe."

_Answering = Callable[[Mapping[str, Any], Segment, Logger, Callable[[], int]], tuple[int, dict[str, Any]]]


class VerdictsService:
    """Serves requests, with injected dependencies.

    Args:
        ruling: Records verdicts.
        changing: Records changes of lists, snoozes and rules.
        log: Logger.
    """

    def __init__(self, ruling: Ruling, changing: Changing, log: Logger) -> None:
        self._ruling = ruling
        self._log = log
        self._routes: Mapping[str, tuple[str, _Answering]] = {
            "/transactions/{transaction_id}/verdict": ("record-verdict", self._verdict),
            "/controls": ("record-controls", changing.controls),
            "/rules": ("record-rules", changing.rules),
            "/approvals": ("record-approval", changing.approve),
        }

    def respond(self, event: Mapping[str, Any], remaining: Callable[[], int]) -> dict[str, Any]:
        """Return the response to a proxy integration event; never raises."""
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
        name, answering = self._routes[event["resource"]]
        with Segment(name, trace, own_trace=True) as segment:
            status, recorded = answering(event, segment, log, remaining)
        return answer(status, {**recorded, "trace_id": trace.trace_id})

    def _verdict(
        self, event: Mapping[str, Any], segment: Segment, log: Logger, remaining: Callable[[], int]
    ) -> tuple[int, dict[str, Any]]:
        request = read_request(event)
        log = log.bind(transaction_id=request.transaction_id)
        segment.annotate(transaction_id=request.transaction_id, verdict=request.verdict)
        return 200, self._ruling.give(request, segment, log, remaining)


@cache
def service() -> VerdictsService:
    """Return the process's service, built once."""
    settings = VerdictsSettings.read(os.environ)
    names = TableNames(settings.transactions_table, settings.alerts_table, settings.profiles_table)
    dynamodb = create_dynamodb()
    ruling = Ruling(DynamoTables(dynamodb, names), settings)
    changing = Changing(ChangesTable(dynamodb, settings.profiles_table), settings.limits)
    return VerdictsService(ruling, changing, Logger("verdicts", settings.common.log_level))


def handle(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Answer an API request."""
    return service().respond(event, context.get_remaining_time_in_millis)


build_while_initialising(service)
