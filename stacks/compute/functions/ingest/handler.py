"""Lambda handler of `POST /transactions`, for a transaction or an array of transactions.

| status | when |
|---|---|
| 201 | stored |
| 200 | the transaction was already stored; nothing was written |
| 207 | the results of an array differ; each has its own status |
| 400 | not JSON, or fields are missing or wrong: all of them are listed |
| 409 | a different transaction has this id and timestamp |
| 413 | more than 32 KB |
| 500 | internal error, without details |
| 503 | DynamoDB is busy; see Retry-After |
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from typing import Any, Final

from shared.requests.body import Body, read_bodies
from shared.requests.caller import caller_of
from shared.runtime.invocation import Context, build_while_initialising
from shared.runtime.logs import Logger, where_raised
from shared.runtime.pseudonym import pseudonym
from shared.runtime.responses import FieldProblem, Refused
from shared.runtime.schema import MAXIMUM_BATCH
from shared.runtime.tracing import Segment, TraceContext, invocation_trace
from stacks.compute.functions.ingest.adapters import (
    Outcome,
    TableBusyError,
    TableFailedError,
    TransactionsTable,
    create_dynamodb,
)
from stacks.compute.functions.ingest.results import Accepted, Result, answer_batch, answer_one
from stacks.compute.functions.ingest.settings import IngestSettings
from stacks.compute.functions.ingest.storing import Stored, Storing, Write
from stacks.compute.functions.ingest.transaction import item_of
from stacks.compute.functions.ingest.validation import TransactionValidator

_RETRY_AFTER_SECONDS: Final = 1
_UNSURE: Final = "The transaction may or may not be stored; sending it again is safe."


class IngestService:
    """Serves requests, with injected dependencies.

    Args:
        settings: The function's settings.
        table: The transactions table.
        clock: Returns the current time in epoch milliseconds.
        pause: Waits for a number of seconds.
    """

    def __init__(
        self,
        settings: IngestSettings,
        table: TransactionsTable,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._storing = Storing(table, pause)
        self._clock = clock
        self._log = Logger("ingest", settings.common.log_level)
        self._validator = TransactionValidator(
            accepted_age=timedelta(hours=settings.accepted_age_hours),
            accepted_future=timedelta(seconds=settings.accepted_future_seconds),
        )

    def respond(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return the response to a proxy integration event; never raises."""
        trace = invocation_trace()
        caller = caller_of(event)
        log = self._log.bind(trace_id=trace.trace_id, caller=caller)
        try:
            bodies = read_bodies(event, MAXIMUM_BATCH)
            if isinstance(bodies, Body):
                (result,) = self._results([bodies], trace, log, caller)
                return answer_one(result, trace.trace_id)
            results = self._results(bodies, trace, log, caller)
            log.info("batch", statuses=Counter(str(result.status) for result in results))
            return answer_batch(results, trace.trace_id)
        except Refused as refused:
            _log_refusal(log, refused)
            return refused.answer(trace.trace_id)
        except Exception as error:  # noqa: BLE001 - the last resort: the caller learns nothing of our inside
            log.failure("failed", error=type(error).__name__, where=where_raised(error))
            return Refused(500, "internal_error", _UNSURE).answer(trace.trace_id)

    def _results(
        self, bodies: Sequence[Body | None], trace: TraceContext, log: Logger, caller: str | None
    ) -> list[Result]:
        """Return the result of each transaction, in order and independent of the others."""
        now = self._clock()
        judged = [self._judge(body, now, trace, caller) for body in bodies]
        stored = iter(self._store([each for each in judged if isinstance(each, Write)], trace))
        results: list[Result] = []
        for index, each in enumerate(judged):
            about = log if len(bodies) == 1 else log.bind(index=index)
            if isinstance(each, Write):
                about = about.bind(transaction_id=each.item["transaction_id"])
                result = self._result(each, next(stored), about, alone=len(bodies) == 1)
            else:
                result = each
            if isinstance(result, Refused):
                _log_refusal(about, result)
            results.append(result)
        return results

    def _judge(self, body: Body | None, now: int, trace: TraceContext, caller: str | None) -> Write | Refused:
        """Return the write for a body, or its refusal."""
        if body is None:
            return Refused(400, "invalid_transaction", "The transaction is not a JSON object.")
        problems = self._validator.problems(body, now)
        # Too old to store, but it may have been stored by a request whose response was lost.
        late = problems == [self._validator.too_old]
        if problems and not late:
            return _invalid(problems)
        item = item_of(
            body.values,
            received_at=now,
            caller=caller,
            trace_header=trace.header,
            time_to_live_days=self._settings.transactions_time_to_live_days,
        )
        return Write(item, late)

    def _store(self, writes: Sequence[Write], trace: TraceContext) -> list[Stored]:
        if not writes:
            return []
        table = self._settings.transactions_table
        with Segment("store-transactions", trace, own_trace=True) as segment:
            stored = self._storing.write_all(
                writes, lambda: segment.call("DynamoDB", "PutItem", table_name=table)
            )
            if len(writes) == 1:
                segment.annotate(transaction_id=writes[0].item["transaction_id"])
            segment.annotate(transactions=len(writes), stored=stored.count(Outcome.STORED))
        return stored

    def _result(self, write: Write, stored: Stored, log: Logger, *, alone: bool) -> Result:
        """Return the result of a transaction after its write."""
        match stored:
            case TableBusyError():
                log.warning("table is busy", code=str(stored))
                return Refused(503, "busy", _UNSURE, retry_after_seconds=_RETRY_AFTER_SECONDS)
            case TableFailedError():
                log.failure("table refused the write", code=str(stored))
                return Refused(500, "internal_error", _UNSURE)
            case Outcome.ABSENT:
                problems = [self._validator.too_old]
                return Refused(
                    400, "invalid_transaction", "Some fields are missing or wrong.", fields=problems
                )
            case Outcome.DIFFERENT:
                message = "Another transaction is stored under this transaction_id and timestamp."
                return Refused(409, "conflict", message)
        if alone:
            account = pseudonym(write.item["account_id"], self._settings.common.pseudonym_secret)
            log.info(stored.value, account=account)
        return Accepted(*write.key, is_new=stored is Outcome.STORED)


def _invalid(problems: Sequence[FieldProblem]) -> Refused:
    return Refused(400, "invalid_transaction", "Some fields are missing or wrong.", fields=problems)


def _log_refusal(log: Logger, refused: Refused) -> None:
    log.warning(
        "refused",
        status=refused.status,
        error=refused.error,
        fields=[problem.field for problem in refused.fields],
    )


@cache
def service() -> IngestService:
    """Return the process's service, built once."""
    settings = IngestSettings.read(os.environ)
    return IngestService(settings, TransactionsTable(create_dynamodb(), settings.transactions_table))


def handle(event: Mapping[str, Any], context: Context) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer an API request."""
    return service().respond(event)


build_while_initialising(service)
