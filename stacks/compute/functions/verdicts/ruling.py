"""Process a verdict: find the transaction, read the stored state, write all or nothing."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from shared.runtime.alerts import expires_at, transaction_facts, transaction_of_record
from shared.runtime.events import StoredTransaction, alert_id_of
from shared.runtime.logs import Logger
from shared.runtime.pseudonym import pseudonym
from shared.runtime.responses import FieldProblem, Refused
from shared.runtime.tracing import Segment
from stacks.compute.functions.verdicts.attempts import attempts
from stacks.compute.functions.verdicts.ports import BusyError, Change, Known, Tables
from stacks.compute.functions.verdicts.record import (
    history_entry,
    revision_of,
    says_the_same,
    told,
    verdict_values,
)
from stacks.compute.functions.verdicts.request import VerdictRequest, invalid
from stacks.compute.functions.verdicts.risk import changed_profiles, profiles_of
from stacks.compute.functions.verdicts.settings import VerdictsSettings

_ATTEMPTS: Final = 6


class Ruling:
    """Records each verdict once, despite repeated and concurrent requests.

    The record and all changed profiles are written in one transaction, on the condition that none has changed
    since it was read; otherwise the verdict is processed again.

    Args:
        tables: Transactions, alert records and profiles.
        settings: The function's settings.
        clock: Returns the current time in epoch milliseconds.
    """

    def __init__(
        self,
        tables: Tables,
        settings: VerdictsSettings,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._tables = tables
        self._settings = settings
        self._clock = clock

    def give(
        self, request: VerdictRequest, segment: Segment, log: Logger, remaining: Callable[[], int]
    ) -> dict[str, Any]:
        """Record a verdict and return the response about it.

        Args:
            request: The verdict.
            segment: Segment that times calls.
            log: Logger.
            remaining: Returns the remaining milliseconds of the invocation.

        Raises:
            Refused: 404 for an unknown transaction, 400 if several have the id and no timestamp is given.
            BusyError: A retry may succeed.
            RefusedByTableError, ProfileError: A table or profile prevents the verdict.
        """
        transaction = self._transaction(request, segment)
        log = log.bind(account=pseudonym(transaction.account_id, self._settings.common.pseudonym_secret))
        for attempt in attempts(_ATTEMPTS, remaining):
            known = self._read(transaction.alert_id, profiles_of(transaction), segment)
            if known.record is not None and says_the_same(known.record, request):
                log.notice("recorded already", verdict=request.verdict, revision=revision_of(known.record))
                return told(known.record)
            change = self._change(request, transaction, known)
            with segment.call("DynamoDB", "TransactWriteItems"):
                written = self._tables.write(change)
            if written:
                log.notice(
                    "recorded",
                    verdict=request.verdict,
                    revision=change.revision + 1,
                    changed_profiles=len(change.profiles),
                )
                record = {**change.defaults, **(known.record or {}), **change.values}
                return told({**record, "alert_id": transaction.alert_id})
            log.debug("something that the verdict changes was changed meanwhile", attempt=attempt)
        raise BusyError("what the verdict changes was changed during each attempt")

    def _transaction(self, request: VerdictRequest, segment: Segment) -> StoredTransaction:
        with segment.call("DynamoDB", "Query", table_name=self._settings.transactions_table):
            found = self._tables.find(request.transaction_id, request.timestamp)
        if len(found) > 1:
            raise _ambiguous(found)
        if found:
            return found[0]
        if request.timestamp is not None:
            recorded = self._recorded(request.transaction_id, request.timestamp, segment)
            if recorded is not None:
                return recorded
        raise _unknown(request)

    def _recorded(self, transaction_id: str, timestamp: int, segment: Segment) -> StoredTransaction | None:
        """Return an expired transaction from its alert record."""
        record = self._read(alert_id_of(transaction_id, timestamp), (), segment).record
        return None if record is None else transaction_of_record(record)

    def _read(self, alert_id: str, profile_ids: Sequence[str], segment: Segment) -> Known:
        with segment.call("DynamoDB", "BatchGetItem"):
            return self._tables.read(alert_id, profile_ids)

    def _change(self, request: VerdictRequest, transaction: StoredTransaction, known: Known) -> Change:
        now = self._clock()
        settings = self._settings
        profiles = changed_profiles(
            request.verdict,
            transaction,
            known,
            expires_at=expires_at(now, settings.profiles_time_to_live_days),
        )
        return Change(
            alert_id=transaction.alert_id,
            revision=revision_of(known.record),
            values=verdict_values(
                request, known.record, now=now, time_to_live_days=settings.alerts_time_to_live_days
            ),
            defaults=transaction_facts(transaction),
            profiles=profiles,
            history=history_entry(request, transaction, revision_of(known.record) + 1, now),
        )


def _ambiguous(found: Sequence[StoredTransaction]) -> Refused:
    times = ", ".join(str(each.timestamp) for each in found)
    return invalid(
        FieldProblem("timestamp", f"is required: several transactions have this id, the latest at {times}")
    )


def _unknown(request: VerdictRequest) -> Refused:
    hint = "" if request.timestamp is not None else "; with its timestamp an alert is found after that, too"
    return Refused(
        404,
        "unknown_transaction",
        f"No transaction with this id is stored, or none any more: they expire after some time{hint}.",
    )
