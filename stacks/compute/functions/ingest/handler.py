"""Lambda handler of `POST /transactions`: read, check, store once, answer.

| status | when |
|---|---|
| 201 | stored |
| 200 | the same transaction again, however late; nothing was written |
| 400 | not JSON, or fields are missing or wrong: all of them are listed |
| 409 | another transaction has this id and timestamp |
| 413 | more than 16 KB |
| 500 | our fault; nothing else is said |
| 503 | DynamoDB is busy; Retry-After says when to come back |
"""

import os
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from typing import Any, Final

from shared.requests.body import read_body
from shared.requests.caller import caller_of
from shared.runtime.invocation import Context, build_while_initialising
from shared.runtime.logs import Logger, where_raised
from shared.runtime.pseudonym import pseudonym
from shared.runtime.responses import Refused, answer
from shared.runtime.tracing import Segment, TraceContext, invocation_trace
from stacks.compute.functions.ingest.adapters import (
    Outcome,
    TableBusyError,
    TableFailedError,
    TransactionsTable,
    create_dynamodb,
)
from stacks.compute.functions.ingest.settings import IngestSettings
from stacks.compute.functions.ingest.transaction import item_of
from stacks.compute.functions.ingest.validation import TransactionValidator

_RETRY_AFTER_SECONDS: Final = 1
_UNSURE: Final = "The transaction may or may not be stored; sending it again is safe."


class IngestService:
    """What the handler does, with all that it needs given to it.

    Args:
        settings: The function's settings.
        table: Where transactions go.
        clock: Returns the epoch milliseconds of now.
    """

    def __init__(
        self,
        settings: IngestSettings,
        table: TransactionsTable,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._settings = settings
        self._table = table
        self._clock = clock
        self._log = Logger("ingest", settings.common.log_level)
        self._validator = TransactionValidator(
            accepted_age=timedelta(hours=settings.accepted_age_hours),
            accepted_future=timedelta(seconds=settings.accepted_future_seconds),
        )

    def respond(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to a proxy integration event; no fault leaves this method as an exception."""
        trace = invocation_trace()
        log = self._log.bind(trace_id=trace.trace_id, caller=caller_of(event))
        try:
            return self._store(event, trace, log)
        except Refused as refused:
            log.warning(
                "refused",
                status=refused.status,
                error=refused.error,
                fields=[problem.field for problem in refused.fields],
            )
            return refused.answer(trace.trace_id)
        except Exception as error:  # noqa: BLE001 - the last resort: the caller learns nothing of our inside
            log.failure("failed", error=type(error).__name__, where=where_raised(error))
            return Refused(500, "internal_error", _UNSURE).answer(trace.trace_id)

    def _store(self, event: Mapping[str, Any], trace: TraceContext, log: Logger) -> dict[str, Any]:
        now = self._clock()
        body = read_body(event)
        problems = self._validator.problems(body, now)
        invalid = Refused(400, "invalid_transaction", "Some fields are missing or wrong.", fields=problems)
        # Too old to be stored now, but perhaps stored in time, by a request whose answer was lost.
        late = problems == [self._validator.too_old]
        if problems and not late:
            raise invalid
        item = item_of(
            body.values,
            received_at=now,
            trace_header=trace.header,
            time_to_live_days=self._settings.transactions_time_to_live_days,
        )
        transaction_id = body.values["transaction_id"]
        log = log.bind(transaction_id=transaction_id)
        with Segment("store-transaction", trace, own_trace=True) as segment:
            segment.annotate(transaction_id=transaction_id)
            outcome = self._write(self._table.find if late else self._table.put, item, segment, log)
            segment.annotate(outcome=outcome.value)
        if outcome is Outcome.ABSENT:
            raise invalid
        if outcome is Outcome.DIFFERENT:
            message = "Another transaction is stored under this transaction_id and timestamp."
            raise Refused(409, "conflict", message)
        account = pseudonym(body.values["account_id"], self._settings.common.pseudonym_secret)
        log.info(outcome.value, account=account)
        return answer(
            201 if outcome is Outcome.STORED else 200,
            {
                "transaction_id": transaction_id,
                "timestamp": body.values["timestamp"],
                "trace_id": trace.trace_id,
                "status": "stored",
            },
        )

    def _write(
        self,
        write: Callable[[Mapping[str, Any]], Outcome],
        item: Mapping[str, Any],
        segment: Segment,
        log: Logger,
    ) -> Outcome:
        try:
            with segment.call("DynamoDB", "PutItem", table_name=self._settings.transactions_table):
                return write(item)
        except TableBusyError as error:
            log.warning("table is busy", code=str(error))
            raise Refused(503, "busy", _UNSURE, retry_after_seconds=_RETRY_AFTER_SECONDS) from None
        except TableFailedError as error:
            log.failure("table refused the write", code=str(error))
            raise Refused(500, "internal_error", _UNSURE) from None


@cache
def service() -> IngestService:
    """Return the service of this process, built once."""
    settings = IngestSettings.read(os.environ)
    return IngestService(settings, TransactionsTable(create_dynamodb(), settings.transactions_table))


def handle(event: Mapping[str, Any], context: Context) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer one request of the API."""
    return service().respond(event)


build_while_initialising(service)
