"""One transaction from event to decision: read the profiles, score, record, tell, learn."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from shared.runtime.backoff import pause
from shared.runtime.counting import PROFILES_SET_ASIDE, counted
from shared.runtime.events import StoredTransaction, stored_transaction
from shared.runtime.fields import EventError
from shared.runtime.logs import Logger
from shared.runtime.pseudonym import pseudonym
from shared.runtime.tracing import Segment, continue_trace
from stacks.compute.functions.detector.active_rules import ActiveRules
from stacks.compute.functions.detector.delivery import Delivery
from stacks.compute.functions.detector.ports import (
    DecisionStore,
    DetectorError,
    FirstUsesStore,
    Outbox,
    PopulationStore,
    Profiles,
    ProfileStore,
)
from stacks.compute.functions.detector.recording import Recording
from stacks.compute.functions.detector.scoring import Decision
from stacks.compute.functions.detector.teaching import Teaching
from stacks.compute.functions.profiles.transactions import scored_transaction

_WRITE_ATTEMPTS: Final = 14
"""With pauses of up to a second they end within 10 s. Simulated with 10 to 15 ms from read to write: of 200
payments of one account at once all are written; of 100 a second for a minute, 1 % is left to Lambda."""


class Detection:
    """Decides about transactions, each delivered at least once and in any order.

    The decision recorded first stands, whatever a later delivery makes of the transaction. An alert, and one
    that a control holds back, is recorded before the profile learns, and told in between; anything else is
    recorded after it, once the profile it was judged by proved to be the latest. So a transaction that was
    learnt and has no decision was below the threshold, and what a crash leaves the next delivery completes. A
    delivery that finds an alert recorded sends its message again: the notifier recognises it.

    Args:
        profiles: The profiles.
        first_uses: Counters of recent first uses.
        population: The statistics of all accounts and merchants.
        decisions: The decisions, each kept with its transaction.
        queue: The suspicious transactions.
        rules: The rules in force.
        log: Where to log.
        function_name: Whose decisions are counted.
        pseudonym_secret: Key of the accounts' pseudonyms.
        time_to_live: How long a profile outlives its last transaction; zero for ever.
        clock: Returns the epoch milliseconds of now.
    """

    def __init__(  # noqa: PLR0913 - the parts of a service, each named
        self,
        profiles: ProfileStore,
        first_uses: FirstUsesStore,
        population: PopulationStore,
        decisions: DecisionStore,
        queue: Outbox,
        *,
        rules: ActiveRules,
        log: Logger,
        function_name: str,
        pseudonym_secret: str,
        time_to_live: timedelta,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._profiles = profiles
        self._population = population
        self._teaching = Teaching(profiles, first_uses, population, time_to_live, clock)
        self._recording = Recording(decisions, queue, function_name, clock)
        self._rules = rules
        self._log = log
        self._function_name = function_name
        self._secret = pseudonym_secret
        self._told_faults: Mapping[str, str | None] = {}

    def receive(self, event: Mapping[str, Any]) -> Decision | None:
        """Decide about the transaction of a bus event; see `decide`.

        Raises:
            EventError: The event is not a stored transaction.
            DetectorError: It could not be done now; the same event may be delivered again.
        """
        try:
            stored = stored_transaction(event)
        except EventError as error:
            self._log.failure("unreadable event", reason=str(error))
            raise
        return self.decide(stored)

    def decide(self, stored: StoredTransaction) -> Decision | None:
        """Score one transaction, record the decision, tell of it if it is suspicious, and learn from it.

        Returns:
            The decision; None where it is not for this delivery to make: another was recorded before, or the
            transaction is gone.

        Raises:
            DetectorError: It could not be done now; the same event may be delivered again.
        """
        trace = continue_trace(stored.trace_header)
        log = self._log.bind(
            trace_id=trace.trace_id,
            transaction_id=stored.transaction_id,
            account=pseudonym(stored.account_id, self._secret),
        )
        try:
            with Segment("detect-fraud", trace) as segment:
                segment.annotate(transaction_id=stored.transaction_id)
                delivery = Delivery(stored, scored_transaction(stored), segment, log)
                decision = self._decide(delivery)
                if decision is not None:
                    segment.annotate(suspicious=decision.suspicious, score=decision.score)
        except DetectorError as error:
            log.failure("not decided, to be delivered again", reason=str(error))
            raise
        if decision is not None:
            self._recording.log(delivery, decision)
        return decision

    def _decide(self, delivery: Delivery) -> Decision | None:
        transaction = delivery.transaction
        # Of one version from beginning to end, however often the write is tried.
        scorer = self._rules.scorer()
        population = self._population.view(scorer.rules)
        decision: Decision | None = None
        is_recorded = is_ours = False
        for attempt in range(_WRITE_ATTEMPTS):
            if attempt:
                pause(attempt)
            known = self._read(delivery, as_last_written=attempt > 0)
            if known.account.knows(transaction):
                # Learnt by an earlier delivery, or by a write of ours whose answer was lost.
                break
            counted_places = self._teaching.counters(delivery, known)
            sharing = {each.place: each.uses for each in counted_places}
            assessment = scorer.assess(
                transaction,
                known.account,
                known.merchant,
                population,
                sharing=sharing,
                controls=known.controls,
            )
            scored = assessment.decision
            if not is_recorded:
                decision = scored
                delivery.challenger = self._rules.challenger.decision(
                    scorer.rules, transaction, known, population, sharing
                )
            if not is_recorded and (scored.suspicious or scored.suppressed is not None):
                is_recorded, is_ours = True, self._recording.record(delivery, scored)
            sample = scorer.sample(transaction, known.account, assessment, population)
            if not scorer.update(known.account, transaction, assessment):
                delivery.log.info("too late to learn from")
                break
            if self._teaching.write(delivery, known, counted_places, sample):
                break
            delivery.conflicts += 1
        else:
            raise DetectorError(f"the profile changed during each of {_WRITE_ATTEMPTS} attempts")
        if not is_recorded:
            is_ours = self._recording.record(delivery, decision)
        return decision if is_ours else None

    def _read(self, delivery: Delivery, *, as_last_written: bool) -> Profiles:
        """Read the profiles, set an unreadable one of the account aside, and note what is left out.

        A first read may be a moment old, which costs half: it is as if it had been made that moment earlier.
        Where the account has paid meanwhile, the write finds another revision, and the next read is exact.
        """
        stored, log = delivery.stored, delivery.log
        with delivery.segment.call("DynamoDB", "BatchGetItem"):
            known = self._profiles.read(
                stored.account_id, stored.merchant_id, as_last_written=as_last_written
            )
            if known.damaged is not None:
                count = counted(PROFILES_SET_ASIDE, self._function_name)
                log.failure("the account's profile is set aside", reason=known.damaged, **count)
                self._profiles.set_aside(stored.account_id)
                mended = self._profiles.read(stored.account_id, stored.merchant_id, as_last_written=True)
                known = replace(mended, damaged=known.damaged)
        faults = {
            "population": self._population.fault,
            "rules": self._rules.fault,
            "account": known.damaged,
            **dict.fromkeys(known.left_out, "not readable, or not given"),
        }
        without = tuple(part for part, fault in faults.items() if fault is not None)
        if without and faults != self._told_faults:
            log.failure("scored without what is optional", **{part: faults[part] for part in without})
        self._told_faults = faults
        delivery.leave_out(*without)
        return known
